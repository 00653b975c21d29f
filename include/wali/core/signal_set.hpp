// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>

WALI_EXPORT namespace wali {
using abi::Signal;

/// A set of signals, as sigsetops(3) and the kernel have it. A value of 8 bytes; it lives in core because waiting
/// (Epoll) and signals both speak of it.
class SignalSet {
  public:
    constexpr SignalSet() noexcept = default;
    constexpr SignalSet(std::initializer_list<Signal> signals) noexcept {
        for (const Signal signal : signals) add(signal);
    }
    /// All 64 signals.
    static constexpr SignalSet all() noexcept {
        SignalSet set;
        set.raw_.bits = ~u64{0};
        return set;
    }

    /// Adds a signal; a number outside of 1..64 changes nothing.
    constexpr SignalSet& add(Signal signal) noexcept {
        raw_.bits |= bit(signal);
        return *this;
    }
    /// Takes a signal out.
    constexpr SignalSet& remove(Signal signal) noexcept {
        raw_.bits &= ~bit(signal);
        return *this;
    }
    /// Whether the signal is in the set.
    constexpr bool contains(Signal signal) const noexcept { return (raw_.bits & bit(signal)) != 0; }
    /// Whether both hold the same signals.
    constexpr bool operator==(const SignalSet& other) const noexcept { return raw_.bits == other.raw_.bits; }

    /// For the raw calls: the set as the kernel reads it.
    const abi::sigset_t* raw() const noexcept { return &raw_; }
    /// For the raw calls that fill a set in.
    abi::sigset_t* out() noexcept { return &raw_; }

  private:
    // Numbers outside 1..64 have no bit: they are in no set.
    static constexpr u64 bit(Signal signal) noexcept {
        const int number = abi::bits(signal);
        return number >= 1 && number <= 64 ? u64{1} << (number - 1) : 0;
    }

    abi::sigset_t raw_{};
};

}  // namespace wali
