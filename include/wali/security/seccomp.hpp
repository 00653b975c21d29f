// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/security/seccomp_filter.hpp>

WALI_EXPORT namespace wali { using abi::SeccompMode; }  // namespace wali

/// Filters over system calls, see seccomp(2). One that is installed stays, for children and the programs that they
/// execute too; a later one can only forbid more. What rings of io_uring do, and what is done without a call of the
/// kernel, as clock_gettime natively, no filter sees. Async-signal-safe.
WALI_EXPORT namespace wali::security {
struct SeccompOptions {
    bool all_threads = true;  ///< of the process; otherwise the calling one, and those that it starts
    bool log = false;         ///< write to the kernel's log whatever is not allowed
};

/// seccomp(2) SECCOMP_SET_MODE_FILTER, tier named: installs a program, a compiled one or one's own. Errors: ACCES
/// (neither no_new_privs nor CAP_SYS_ADMIN), INVAL (the kernel takes no such program), NOMEM (too long together with
/// those that are installed), SRCH (all_threads: another thread has a filter that the calling one has not).
result<void> install_seccomp(std::span<const abi::sock_filter> program, const SeccompOptions& options) noexcept;
/// seccomp(2) SECCOMP_SET_MODE_FILTER, tier named: the same for a policy, for all threads. Takes 32 KiB of stack.
/// Errors: NOBUFS (it needs more than 4096 instructions).
result<void> install_seccomp(const SeccompPolicy& policy) noexcept;

/// seccomp(2) SECCOMP_GET_ACTION_AVAIL, tier named: whether the kernel knows an action. NOSYS without seccomp.
result<bool> is_seccomp_action_available(SeccompAction action) noexcept;

/// prctl(2) PR_GET_SECCOMP, tier spec: whether the calling thread has a filter. A filter that does not allow prctl
/// answers itself. INVAL without seccomp.
result<SeccompMode> seccomp_mode() noexcept;

}  // namespace wali::security
