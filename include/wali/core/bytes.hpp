// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <wali/abi/structs/fs.hpp>
#include <wali/core/lifetime.hpp>

/// Buffers as the calls take them: text and bytes alike. They view memory that somebody else owns.
WALI_EXPORT namespace wali {
namespace detail {
template <class T>
concept Byte = std::same_as<T, std::byte> || std::same_as<T, char> || std::same_as<T, unsigned char> ||
               std::same_as<T, signed char> || std::same_as<T, char8_t>;

/// Contiguous bytes, but no array: of a literal one would have to know whether its NUL belongs to it.
template <class Range>
concept ByteRange = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> &&
                    Byte<std::ranges::range_value_t<Range>> && !std::is_array_v<std::remove_reference_t<Range>>;
template <class Range>
concept ViewOfBytes = ByteRange<Range> && std::ranges::enable_borrowed_range<Range>;
template <class Range>
concept OwningBytes = ByteRange<Range> && !std::ranges::enable_borrowed_range<Range>;

/// Values in a row whose memory is meant only where as_bytes() says so.
template <class Range>
concept OtherValues = std::ranges::contiguous_range<Range> && !Byte<std::ranges::range_value_t<Range>>;
template <class Range>
concept BytesToWriteTo = std::ranges::contiguous_range<Range> && Byte<std::ranges::range_value_t<Range>> &&
                         std::ranges::borrowed_range<Range> &&
                         !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<Range>>>;

/// A C string. No array decays to it, so that its end is known.
template <class Text>
concept CString = std::same_as<Text, const char*> || std::same_as<Text, char*>;

/// The text in an array: up to its NUL, or all of it.
constexpr std::string_view text_in(const char* array, std::size_t size) noexcept {
    const char* const end = std::char_traits<char>::find(array, size, '\0');
    return {array, end == nullptr ? size : static_cast<std::size_t>(end - array)};
}
}  // namespace detail

class ConstBytes;
class MutableBytes;
}  // namespace wali

// They are views, as the std::span that each is: what is made of one, such as an iterator, outlives it.
/// @cond
template <>
inline constexpr bool std::ranges::enable_borrowed_range<wali::ConstBytes> = true;
template <>
inline constexpr bool std::ranges::enable_view<wali::ConstBytes> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<wali::MutableBytes> = true;
template <>
inline constexpr bool std::ranges::enable_view<wali::MutableBytes> = true;
/// @endcond

