// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <optional>

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/core/wait_status.hpp>
#include <wali/process/resource_usage.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
using abi::WaitOptions;

/// Which children to wait for. A Child waits for its own; this is for those that were forked or inherited.
class WaitTarget {
  public:
    /// This one.
    constexpr WaitTarget(Pid child) noexcept : WaitTarget(abi::WaitIdType::PID, child.raw()) {}
    /// The one of a PidFd, Linux 5.4.
    template <class T>
        requires std::convertible_to<const T&, BorrowedFd>
    constexpr WaitTarget(const T& pid_fd) noexcept
        : WaitTarget(abi::WaitIdType::PIDFD, static_cast<BorrowedFd>(pid_fd).raw()) {}
    /// All children. That takes the ends of those, too, that a library has started.
    static constexpr WaitTarget any() noexcept { return {abi::WaitIdType::ALL, 0}; }
    /// Those of a process group; Pid(0) is our own, Linux 5.4.
    static constexpr WaitTarget group(Pid group) noexcept { return {abi::WaitIdType::PGID, group.raw()}; }

    /// For the raw call.
    constexpr int type() const noexcept { return abi::bits(type_); }
    constexpr i32 id() const noexcept { return id_; }

  private:
    constexpr WaitTarget(abi::WaitIdType type, i32 id) noexcept : type_(type), id_(id) {}
    abi::WaitIdType type_;
    i32 id_;
};

/// What has happened to a child.
struct ChildChange {
    Pid child;
    Uid user;  ///< its real user
    WaitStatus status;
    ResourceUsage usage;  ///< of the child and those that it has waited for
};
}  // namespace wali

WALI_EXPORT namespace wali::process {
/// waitid(2), tier named, with WNOHANG: the same as wait(), but nothing if no child has changed. Async-signal-safe.
inline result<std::optional<ChildChange>> try_wait(WaitTarget target, WaitOptions changes) noexcept {
    abi::siginfo_chld info{};
    ResourceUsage usage;
    const auto options = static_cast<int>(abi::bits(changes | WaitOptions::NOHANG));
    const long raw = sys::waitid(target.type(), target.id(), &info, options, usage.out());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::waitid, raw);
    if (info.pid == 0) return std::optional<ChildChange>();
    return std::optional(ChildChange{Pid(info.pid), Uid(info.uid), WaitStatus::from_info(info), usage});
}

/// The same for ends only.
inline result<std::optional<ChildChange>> try_wait(WaitTarget target) noexcept {
    return try_wait(target, WaitOptions::EXITED);
}

/// waitid(2), tier named: waits until one of the children changes in one of the ways `changes` (EXITED, STOPPED,
/// CONTINUED), and takes that change away, or with NOWAIT leaves it for another wait. Errors: INTR, CHILD (there is no
/// such child), INVAL (no change is named). Async-signal-safe.
inline result<ChildChange> wait(WaitTarget target, WaitOptions changes) noexcept {
    abi::siginfo_chld info{};
    ResourceUsage usage;
    const auto options = static_cast<int>(abi::bits(changes));
    const long raw = sys::waitid(target.type(), target.id(), &info, options, usage.out());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::waitid, raw);
    return ChildChange{Pid(info.pid), Uid(info.uid), WaitStatus::from_info(info), usage};
}
/// The same for ends only.
inline result<ChildChange> wait(WaitTarget target) noexcept { return wait(target, WaitOptions::EXITED); }

}  // namespace wali::process
