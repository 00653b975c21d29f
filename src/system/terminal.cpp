// SPDX-License-Identifier: BSL-1.0
#include <wali/system/terminal.hpp>

#include <array>
#include <charconv>

#include <wali/fs/entry.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/try.hpp>

#include "../core/join.hpp"

namespace wali::system {

result<std::string_view> terminal_name(BorrowedFd terminal, std::span<char> buffer) noexcept {
    WALI_TRY(terminal_settings(terminal));
    if (buffer.empty()) return Error(Errno::RANGE, Call::readlinkat);
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), terminal.raw()).ptr;
    const std::string_view number(digits.data(), static_cast<usize>(end - digits.data()));
    std::array<char, 32> link;
    WALI_TRY(const std::string_view name,
             fs::read_link(::wali::detail::join(link, {"/proc/self/fd/", number}), buffer));
    if (name.size() == buffer.size()) return Error(Errno::RANGE, Call::readlinkat);  // it may be cut off
    WALI_TRY(const FileStatus open,
             FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(terminal.raw(), out); }));
    const result<FileStatus> named = fs::status(name);
    if (named.has_error() && named.assume_error() != Errno::NOENT) return named.assume_error();
    const bool same = named.has_value() && named.assume_value().device() == open.device() &&
                      named.assume_value().inode() == open.inode();
    if (!same) return Error(Errno::NODEV_, Call::newfstatat);
    return name;
}

}  // namespace wali::system
