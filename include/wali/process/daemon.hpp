// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
using abi::Permissions;

/// What a daemon is like.
struct DaemonOptions {
    PathView directory = "/";          ///< where it works: / keeps no file system from being unmounted
    Permissions umask{0022};           ///< what its new files do not allow
    bool keep_standard_error = false;  ///< otherwise it is /dev/null, too
};

/// The daemon's line to the process that a shell or an init script has started, and which still waits: see daemonise().
class [[nodiscard]] Daemon {
  public:
    /// Lets that process end with exit code 0: the service is ready. Where the object ends without that, it is 1. PIPE
    /// if that process was killed meanwhile, which the daemon outlives.
    result<void> ready() noexcept;

  private:
    friend result<Daemon> daemonise(const DaemonOptions& options) noexcept;
    explicit Daemon(Fd starter) noexcept : starter_(static_cast<Fd&&>(starter)) {}
    Fd starter_;
};

/// daemon(7), with setsid(2), chdir(2), umask(2), dup(2) and fcntl(2), tier spec: goes on in a process of a session of
/// its own, which no terminal reaches and which never gets one again, and whose parent is process 1 or a subreaper.
/// Returns in the daemon only. The process that called waits until that is ready(), or has ended, and ends without
/// destructors or buffers of stdio written: so whoever starts a daemon knows whether it has started. Call it before
/// threads are started, and open what /dev/null shall not replace afterwards. A service that a manager starts needs
/// none of this: see notify_ready(). Errors of the process that called: MFILE, AGAIN; those of the daemon: NOENT or
/// ACCES of `directory`.
result<Daemon> daemonise(const DaemonOptions& options) noexcept;
inline result<Daemon> daemonise() noexcept { return daemonise(DaemonOptions()); }

}  // namespace wali
