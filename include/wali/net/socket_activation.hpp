// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/lifetime.hpp>

WALI_EXPORT namespace wali {
/// The sockets that a service manager has opened for this program before it started it: see sd_listen_fds(3). Owns
/// those that were not taken yet. Move-only.
class SocketActivation {
  public:
    /// A socket that was passed, and the name that the manager gives it; "unknown" or empty without one.
    struct Passed {
        Fd socket;              ///< for from_fd() of its kind; option::type and option::listening tell which that is
        std::string_view name;  ///< lives as long as the environment stays as it is
    };

    /// No sockets.
    SocketActivation() noexcept = default;

    /// Reads LISTEN_PID (getpid(2)), LISTEN_FDS and LISTEN_FDNAMES, and makes them close-on-exec by fcntl(2), tier
    /// spec. None when the manager has passed none, or meant another process. Errors: INVAL for variables that make no
    /// sense, BADF for a descriptor that is not open. Call it once, early: it takes the descriptors over, and reads the
    /// environment, which no other thread may change meanwhile.
    static result<SocketActivation> from_environment() noexcept;

    /// The same out of given values, nullptr for what is not set: fcntl(2), tier spec. `process` is the one that asks.
    static result<SocketActivation> from_values(const char* listen_pid, const char* listen_fds, const char* names,
                                                Pid process) noexcept;

    SocketActivation(SocketActivation&& other) noexcept
        : next_(std::exchange(other.next_, 0)), end_(std::exchange(other.end_, 0)), names_(other.names_) {}
    SocketActivation& operator=(SocketActivation&& other) noexcept {
        std::swap(next_, other.next_);
        std::swap(end_, other.end_);
        std::swap(names_, other.names_);
        return *this;
    }
    SocketActivation(const SocketActivation&) = delete;
    SocketActivation& operator=(const SocketActivation&) = delete;
    ~SocketActivation() {
        while (take()) continue;
    }

    /// How many are left to be taken.
    usize size() const noexcept { return static_cast<usize>(end_ - next_); }

    /// The next one, in the order of the manager's configuration.
    std::optional<Passed> take() noexcept;

  private:
    SocketActivation(int next, int end, std::string_view names) noexcept : next_(next), end_(end), names_(names) {}

    int next_ = 0;
    int end_ = 0;
    std::string_view names_;  // of the sockets that are left
};

}  // namespace wali
