// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <wali/core/bytes.hpp>
#include <wali/core/lifetime.hpp>

WALI_EXPORT namespace wali {
/// The address of an interface on its link, such as the 6 bytes of Ethernet. A value, which makes no system call.
class HardwareAddress {
  public:
    /// The longest one that the kernel has, in bytes: MAX_ADDR_LEN.
    static constexpr usize size_max = 32;
    /// Room for the longest text that format() writes.
    static constexpr usize text_max = 3 * size_max;
    using Text = std::array<char, text_max>;

    /// None.
    constexpr HardwareAddress() noexcept = default;
    /// Of these bytes, of which those behind the longest are left out.
    static HardwareAddress of(ConstBytes bytes) noexcept {
        HardwareAddress address;
        address.size_ = static_cast<u8>(std::min(bytes.size(), size_max));
        std::copy_n(bytes.data(), address.size_, address.bytes_.data());
        return address;
    }

    /// Its bytes; empty for none.
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span(bytes_).first(size_); }

    /// Writes "02:00:5e:10:00:01" into `buffer` and returns the written part.
    std::string_view format(Text& buffer WALI_LIFETIMEBOUND) const noexcept;

    /// Compares the bytes.
    constexpr bool operator==(const HardwareAddress&) const noexcept = default;

  private:
    std::array<std::byte, size_max> bytes_{};
    u8 size_ = 0;
};

}  // namespace wali
