// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::XattrFlags;

/// The names that list_xattr() has read: a range of std::string_view.
class WALI_VIEW XattrNames {
  public:
    /// Views names with a NUL behind each.
    explicit XattrNames(std::string_view list) noexcept : list_(list) {}

    /// Goes from name to name.
    class iterator {
      public:
        /// What std::ranges asks an iterator.
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        /// The end of every list.
        iterator() noexcept = default;
        /// The first name of what is left.
        explicit iterator(std::string_view rest) noexcept : rest_(rest) {}
        /// The name, the next one, and whether both have as much before them.
        std::string_view operator*() const noexcept { return rest_.substr(0, rest_.find('\0')); }
        iterator& operator++() noexcept {
            const std::string_view name = **this;
            rest_.remove_prefix(name.size() < rest_.size() ? name.size() + 1 : name.size());
            return *this;
        }
        iterator operator++(int) noexcept {
            const iterator old = *this;
            ++*this;
            return old;
        }
        bool operator==(const iterator& other) const noexcept { return rest_.size() == other.rest_.size(); }

      private:
        std::string_view rest_;
    };

    /// For `for (const std::string_view name : names)`.
    iterator begin() const noexcept { return iterator(list_); }
    iterator end() const noexcept { return iterator(); }

  private:
    std::string_view list_;
};
}  // namespace wali

/// Extended attributes: values of up to 64 KiB that a file has by name, such as "user.checksum". See xattr(7).
///
///     WALI_TRY(wali::fs::set_xattr("report.pdf", "user.origin", "https://example.org"));
///     WALI_TRY(const auto size, wali::fs::get_xattr("report.pdf", "user.origin", buffer));
///
/// Each is one call of tier named, and there is one for a path, for a symbolic link itself and for an open file. EINTR
/// does not occur. Errors: NODATA (no such attribute), OPNOTSUPP (the file system or the name's first part), PERM,
/// RANGE (a buffer that is too small, or a name longer than 255 bytes). Async-signal-safe.
WALI_EXPORT namespace wali::fs {
/// getxattr(2): reads a value and returns its size; with an empty buffer the size alone.
inline result<usize> get_xattr(PathView path, PathView name, MutableBytes value) noexcept {
    return path.with_c_str([&](const char* path_text) noexcept {
        return name.with_c_str([&](const char* text) noexcept {
            return to_result<usize>(Call::getxattr, sys::getxattr(path_text, text, value.data(), value.size()));
        });
    });
}
inline result<usize> get_link_xattr(PathView path, PathView name, MutableBytes value) noexcept {
    return path.with_c_str([&](const char* path_text) noexcept {
        return name.with_c_str([&](const char* text) noexcept {
            return to_result<usize>(Call::lgetxattr, sys::lgetxattr(path_text, text, value.data(), value.size()));
        });
    });
}
inline result<usize> get_xattr(BorrowedFd file, PathView name, MutableBytes value) noexcept {
    return name.with_c_str([&](const char* text) noexcept {
        return to_result<usize>(Call::fgetxattr, sys::fgetxattr(file.raw(), text, value.data(), value.size()));
    });
}

/// setxattr(2): makes or replaces an attribute; with CREATE it must be new (EXIST), with REPLACE not (NODATA).
inline result<void> set_xattr(PathView path, PathView name, ConstBytes value, XattrFlags flags) noexcept {
    return path.with_c_str([&](const char* path_text) noexcept {
        return name.with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::setxattr,
                                   sys::setxattr(path_text, text, value.data(), value.size(), abi::bits(flags)));
        });
    });
}
inline result<void> set_xattr(PathView path, PathView name, ConstBytes value) noexcept {
    return set_xattr(path, name, value, XattrFlags{});
}
inline result<void> set_link_xattr(PathView path, PathView name, ConstBytes value, XattrFlags flags) noexcept {
    return path.with_c_str([&](const char* path_text) noexcept {
        return name.with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::lsetxattr,
                                   sys::lsetxattr(path_text, text, value.data(), value.size(), abi::bits(flags)));
        });
    });
}
inline result<void> set_link_xattr(PathView path, PathView name, ConstBytes value) noexcept {
    return set_link_xattr(path, name, value, XattrFlags{});
}
inline result<void> set_xattr(BorrowedFd file, PathView name, ConstBytes value, XattrFlags flags) noexcept {
    return name.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::fsetxattr,
                               sys::fsetxattr(file.raw(), text, value.data(), value.size(), abi::bits(flags)));
    });
}
inline result<void> set_xattr(BorrowedFd file, PathView name, ConstBytes value) noexcept {
    return set_xattr(file, name, value, XattrFlags{});
}

/// removexattr(2).
inline result<void> remove_xattr(PathView path, PathView name) noexcept {
    return path.with_c_str([&](const char* path_text) noexcept {
        return name.with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::removexattr, sys::removexattr(path_text, text));
        });
    });
}
inline result<void> remove_link_xattr(PathView path, PathView name) noexcept {
    return path.with_c_str([&](const char* path_text) noexcept {
        return name.with_c_str([&](const char* text) noexcept {
            return to_result<void>(Call::lremovexattr, sys::lremovexattr(path_text, text));
        });
    });
}
inline result<void> remove_xattr(BorrowedFd file, PathView name) noexcept {
    return name.with_c_str([&](const char* text) noexcept {
        return to_result<void>(Call::fremovexattr, sys::fremovexattr(file.raw(), text));
    });
}

namespace detail {
inline result<XattrNames> xattr_names(Call call, std::span<char> buffer, long raw) noexcept {
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(call, raw);
    // The kernel answers the size of the list alone where there is no buffer.
    if (static_cast<usize>(raw) > buffer.size()) return Error(Errno::RANGE, call);
    return XattrNames(std::string_view(buffer.data(), static_cast<usize>(raw)));
}
}  // namespace detail

/// listxattr(2): the names of all attributes, read into `buffer`, which needs at most 64 KiB.
inline result<XattrNames> list_xattr(PathView path, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return detail::xattr_names(Call::listxattr, buffer, sys::listxattr(text, buffer.data(), buffer.size()));
    });
}
inline result<XattrNames> list_link_xattr(PathView path, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    return path.with_c_str([&](const char* text) noexcept {
        return detail::xattr_names(Call::llistxattr, buffer, sys::llistxattr(text, buffer.data(), buffer.size()));
    });
}
inline result<XattrNames> list_xattr(BorrowedFd file, std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    return detail::xattr_names(Call::flistxattr, buffer, sys::flistxattr(file.raw(), buffer.data(), buffer.size()));
}

}  // namespace wali::fs
