// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstring>
#include <string_view>

#include <wali/abi/constants/errno.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// A path as functions take it, made from any text: a literal, std::string, std::string_view, std::filesystem::path.
/// It views the text and must not outlive it. A char array is text up to its NUL, or all of it. Text that ends in a NUL
/// goes to the kernel as it is; other text is copied
/// to the stack first. What the kernel would misread is refused: Errno::INVAL for a NUL inside, Errno::NAMETOOLONG
/// from 4096 bytes on. An empty path is Errno::NOENT, as everywhere on Linux.
class WALI_VIEW PathView {
  public:
    /// The longest path that the kernel takes, with its NUL: PATH_MAX.
    static constexpr usize capacity = 4096;

    /// A C string, passed on as it is.
    template <detail::CString Text>
    constexpr PathView(Text text WALI_LIFETIMEBOUND) noexcept : data_(text), terminated_(true) {}
    /// A literal, passed on as it is, or a char array.
    template <usize room>
    constexpr PathView(const char (&text WALI_LIFETIMEBOUND)[room]) noexcept
        : data_(text), size_(detail::text_in(text, room).size() < room ? 0 : room), terminated_(size_ == 0) {}
    PathView(std::nullptr_t) = delete;
    /// Text without a NUL behind it.
    constexpr PathView(std::string_view text WALI_LIFETIMEBOUND) noexcept : data_(text.data()), size_(text.size()) {}

    /// std::string and what else keeps a NUL behind its size() bytes.
    template <class Text>
        requires requires(const Text& text) {
            { text.c_str() } -> std::same_as<const char*>;
            { text.size() } -> std::convertible_to<usize>;
        }
    constexpr PathView(const Text& text WALI_LIFETIMEBOUND) noexcept : PathView(text.c_str(), text.size()) {}

    /// std::filesystem::path.
    template <class Path>
        requires requires(const Path& path) {
            { path.native().c_str() } -> std::same_as<const char*>;
        }
    constexpr PathView(const Path& path WALI_LIFETIMEBOUND) noexcept : PathView(path.native()) {}

    /// Calls `function` with the path as a C string, which lives until it returns, and returns what it returns: a
    /// result. For those who call the raw layer. Inlined, so that a path known to end in a NUL costs nothing.
    template <class Function>
    [[gnu::always_inline]] constexpr auto with_c_str(Function&& function) const noexcept
        -> decltype(function(static_cast<const char*>(nullptr))) {
        if (terminated_) {
            if (size_ != 0 && has_nul()) [[unlikely]]
                return Errno::INVAL;
            return function(data_);
        }
        return size_ < usual_size ? copied<usual_size>(function) : copied<capacity>(function);
    }

  private:
    static constexpr usize usual_size = 256;

    constexpr PathView(const char* text, usize size) noexcept : data_(text), size_(size), terminated_(true) {}

    bool has_nul() const noexcept { return std::memchr(data_, '\0', size_) != nullptr; }

    // Not inlined: a caller that never has a long path does not make room for one.
    template <usize room, class Function>
    [[gnu::noinline]] auto copied(Function& function) const noexcept
        -> decltype(function(static_cast<const char*>(nullptr))) {
        if (size_ >= room) return Errno::NAMETOOLONG;
        if (size_ != 0 && has_nul()) return Errno::INVAL;
        char text[room];
        if (size_ != 0) std::memcpy(text, data_, size_);
        text[size_] = '\0';
        return function(static_cast<const char*>(text));
    }

    const char* data_;
    usize size_ = 0;
    bool terminated_ = false;
};

}  // namespace wali
