// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <wali/abi/structs/fs.hpp>
#include <wali/core/lifetime.hpp>

/// Buffers as the calls take them: text and bytes alike. They view memory that somebody else owns.
WALI_EXPORT namespace wali {
namespace detail {
template <class T>
concept Byte = std::same_as<T, std::byte> || std::same_as<T, char> || std::same_as<T, unsigned char> ||
               std::same_as<T, signed char> || std::same_as<T, char8_t>;

/// Values in a row: std::ranges::contiguous_range and sized_range in short, which cost a compiler 30 ms for each type.
template <class Range>
concept Contiguous = requires(std::remove_reference_t<Range>& values) {
    requires std::is_pointer_v<decltype(values.data())>;
    { values.size() } -> std::convertible_to<std::size_t>;
};
template <class Range>
using ElementOf = std::remove_reference_t<decltype(*std::declval<Range&>().data())>;
template <class Array>
concept ArrayOfBytes =
    std::is_array_v<std::remove_reference_t<Array>> && Byte<std::remove_extent_t<std::remove_reference_t<Array>>>;

/// Contiguous bytes, but no array: of a literal one would have to know whether its NUL belongs to it.
template <class Range>
concept ByteRange = Contiguous<Range> && Byte<std::remove_cv_t<ElementOf<Range>>>;
template <class Range>
concept ViewOfBytes = ByteRange<Range> && std::ranges::enable_borrowed_range<Range>;
template <class Range>
concept OwningBytes = ByteRange<Range> && !std::ranges::enable_borrowed_range<Range>;

/// Values in a row whose memory is meant only where as_bytes() says so.
template <class Range>
concept OtherValues = (std::is_array_v<Range> && !ArrayOfBytes<std::remove_const_t<Range>>) ||
                      (Contiguous<Range> && !Byte<std::remove_cv_t<ElementOf<Range>>>);
/// What bytes can be written to, deduced as Range&&; no array.
template <class Range>
concept BytesToWriteTo =
    Contiguous<Range> && Byte<ElementOf<Range>> &&
    (std::is_lvalue_reference_v<Range> || std::ranges::enable_borrowed_range<std::remove_cv_t<Range>>);
template <class Range>
concept NothingToWriteTo =
    (Contiguous<Range> && !BytesToWriteTo<Range>) ||
    (std::is_array_v<std::remove_reference_t<Range>> && !(std::is_lvalue_reference_v<Range> && ArrayOfBytes<Range>));

template <class Byte, ByteRange Range>
constexpr std::span<Byte> span_of(Range& range) noexcept {
    if constexpr (std::same_as<std::remove_cv_t<ElementOf<Range>>, std::byte>)
        return {range.data(), range.size()};
    else
        return {reinterpret_cast<Byte*>(range.data()), range.size()};
}

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
    constexpr ConstBytes(const Range& range WALI_LIFETIMEBOUND) noexcept
        : span(detail::span_of<const std::byte>(range)) {}
    template <detail::ViewOfBytes Range>
    constexpr ConstBytes(Range range) noexcept : span(detail::span_of<const std::byte>(range)) {}
};

/// Bytes to write to: made from an array of bytes or characters and from what holds them in a row and may be changed.
class WALI_VIEW MutableBytes : public std::span<std::byte> {
  public:
    constexpr MutableBytes() noexcept = default;
    template <detail::Byte T, std::size_t size>
    MutableBytes(T (&bytes WALI_LIFETIMEBOUND)[size]) noexcept : span(reinterpret_cast<std::byte*>(bytes), size) {}
    template <detail::ByteRange Range>
        requires(detail::BytesToWriteTo<Range> && !std::ranges::enable_borrowed_range<std::remove_cvref_t<Range>>)
    constexpr MutableBytes(Range&& range WALI_LIFETIMEBOUND) noexcept : span(detail::span_of<std::byte>(range)) {}
    template <detail::ViewOfBytes Range>
        requires(detail::BytesToWriteTo<Range> && !std::same_as<Range, MutableBytes>)
    constexpr MutableBytes(Range range) noexcept : span(detail::span_of<std::byte>(range)) {}
    template <detail::NothingToWriteTo Range>
    MutableBytes(Range&&) = delete;  // it is constant, a temporary, or holds no bytes: std::as_writable_bytes
};

namespace detail {
template <class Range>
concept Values = Contiguous<Range> || std::is_array_v<Range>;
template <class Range>
ConstBytes memory_of(const Range& values) noexcept {
    using Value = std::remove_cvref_t<decltype(*std::data(values))>;
    static_assert(std::is_trivially_copyable_v<Value>,
                  "as_bytes: these values are not trivially copyable, so the bytes of their memory are not what they "
                  "mean; write out their parts");
    return std::span<const std::byte>(reinterpret_cast<const std::byte*>(std::data(values)),
                                      std::size(values) * sizeof(Value));
}
}  // namespace detail

/// The memory of any array, vector or span of trivially copyable values.
template <detail::Values Range>
    requires(!std::ranges::enable_borrowed_range<Range>)
ConstBytes as_bytes(const Range& values WALI_LIFETIMEBOUND) noexcept {
    return detail::memory_of(values);
}
template <detail::Values Range>
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
    template <class Bytes>
        requires(!std::ranges::enable_borrowed_range<std::remove_cvref_t<Bytes>> &&
                 std::convertible_to<Bytes, MutableBytes>)
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
