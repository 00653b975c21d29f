// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/event/pid_fd.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
using abi::Namespaces;

/// A namespace by a descriptor, which keeps it alive when all its processes have ended. See namespaces(7). Its
/// questions are made by ioctl(2), tier spec. Threads may share it. EINTR does not occur.
class Namespace : public Descriptor<Namespace> {
  public:
    Namespace() noexcept = default;

    /// openat(2) of /proc/thread-self/ns, tier spec: that of the calling thread, of one kind. Of PID and TIME it is the
    /// thread's own, not that of its future children. INVAL for no kind or several; NOENT where the kernel has none of
    /// this kind, or without /proc.
    static result<Namespace> own(Namespaces kind) noexcept;
    /// openat(2) of /proc/PID/ns, tier spec: that of a process; by a PidFd ioctl(2) PIDFD_GET_*_NAMESPACE, tier spec,
    /// Linux 6.11, so that no other process is meant. Errors: ACCES or PERM without the right to trace it; SRCH (it has
    /// ended), NOTTY (an older kernel).
    static result<Namespace> of(Pid process, Namespaces kind) noexcept;
    static result<Namespace> of(const PidFd& process, Namespaces kind) noexcept;

    /// ioctl_ns(2) NS_GET_NSTYPE: of which kind it is; ioctl(2), tier spec.
    result<Namespaces> kind() const noexcept;
    /// ioctl_ns(2) NS_GET_USERNS: the user namespace whose capabilities count for it; ioctl(2), tier spec. PERM where
    /// that is not ours or one below it.
    result<Namespace> owner() const noexcept;
    /// ioctl_ns(2) NS_GET_PARENT: of a PID or user namespace, the one above it; ioctl(2), tier spec. INVAL for other
    /// kinds; PERM where that is out of reach.
    result<Namespace> parent() const noexcept;
    /// ioctl_ns(2) NS_GET_OWNER_UID: who has made a user namespace; ioctl(2), tier spec. INVAL for other kinds.
    result<Uid> owner_user() const noexcept;

    /// fstat(2), tier spec: whether both are the same namespace.
    result<bool> is_same(const Namespace& other) const noexcept;

    /// setns(2), tier named: the calling thread enters it; of a PID or TIME namespace, its future children do. INVAL
    /// for a user or mount namespace while the process has other threads, PERM without CAP_SYS_ADMIN in it.
    result<void> enter() const noexcept { return to_result<void>(Call::setns, sys::setns(fd().raw(), 0)); }
};
}  // namespace wali

/// What a process sees of the system. What it makes or enters is the calling thread's, and of PID and TIME namespaces
/// its future children's. A Command starts a child in new ones.
WALI_EXPORT namespace wali::system {
/// unshare(2), tier named: new namespaces, the user namespace first, so that its capabilities are enough for the
/// others. PERM without CAP_SYS_ADMIN, which a new user namespace needs not; INVAL for a user namespace while the
/// process has other threads; NOSPC for too many. Async-signal-safe.
inline result<void> unshare(Namespaces kinds) noexcept {
    return to_result<void>(Call::unshare, sys::unshare(abi::bits(kinds)));
}

/// setns(2), tier named, Linux 5.8: enters the namespaces of these kinds that a process is in, all or none of them.
/// Errors: as Namespace::enter(), and SRCH (it has ended). Async-signal-safe.
inline result<void> enter(const PidFd& process, Namespaces kinds) noexcept {
    return to_result<void>(Call::setns, sys::setns(process.fd().raw(), static_cast<int>(abi::bits(kinds))));
}

}  // namespace wali::system
