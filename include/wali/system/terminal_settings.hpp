// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/tty.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/tty.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
using abi::TermCharacter;
using abi::TermControlFlags;
using abi::TermInputFlags;
using abi::TermLocalFlags;
using abi::TermOutputFlags;

/// How a terminal edits, echoes and translates, and how fast its line is: see termios(3). A value; nothing changes
/// before system::set_terminal_settings gets it.
class TerminalSettings : private abi::termios2 {
  public:
    /// All zero; system::terminal_settings() fills it in.
    constexpr TerminalSettings() noexcept : termios2{} {}

    /// c_iflag, c_oflag, c_cflag and c_lflag.
    constexpr TermInputFlags input_flags() const noexcept { return static_cast<TermInputFlags>(c_iflag); }
    constexpr TermOutputFlags output_flags() const noexcept { return static_cast<TermOutputFlags>(c_oflag); }
    constexpr TermControlFlags control_flags() const noexcept { return static_cast<TermControlFlags>(c_cflag); }
    constexpr TermLocalFlags local_flags() const noexcept { return static_cast<TermLocalFlags>(c_lflag); }

    /// Replaces one of these.
    constexpr TerminalSettings& set(TermInputFlags flags) noexcept {
        c_iflag = abi::bits(flags);
        return *this;
    }
    constexpr TerminalSettings& set(TermOutputFlags flags) noexcept {
        c_oflag = abi::bits(flags);
        return *this;
    }
    constexpr TerminalSettings& set(TermControlFlags flags) noexcept {
        c_cflag = abi::bits(flags);
        return *this;
    }
    constexpr TerminalSettings& set(TermLocalFlags flags) noexcept {
        c_lflag = abi::bits(flags);
        return *this;
    }

    /// The character that has an effect, such as TermCharacter::INTR; 0 for none. MIN_ and TIME are numbers.
    constexpr u8 character(TermCharacter which) const noexcept { return c_cc[abi::bits(which)]; }
    constexpr TerminalSettings& set_character(TermCharacter which, u8 character) noexcept {
        c_cc[abi::bits(which)] = character;
        return *this;
    }

    /// In bits per second, of any number; of a pseudo-terminal it means nothing.
    constexpr u32 input_speed() const noexcept { return c_ispeed; }
    constexpr u32 output_speed() const noexcept { return c_ospeed; }
    constexpr TerminalSettings& set_speed(u32 bits_per_second) noexcept {
        c_cflag &= ~abi::bits(TermControlFlags::SPEED_MASK | TermControlFlags::INPUT_SPEED_MASK);
        c_cflag |= abi::bits(abi::TermSpeed::OTHER);
        c_ispeed = c_ospeed = bits_per_second;
        return *this;
    }

    /// What cfmakeraw(3) makes of it: bytes come one by one as they are typed, no echo, no signals, no translation.
    constexpr TerminalSettings raw_mode() const noexcept;
    /// The same settings without echo of what is typed, except for the end of the line: for passwords.
    constexpr TerminalSettings without_echo() const noexcept;

    /// Whether all of it is equal.
    constexpr bool operator==(const TerminalSettings& other) const noexcept;

    /// For the raw calls.
    abi::termios2* raw() noexcept { return this; }
    const abi::termios2* raw() const noexcept { return this; }
};

constexpr TerminalSettings TerminalSettings::raw_mode() const noexcept {
    TerminalSettings raw = *this;
    raw.set(input_flags() & ~(TermInputFlags::IGNORE_BREAK | TermInputFlags::BREAK_SIGNAL |
                              TermInputFlags::MARK_PARITY | TermInputFlags::STRIP | TermInputFlags::NL_TO_CR |
                              TermInputFlags::IGNORE_CR | TermInputFlags::CR_TO_NL | TermInputFlags::FLOW_OUTPUT));
    raw.set(output_flags() & ~TermOutputFlags::PROCESS);
    raw.set(local_flags() & ~(TermLocalFlags::ECHO_INPUT | TermLocalFlags::ECHO_NL | TermLocalFlags::CANONICAL |
                              TermLocalFlags::SIGNALS | TermLocalFlags::EXTENDED));
    raw.set((control_flags() & ~(TermControlFlags::SIZE_MASK | TermControlFlags::PARITY)) | TermControlFlags::SIZE_8);
    raw.set_character(TermCharacter::MIN_, 1);
    raw.set_character(TermCharacter::TIME, 0);
    return raw;
}

constexpr TerminalSettings TerminalSettings::without_echo() const noexcept {
    TerminalSettings quiet = *this;
    quiet.set((local_flags() & ~TermLocalFlags::ECHO_INPUT) | TermLocalFlags::ECHO_NL);
    return quiet;
}

constexpr bool TerminalSettings::operator==(const TerminalSettings& other) const noexcept {
    for (usize i = 0; i < sizeof c_cc; ++i)
        if (c_cc[i] != other.c_cc[i]) return false;
    return c_iflag == other.c_iflag && c_oflag == other.c_oflag && c_cflag == other.c_cflag &&
           c_lflag == other.c_lflag && c_line == other.c_line && c_ispeed == other.c_ispeed &&
           c_ospeed == other.c_ospeed;
}

}  // namespace wali
