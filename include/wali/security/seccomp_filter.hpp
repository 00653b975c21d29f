// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <concepts>
#include <span>

#include <wali/abi/constants/security.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/net.hpp>
#include <wali/core/list_view.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// What a seccomp filter answers to a call: see seccomp(2).
class SeccompAction {
  public:
    /// The call is made; log() also writes it to the kernel's log.
    static constexpr SeccompAction allow() noexcept { return SeccompAction(abi::SeccompReturn::ALLOW, 0); }
    static constexpr SeccompAction log() noexcept { return SeccompAction(abi::SeccompReturn::LOG, 0); }
    /// The call fails with this error and does nothing.
    static constexpr SeccompAction fail(Errno error) noexcept {
        return SeccompAction(abi::SeccompReturn::ERRNO, static_cast<u16>(abi::bits(error)));
    }
    /// The thread gets SIGSYS, whose siginfo has the call and `data`.
    static constexpr SeccompAction trap(u16 data) noexcept { return SeccompAction(abi::SeccompReturn::TRAP, data); }
    /// A tracer decides, who gets `data`; NOSYS where there is none.
    static constexpr SeccompAction trace(u16 data) noexcept { return SeccompAction(abi::SeccompReturn::TRACE, data); }
    /// The process ends, by SIGSYS, which nothing can handle.
    static constexpr SeccompAction kill_process() noexcept {
        return SeccompAction(abi::SeccompReturn::KILL_PROCESS, 0);
    }
    /// The thread ends, without giving anything back: locks stay locked. Most programs want kill_process().
    static constexpr SeccompAction kill_thread() noexcept { return SeccompAction(abi::SeccompReturn::KILL_THREAD, 0); }

    /// The number that a filter returns for it.
    constexpr u32 value() const noexcept { return value_; }
    /// Whether both are the same.
    constexpr bool operator==(const SeccompAction&) const noexcept = default;

  private:
    constexpr SeccompAction(abi::SeccompReturn action, u16 data) noexcept : value_(abi::bits(action) | data) {}

    u32 value_;
};

/// What must hold of an argument of a call, made by comparing a SeccompArgument with a number.
struct SeccompCondition {
    /// How the argument, without the bits that `mask` lacks, is compared with the value: without a sign.
    enum class Comparison : u8 { EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL };

    u8 index = 0;                               ///< of the argument, from 0 to 5
    Comparison comparison = Comparison::EQUAL;  ///< with `value`
    bool whole = false;                         ///< all 64 bits of it, not the low 32
    u64 mask = 0;                               ///< bits that are looked at
    u64 value = 0;                              ///< the number that it is compared with
};

/// An argument of a call, in conditions: `int_argument(0) == 1`, `(long_argument(2) & 0xfff) != 0`.
class SeccompArgument {
  public:
    constexpr SeccompArgument(u8 index, bool whole, u64 mask) noexcept : mask_(mask), index_(index), whole_(whole) {}

    /// Only these bits of it; others may be anything.
    friend constexpr SeccompArgument operator&(SeccompArgument argument, std::integral auto mask) noexcept {
        return {argument.index_, argument.whole_, argument.mask_ & argument.number(mask)};
    }
    /// The argument is compared as a number without a sign; a negative number is what the program would pass.
    friend constexpr SeccompCondition operator==(SeccompArgument argument, std::integral auto value) noexcept {
        return argument.compared(SeccompCondition::Comparison::EQUAL, argument.number(value));
    }
    friend constexpr SeccompCondition operator!=(SeccompArgument argument, std::integral auto value) noexcept {
        return argument.compared(SeccompCondition::Comparison::NOT_EQUAL, argument.number(value));
    }
    friend constexpr SeccompCondition operator<(SeccompArgument argument, std::integral auto value) noexcept {
        return argument.compared(SeccompCondition::Comparison::LESS, argument.number(value));
    }
    friend constexpr SeccompCondition operator<=(SeccompArgument argument, std::integral auto value) noexcept {
        return argument.compared(SeccompCondition::Comparison::LESS_OR_EQUAL, argument.number(value));
    }
    friend constexpr SeccompCondition operator>(SeccompArgument argument, std::integral auto value) noexcept {
        return argument.compared(SeccompCondition::Comparison::GREATER, argument.number(value));
    }
    friend constexpr SeccompCondition operator>=(SeccompArgument argument, std::integral auto value) noexcept {
        return argument.compared(SeccompCondition::Comparison::GREATER_OR_EQUAL, argument.number(value));
    }