WALI_EXPORT namespace wali {
/// Bytes to read from: made from a literal, a constant char array or a C string (up to its NUL, if it has one), and
/// from what holds characters or bytes in a row, such as std::string, std::string_view, std::vector<std::byte>,
/// std::span<const std::byte>. For a char array that may change, say with std::span how much of it is meant; for other
/// types, with as_bytes() that their memory is meant.
class WALI_VIEW ConstBytes : public std::span<const std::byte> {
  public:
    constexpr ConstBytes() noexcept = default;
    constexpr ConstBytes(std::span<const std::byte> bytes) noexcept : span(bytes) {}
    template <detail::CString Text>
    ConstBytes(Text text WALI_LIFETIMEBOUND) noexcept : ConstBytes(std::string_view(text)) {}
    template <std::size_t size>
    ConstBytes(const char (&text WALI_LIFETIMEBOUND)[size]) noexcept : ConstBytes(detail::text_in(text, size)) {}
    ConstBytes(std::nullptr_t) = delete;
    template <std::size_t size>
    ConstBytes(char (&)[size]) = delete;  // how much of the array is meant? say it with std::span
    template <detail::OtherValues Range>
    ConstBytes(const Range&) = delete;  // is their memory meant? say it with wali::as_bytes
    template <std::size_t size>
    ConstBytes(const std::byte (&bytes WALI_LIFETIMEBOUND)[size]) noexcept : span(bytes) {}
    template <std::size_t size>
    ConstBytes(const unsigned char (&bytes WALI_LIFETIMEBOUND)[size]) noexcept
        : span(reinterpret_cast<const std::byte*>(bytes), size) {}
    template <detail::OwningBytes Range>
    ConstBytes(const Range& range WALI_LIFETIMEBOUND) noexcept : span(of(range)) {}
    template <detail::ViewOfBytes Range>
    ConstBytes(Range range) noexcept : span(of(range)) {}

  private:
    template <class Range>
    static std::span<const std::byte> of(const Range& range) noexcept {
        return {reinterpret_cast<const std::byte*>(std::ranges::data(range)), std::ranges::size(range)};
    }
};

/// Bytes to write to: made from an array of bytes or characters and from what holds them in a row and may be changed.
class WALI_VIEW MutableBytes : public std::span<std::byte> {
  public:
    constexpr MutableBytes() noexcept = default;
    constexpr MutableBytes(std::span<std::byte> bytes) noexcept : span(bytes) {}
    template <detail::Byte T, std::size_t size>
    MutableBytes(T (&bytes WALI_LIFETIMEBOUND)[size]) noexcept : span(reinterpret_cast<std::byte*>(bytes), size) {}
    template <detail::ByteRange Range>
        requires(detail::BytesToWriteTo<Range> && !std::ranges::enable_borrowed_range<std::remove_cvref_t<Range>>)
    MutableBytes(Range&& range WALI_LIFETIMEBOUND) noexcept
        : span(reinterpret_cast<std::byte*>(std::ranges::data(range)), std::ranges::size(range)) {}
    template <detail::ViewOfBytes Range>
        requires(detail::BytesToWriteTo<Range> && !std::same_as<Range, MutableBytes>)
    MutableBytes(Range range) noexcept
        : span(reinterpret_cast<std::byte*>(std::ranges::data(range)), std::ranges::size(range)) {}
    template <std::ranges::contiguous_range Range>
        requires(!detail::BytesToWriteTo<Range>)
    MutableBytes(Range&&) = delete;  // it is constant, a temporary, or holds no bytes: std::as_writable_bytes
};

namespace detail {
template <class Range>
ConstBytes memory_of(const Range& values) noexcept {
    static_assert(std::is_trivially_copyable_v<std::ranges::range_value_t<Range>>,
                  "as_bytes: these values are not trivially copyable, so the bytes of their memory are not what they "
                  "mean; write out their parts");
    return std::as_bytes(std::span(values));
}
}  // namespace detail

/// The memory of any array, vector or span of trivially copyable values.
template <std::ranges::contiguous_range Range>
    requires(!std::ranges::enable_borrowed_range<Range>)
ConstBytes as_bytes(const Range& values WALI_LIFETIMEBOUND) noexcept {
    return detail::memory_of(values);
}
template <std::ranges::contiguous_range Range>
    requires(std::ranges::enable_borrowed_range<Range>)
ConstBytes as_bytes(Range values) noexcept {
    return detail::memory_of(values);
}

/// Bytes seen as text.
inline std::string_view as_text(ConstBytes bytes WALI_LIFETIMEBOUND) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One buffer of a vectored write: exactly the kernel's struct iovec, so an array of these crosses without a copy.
class WALI_VIEW ConstBuffer : private abi::iovec {
  public:
    constexpr ConstBuffer() noexcept : iovec{nullptr, 0} {}
    ConstBuffer(ConstBytes bytes) noexcept : iovec{const_cast<std::byte*>(bytes.data()), bytes.size()} {}
    template <detail::CString Text>
    ConstBuffer(Text text WALI_LIFETIMEBOUND) noexcept : ConstBuffer(ConstBytes(text)) {}
    template <std::size_t size>
    ConstBuffer(const char (&text WALI_LIFETIMEBOUND)[size]) noexcept : ConstBuffer(ConstBytes(text)) {}
    ConstBuffer(std::nullptr_t) = delete;
    template <std::size_t size>
    ConstBuffer(char (&)[size]) = delete;  // how much of the array is meant? say it with std::span
    template <detail::OtherValues Range>
    ConstBuffer(const Range&) = delete;  // is their memory meant? say it with wali::as_bytes
    template <detail::OwningBytes Bytes>
    ConstBuffer(const Bytes& bytes WALI_LIFETIMEBOUND) noexcept : ConstBuffer(ConstBytes(bytes)) {}
    template <detail::ViewOfBytes Bytes>
    ConstBuffer(Bytes bytes) noexcept : ConstBuffer(ConstBytes(bytes)) {}
    /// The memory that it views.
    ConstBytes bytes() const noexcept { return std::span(static_cast<const std::byte*>(iov_base), iov_len); }
    /// In bytes.
    std::size_t size() const noexcept { return iov_len; }
    /// For the raw calls.
    const abi::iovec* raw() const noexcept { return this; }
};

/// One buffer of a vectored read.
class WALI_VIEW MutableBuffer : private abi::iovec {
  public:
    constexpr MutableBuffer() noexcept : iovec{nullptr, 0} {}
    MutableBuffer(MutableBytes bytes) noexcept : iovec{bytes.data(), bytes.size()} {}
    template <std::convertible_to<MutableBytes> Bytes>
        requires(!std::ranges::enable_borrowed_range<std::remove_cvref_t<Bytes>>)
    MutableBuffer(Bytes&& bytes WALI_LIFETIMEBOUND) noexcept
        : MutableBuffer(MutableBytes(static_cast<Bytes&&>(bytes))) {}
    template <detail::ViewOfBytes Bytes>
        requires std::convertible_to<Bytes, MutableBytes>
    MutableBuffer(Bytes bytes) noexcept : MutableBuffer(MutableBytes(bytes)) {}
    /// The memory that it views.
    MutableBytes bytes() const noexcept { return std::span(static_cast<std::byte*>(iov_base), iov_len); }
    /// In bytes.
    std::size_t size() const noexcept { return iov_len; }
    /// For the raw calls.
    const abi::iovec* raw() const noexcept { return this; }
};

static_assert(sizeof(ConstBuffer) == sizeof(abi::iovec) && sizeof(MutableBuffer) == sizeof(abi::iovec));

}  // namespace wali
