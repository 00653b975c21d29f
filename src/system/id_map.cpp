// SPDX-License-Identifier: BSL-1.0
#include <wali/system/id_map.hpp>

#include <array>
#include <charconv>
#include <string_view>

#include <wali/fs/file.hpp>
#include <wali/try.hpp>

#include "../core/join.hpp"

namespace wali::system {
namespace {

result<void> write_to(Pid process, std::string_view name, std::string_view text) noexcept {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), process.raw()).ptr;
    const std::string_view number(digits.data(), static_cast<usize>(end - digits.data()));
    std::array<char, 64> path;
    WALI_TRY(
        const File file,
        File::open(wali::detail::join(path, {"/proc/", process == Pid(0) ? "self" : number, name}), OpenFlags::WRONLY));
    // The kernel takes all or nothing, in one call.
    WALI_TRY(const usize written, retry_interrupted([&]() noexcept { return file.write(text); }));
    return written == text.size() ? result<void>(success()) : Error(Errno::IO, Call::write);
}

result<void> write_map(Pid process, std::string_view name, std::span<const IdRange> ranges) noexcept {
    std::array<char, 4095> text;
    char* at = text.data();
    char* const end = at + text.size();
    for (const IdRange& range : ranges)
        for (const auto& [number, separator] :
             {std::pair(range.inside, ' '), std::pair(range.outside, ' '), std::pair(range.count, '\n')}) {
            at = std::to_chars(at, end, number).ptr;
            if (at == end) return Error(Errno::INVAL, Call::write);
            *at++ = separator;
        }
    return write_to(process, name, {text.data(), static_cast<usize>(at - text.data())});
}

}  // namespace

result<void> map_users(Pid process, std::span<const IdRange> ranges) noexcept {
    return write_map(process, "/uid_map", ranges);
}

result<void> map_groups(Pid process, std::span<const IdRange> ranges) noexcept {
    return write_map(process, "/gid_map", ranges);
}

result<void> deny_set_groups(Pid process) noexcept { return write_to(process, "/setgroups", "deny"); }

}  // namespace wali::system
