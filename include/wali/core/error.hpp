// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

#include <wali/abi/call.hpp>
#include <wali/abi/constants/errno.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/lifetime.hpp>

WALI_EXPORT namespace wali {
/// Linux's error number: `Errno::NOENT` is ENOENT. See errno(3).
using abi::Errno;
/// A system call by its name: `Call::openat`. See syscalls(2).
using abi::Call;
using abi::errno_name;
using abi::errno_text;

/// The name of a call, "openat"; an empty text for Call::none and for numbers that are none.
const char* call_name(Call call) noexcept;

/// Why something failed: the error number and the call that answered with it. 4 bytes, trivially copyable. Made
/// from an Errno where no call is to blame, such as a path with a NUL inside. It equals an Errno with its number,
/// whatever the call, and another Error with its number and call.
class Error {
  public:
    constexpr Error(Errno code, Call call = Call::none) noexcept
        : bits_((static_cast<u32>(abi::bits(code)) & 0xffff) | static_cast<u32>(call) << 16) {}

    /// The error of a raw result that is_error(): the negated number.
    static constexpr Error of_raw(Call call, long raw) noexcept {
        return Error(static_cast<u32>(-raw) | static_cast<u32>(call) << 16);
    }

    /// The error number, for a switch.
    constexpr Errno code() const noexcept { return static_cast<Errno>(bits_ & 0xffff); }
    /// The call that answered with it, or Call::none.
    constexpr Call call() const noexcept { return static_cast<Call>(bits_ >> 16); }

    /// Equal in number and call; an Errno is compared with the number alone.
    constexpr bool operator==(const Error&) const noexcept = default;
    friend constexpr bool operator==(Error error, Errno code) noexcept { return error.code() == code; }

    /// Room for the longest text: a call's name, an error's name and its text.
    using Text = std::array<char, 128>;

    /// Writes "openat: ENOENT (no such file or directory)", without the first part if there is no call, and returns
    /// what was written. Async-signal-safe.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept;

  private:
    explicit constexpr Error(u32 bits) noexcept : bits_(bits) {}
    u32 bits_;
};
static_assert(sizeof(Error) == 4);

/// Whether a raw result is an error: a number from -4095 to -1. All others are values, negative ones too: a host may
/// return the address of a mapping in the upper half of a 32-bit memory sign-extended.
[[gnu::always_inline]] constexpr bool is_error(long raw) noexcept { return static_cast<unsigned long>(raw) > -4096UL; }

}  // namespace wali
