// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <charconv>
#include <utility>

#include <wali/fs/mount_list.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

/// A field up to the next space, which is taken off `line`.
std::span<char> take_field(std::span<char>& line) noexcept {
    const auto end = static_cast<usize>(std::find(line.begin(), line.end(), ' ') - line.begin());
    const std::span<char> field = line.first(end);
    line = line.subspan(std::min(end + 1, line.size()));
    return field;
}

/// Puts back, in place, what the kernel writes as a backslash and three octal digits: blanks and backslashes.
std::string_view unescape(std::span<char> field) noexcept {
    usize size = 0;
    for (usize i = 0; i < field.size(); ++size) {
        u8 octal = 0;
        const char* const digits = field.data() + i + 1;
        if (field[i] == '\\' && field.size() - i > 3 &&
            std::from_chars(digits, digits + 3, octal, 8).ptr == digits + 3) {
            field[size] = static_cast<char>(octal);
            i += 4;
        } else {
            field[size] = field[i++];
        }
    }
    return {field.data(), size};
}

template <class Number>
bool parse(std::string_view text, Number& number) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

std::string_view text(std::span<char> field) noexcept { return {field.data(), field.size()}; }

/// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"; any number of fields before the
/// "-".
bool parse_line(std::span<char> line, MountEntry& entry) noexcept {
    if (!parse(text(take_field(line)), entry.id) || !parse(text(take_field(line)), entry.parent)) return false;
    const std::string_view device = text(take_field(line));
    const usize colon = device.find(':');
    if (colon == device.npos || !parse(device.substr(0, colon), entry.major) ||
        !parse(device.substr(colon + 1), entry.minor))
        return false;
    entry.root = unescape(take_field(line));
    entry.point = unescape(take_field(line));
    entry.options = unescape(take_field(line));
    while (!line.empty() && text(take_field(line)) != "-") {
    }
    entry.type = unescape(take_field(line));
    entry.source = unescape(take_field(line));
    entry.super_options = unescape(take_field(line));
    return !entry.type.empty();
}

}  // namespace

result<MountList> MountList::open(std::span<char> buffer, PathView path) noexcept {
    WALI_TRY(File file, File::open(path));
    return MountList(std::move(file), buffer);
}

result<const MountEntry*> MountList::next() noexcept {
    for (;;) {
        const std::span<char> held = buffer_.subspan(begin_, end_ - begin_);
        const auto newline = static_cast<usize>(std::find(held.begin(), held.end(), '\n') - held.begin());
        if (newline != held.size()) {
            begin_ += newline + 1;
            if (!parse_line(held.first(newline), entry_)) return Errno::BADMSG;
            return &entry_;
        }
        std::copy(held.begin(), held.end(), buffer_.begin());
        begin_ = 0;
        end_ = held.size();
        if (end_ == buffer_.size()) return Errno::NOBUFS;
        WALI_TRY(const usize size, retry_interrupted([&] { return file_.read(MutableBytes(buffer_.subspan(end_))); }));
        if (size == 0) {
            if (end_ != 0) return Errno::BADMSG;
            return nullptr;
        }
        end_ += size;
    }
}

}  // namespace wali
