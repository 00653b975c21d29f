// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/process.hpp>
#include <wali/abi/constants/sched.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/sched.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>
#include <wali/sys/sched.hpp>

WALI_EXPORT namespace wali {
using abi::SchedPolicy;

/// Whose niceness: a process's, a group's or a user's.
class PriorityTarget {
  public:
    /// A process; for the kernel, its first thread.
    constexpr PriorityTarget(Pid process) noexcept : PriorityTarget(abi::PriorityWhich::PROCESS, process.raw()) {}
    /// One thread.
    constexpr PriorityTarget(Tid thread) noexcept : PriorityTarget(abi::PriorityWhich::PROCESS, thread.raw()) {}
    /// All processes of a user. Uid(0) is INVAL where root does not call: to the kernel that number means the caller's
    /// own user.
    constexpr PriorityTarget(Uid user) noexcept
        : PriorityTarget(abi::PriorityWhich::USER, static_cast<i32>(user.raw())) {}
    /// The calling thread.
    static constexpr PriorityTarget self() noexcept { return {abi::PriorityWhich::PROCESS, 0}; }
    /// All of a process group; Pid(0) is our own.
    static constexpr PriorityTarget group(Pid group) noexcept { return {abi::PriorityWhich::PGRP, group.raw()}; }

    /// For the raw calls.
    constexpr int which() const noexcept { return abi::bits(which_); }
    constexpr int id() const noexcept { return id_; }

  private:
    constexpr PriorityTarget(abi::PriorityWhich which, int id) noexcept : which_(which), id_(id) {}
    abi::PriorityWhich which_;
    int id_;
};

/// A policy and, for FIFO and RR, the priority, 1 to 99; 0 for others.
struct Scheduling {
    SchedPolicy policy = SchedPolicy::OTHER;
    int priority = 0;
    bool reset_on_fork = false;  ///< children start with OTHER and niceness 0 at least
    /// Whether all is equal.
    constexpr bool operator==(const Scheduling&) const noexcept = default;
};
}  // namespace wali

/// Who gets the processor, and when: see sched(7). For Linux all of it belongs to a thread; new threads and children
/// inherit it. Async-signal-safe.
WALI_EXPORT namespace wali::process {
namespace detail {
/// Whether the kernel would take root for the caller's own user: see getuid(2), tier spec.
inline bool is_misread(PriorityTarget target) noexcept {
    return target.which() == abi::bits(abi::PriorityWhich::USER) && target.id() == 0 && sys::getuid() != 0;
}
}  // namespace detail

/// getpriority(2), tier named, and for a user getuid(2), tier spec: the nice value, -20 (gets the most) to 19; of
/// several, that of the one that gets most. Errors: SRCH, INVAL (root's, where another user asks).
inline result<int> niceness(PriorityTarget target) noexcept {
    if (detail::is_misread(target)) return Error(Errno::INVAL, Call::getpriority);
    const long raw = sys::getpriority(target.which(), target.id());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::getpriority, raw);
    return 20 - static_cast<int>(raw);
}
inline result<int> niceness() noexcept { return niceness(PriorityTarget::self()); }
/// setpriority(2), tier named, and for a user getuid(2), tier spec: a value out of range becomes the nearest. Errors:
/// SRCH, ACCES (less than now, which needs CAP_SYS_NICE or RLIMIT_NICE), PERM, INVAL (root's, where another user asks).
inline result<void> set_niceness(int niceness, PriorityTarget target) noexcept {
    if (detail::is_misread(target)) return Error(Errno::INVAL, Call::setpriority);
    return to_result<void>(Call::setpriority, sys::setpriority(target.which(), target.id(), niceness));
}
inline result<void> set_niceness(int niceness) noexcept { return set_niceness(niceness, PriorityTarget::self()); }

/// sched_getscheduler(2) and sched_getparam(2), tier named: of a thread, Tid(0) is the calling one. Errors: SRCH.
inline result<Scheduling> scheduling(Tid thread) noexcept {
    const long policy = sys::sched_getscheduler(thread.raw());
    if (is_error(policy)) [[unlikely]]
        return Error::of_raw(Call::sched_getscheduler, policy);
    abi::sched_param parameters{};
    const long raw = sys::sched_getparam(thread.raw(), &parameters);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::sched_getparam, raw);
    constexpr int flag = abi::bits(abi::SchedPolicyFlags::RESET_ON_FORK);
    const auto bits = static_cast<int>(policy);
    return Scheduling{static_cast<SchedPolicy>(bits & ~flag), parameters.sched_priority, (bits & flag) != 0};
}
inline result<Scheduling> scheduling() noexcept { return scheduling(Tid(0)); }
/// sched_setscheduler(2), tier named. Errors: SRCH, PERM (a real-time policy needs CAP_SYS_NICE or RLIMIT_RTPRIO),
/// INVAL (no priority of this policy).
inline result<void> set_scheduling(const Scheduling& scheduling, Tid thread) noexcept {
    const abi::sched_param parameters{scheduling.priority};
    const int flag = scheduling.reset_on_fork ? abi::bits(abi::SchedPolicyFlags::RESET_ON_FORK) : 0;
    return to_result<void>(Call::sched_setscheduler,
                           sys::sched_setscheduler(thread.raw(), abi::bits(scheduling.policy) | flag, &parameters));
}
inline result<void> set_scheduling(const Scheduling& scheduling) noexcept { return set_scheduling(scheduling, Tid(0)); }

/// sched_yield(2), tier spec: lets another thread run. Cannot fail.
inline void yield() noexcept { sys::sched_yield(); }

}  // namespace wali::process