  private:
    constexpr u64 number(std::integral auto value) const noexcept {
        if (whole_) return static_cast<u64>(value);
        if (static_cast<u32>(value) != static_cast<u64>(value) && static_cast<i32>(value) != static_cast<i64>(value))
            __builtin_trap();  // what is left of it would be another condition
        return static_cast<u32>(value);
    }
    constexpr SeccompCondition compared(SeccompCondition::Comparison comparison, u64 value) const noexcept {
        return {index_, comparison, whole_, mask_, value};
    }

    u64 mask_;
    u8 index_;
    bool whole_;
};

/// What happens to a call: always, or if all conditions hold.
class SeccompRule {
  public:
    /// A call has six arguments; more conditions than those that fit are refused by the compiler.
    static constexpr usize capacity = 6;

    constexpr SeccompRule(Call call, SeccompAction action, std::same_as<SeccompCondition> auto... conditions) noexcept
        : conditions_{conditions...}, call_(call), count_(sizeof...(conditions)), action_(action) {
        static_assert(sizeof...(conditions) <= capacity, "a rule has six conditions at most");
    }
    /// Rules that read well: `SeccompRule::allow(Call::write, int_argument(0) <= 2)`.
    static constexpr SeccompRule allow(Call call, std::same_as<SeccompCondition> auto... conditions) noexcept {
        return SeccompRule(call, SeccompAction::allow(), conditions...);
    }
    static constexpr SeccompRule fail(Call call, Errno error,
                                      std::same_as<SeccompCondition> auto... conditions) noexcept {
        return SeccompRule(call, SeccompAction::fail(error), conditions...);
    }

    /// Which call, what happens to it, and when.
    constexpr Call call() const noexcept { return call_; }
    constexpr SeccompAction action() const noexcept { return action_; }
    constexpr std::span<const SeccompCondition> conditions() const noexcept WALI_LIFETIMEBOUND {
        return std::span(conditions_).first(count_);
    }

  private:
    std::array<SeccompCondition, capacity> conditions_;
    Call call_;
    usize count_;
    SeccompAction action_;
};

/// A filter that can be read. Of the rules for a call the first one that holds decides. Calls have the numbers of
/// x86-64, for a WebAssembly module too.
///
///     using enum wali::Call;
///     using wali::SeccompRule, wali::security::int_argument;
///     const SeccompRule rules[] = {SeccompRule::allow(read), SeccompRule::allow(write, int_argument(0) <= 2),
///                                  SeccompRule::allow(exit_group)};
///     const wali::SeccompPolicy policy{.rules = rules};
struct SeccompPolicy {
    ListView<SeccompRule> rules;
    SeccompAction otherwise = SeccompAction::kill_process();  ///< to calls for which no rule holds
    SeccompAction foreign = SeccompAction::kill_process();    ///< to calls of other architectures, x32 among them
};
}  // namespace wali

WALI_EXPORT namespace wali::security {
/// The argument with this index, from 0 to 5. An int, an unsigned int, a descriptor: the kernel reads 32 bits of those,
/// and the others may be anything, so a filter must not look at them. To compare it with a number, or mask it by one,
/// that 32 bits do not hold is a mistake of the program: it traps, or is not compiled.
constexpr SeccompArgument int_argument(u8 index) noexcept { return {index, false, 0xffffffff}; }
/// A long, a size, an offset, a pointer: all 64 bits.
constexpr SeccompArgument long_argument(u8 index) noexcept { return {index, true, ~u64{0}}; }

/// The most instructions that the kernel takes: BPF_MAXINSNS.
constexpr usize seccomp_instructions() noexcept { return 4096; }

/// The policy as a program of classic BPF, which is the filled part of `room`. Makes no call and allocates nothing.
/// Errors: NOBUFS (no room for all), INVAL (Call::none, an argument with an index above 5).
result<std::span<const abi::sock_filter>> compile_seccomp(const SeccompPolicy& policy,
                                                          std::span<abi::sock_filter> room WALI_LIFETIMEBOUND) noexcept;

}  // namespace wali::security
