// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>

/// The calling thread's own credentials. Danger: the kernel keeps them per thread, and these functions change those of
/// the calling thread alone. Threads of a process share its memory, so what runs under another user in one of them can
/// take over all others: this gives up no right, and protects against nobody who runs code here. It is for servers
/// that do work in the name of many users, a file server for one, and check files with the user's rights. What a
/// process gives up for good it gives up as a whole, before it starts threads, through setuid(3) of the C library,
/// which changes all threads. A thread that has changed its user cannot always change back, and a child that it starts
/// has what the thread has. Async-signal-safe. See credentials(7) and the notes of setresuid(2).
WALI_EXPORT namespace wali::thread {
/// setfsuid(2), tier named: the user whose rights on files the thread uses; the rest stays, signals to it, too. The
/// call itself tells nothing, so this asks afterwards: PERM if it was not allowed.
inline result<void> set_filesystem_user(Uid user) noexcept {
    sys::setfsuid(user.raw());
    if (static_cast<u32>(sys::setfsuid(~u32{0})) != user.raw()) return Error(Errno::PERM, Call::setfsuid);
    return success();
}

/// setfsgid(2), tier named: the same for the group.
inline result<void> set_filesystem_group(Gid group) noexcept {
    sys::setfsgid(group.raw());
    if (static_cast<u32>(sys::setfsgid(~u32{0})) != group.raw()) return Error(Errno::PERM, Call::setfsgid);
    return success();
}

/// seteuid(2) by setresuid(2), tier spec: the effective user of this thread; real and saved stay, so that it can change
/// back. Clears the effective capabilities of a thread that was root. Errors: PERM, AGAIN, INVAL (no user's number).
inline result<void> set_effective_user(Uid user) noexcept {
    if (user == Uid(~0U)) return Error(Errno::INVAL, Call::setresuid);  // to the kernel: as it is
    return to_result<void>(Call::setresuid, sys::setresuid(~u32{0}, user.raw(), ~u32{0}));
}

/// setegid(2) by setresgid(2), tier spec: the effective group of this thread. Errors: PERM, INVAL.
inline result<void> set_effective_group(Gid group) noexcept {
    if (group == Gid(~0U)) return Error(Errno::INVAL, Call::setresgid);
    return to_result<void>(Call::setresgid, sys::setresgid(~u32{0}, group.raw(), ~u32{0}));
}

}  // namespace wali::thread
