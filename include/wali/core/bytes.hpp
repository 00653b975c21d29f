// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <wali/abi/structs/fs.hpp>

/// Buffers as the calls take them. They view memory that somebody else owns.
WALI_EXPORT namespace wali {
using ConstBytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// The bytes of a text.
inline ConstBytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// The bytes of any array, vector or span of trivially copyable values.
template <class T, std::size_t N>
inline ConstBytes as_bytes(std::span<T, N> values) noexcept {
    return std::as_bytes(values);
}

/// Bytes seen as text.
inline std::string_view as_text(ConstBytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One buffer of a vectored write: exactly the kernel's struct iovec, so an array of these crosses without a copy.
class ConstBuffer : private abi::iovec {
  public:
    constexpr ConstBuffer() noexcept : iovec{nullptr, 0} {}
    ConstBuffer(ConstBytes bytes) noexcept : iovec{const_cast<std::byte*>(bytes.data()), bytes.size()} {}
    ConstBuffer(std::string_view text) noexcept : ConstBuffer(as_bytes(text)) {}
    ConstBuffer(const char* text) noexcept : ConstBuffer(std::string_view(text)) {}
    ConstBytes bytes() const noexcept { return {static_cast<const std::byte*>(iov_base), iov_len}; }
    std::size_t size() const noexcept { return iov_len; }
    const abi::iovec* raw() const noexcept { return this; }
};

/// One buffer of a vectored read.
class MutableBuffer : private abi::iovec {
  public:
    constexpr MutableBuffer() noexcept : iovec{nullptr, 0} {}
    MutableBuffer(MutableBytes bytes) noexcept : iovec{bytes.data(), bytes.size()} {}
    MutableBytes bytes() const noexcept { return {static_cast<std::byte*>(iov_base), iov_len}; }
    std::size_t size() const noexcept { return iov_len; }
    const abi::iovec* raw() const noexcept { return this; }
};

static_assert(sizeof(ConstBuffer) == sizeof(abi::iovec) && sizeof(MutableBuffer) == sizeof(abi::iovec));

}  // namespace wali
