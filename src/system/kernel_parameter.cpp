// SPDX-License-Identifier: BSL-1.0
#include <wali/system/kernel_parameter.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <wali/fs/directory.hpp>
#include <wali/try.hpp>

namespace wali::system {
namespace {

using Number = std::array<char, 24>;

result<File> open(std::string_view name, OpenFlags flags) noexcept {
    std::array<char, 256> room;
    if (name.size() > room.size()) return Errno::NAMETOOLONG;
    // Where the first separator is a dot, dots are the separators, and a slash is a dot within a name.
    const usize first = name.find_first_of("./");
    const bool dotted = first != name.npos && name[first] == '.';
    std::ranges::transform(name, room.begin(), [&](char c) noexcept {
        return !dotted ? c : c == '.' ? '/' : c == '/' ? '.' : c;
    });
    WALI_TRY(const Directory parameters, Directory::open("/proc/sys"));
    return parameters.open_file(std::string_view(room.data(), name.size()), {.flags = flags});
}

}  // namespace

result<std::string_view> kernel_parameter(std::string_view name, std::span<char> buffer) noexcept {
    WALI_TRY(const File file, open(name, OpenFlags::RDONLY));
    WALI_TRY(const usize size, file.read_all(buffer));
    if (size == buffer.size()) return Error(Errno::RANGE, Call::read);  // there may be more
    std::string_view text(buffer.data(), size);
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

result<i64> kernel_number(std::string_view name) noexcept {
    Number room;
    const result<std::string_view> text = kernel_parameter(name, room);
    if (text.has_error()) return text.assume_error() == Errno::RANGE ? Errno::BADMSG : text.assume_error();
    const std::string_view digits = text.assume_value();
    i64 value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return Errno::BADMSG;
    return value;
}

result<void> set_kernel_parameter(std::string_view name, std::string_view value) noexcept {
    WALI_TRY(const File file, open(name, OpenFlags::WRONLY));
    // The kernel takes a value in one call.
    WALI_TRY(const usize written, retry_interrupted([&]() noexcept { return file.write(value); }));
    return written == value.size() ? result<void>(success()) : Error(Errno::IO, Call::write);
}

result<void> set_kernel_parameter(std::string_view name, i64 value) noexcept {
    Number room;
    const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
    return set_kernel_parameter(name, std::string_view(room.data(), static_cast<usize>(end - room.data())));
}

}  // namespace wali::system
