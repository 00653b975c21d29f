// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include <wali/abi/constants/errno.hpp>
#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>

/// Paths as text: no call is made, nothing is allocated. What a symbolic link does to `..` only the kernel knows, so
/// nothing here decides what a path may reach: Directory does.
WALI_EXPORT namespace wali::fs {
/// Whether it starts at the root.
constexpr bool is_absolute(std::string_view path) noexcept { return path.starts_with('/'); }

/// The last component, as basename(1) has it: "c" of "a/b/c" and of "c/", "/" of "//", "." of "".
constexpr std::string_view base_name(std::string_view path WALI_LIFETIMEBOUND) noexcept {
    if (path.empty()) return ".";
    const auto last = path.find_last_not_of('/');
    if (last == path.npos) return path.substr(0, 1);
    path = path.substr(0, last + 1);
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// What is before the last component, as dirname(1) has it: "a/b" of "a/b/c", "/" of "/a", "." of "a".
constexpr std::string_view directory_name(std::string_view path WALI_LIFETIMEBOUND) noexcept {
    const auto last = path.find_last_not_of('/');
    if (last == path.npos) return path.empty() ? "." : path.substr(0, 1);
    const auto slash = path.rfind('/', last);
    if (slash == path.npos) return ".";
    const auto end = path.find_last_not_of('/', slash);
    return path.substr(0, end == path.npos ? 1 : end + 1);
}

/// The last component's end from its last dot on: ".gz" of "a.tar.gz"; nothing of "a", ".profile", "." and "..".
constexpr std::string_view extension(std::string_view path WALI_LIFETIMEBOUND) noexcept {
    const std::string_view name = base_name(path);
    const auto dot = name.rfind('.');
    return dot == name.npos || dot == 0 || name == ".." ? std::string_view() : name.substr(dot);
}

/// Writes the parts into `buffer` with one slash between two of them, and returns what was written. An empty part is
/// left out; a later part never replaces the earlier ones, also if it begins with a slash. Errno::NAMETOOLONG when the
/// buffer is full.
constexpr result<std::string_view> join(std::span<char> buffer,
                                        std::initializer_list<std::string_view> parts) noexcept {
    usize size = 0;
    const auto put = [&](std::string_view text) noexcept {
        if (text.size() > buffer.size() - size) return false;
        for (const char c : text) buffer[size++] = c;
        return true;
    };
    for (std::string_view part : parts) {
        if (part.empty()) continue;
        if (size != 0) {
            while (part.starts_with('/')) part.remove_prefix(1);
            if (buffer[size - 1] != '/' && !put("/")) return Errno::NAMETOOLONG;
        }
        if (!put(part)) return Errno::NAMETOOLONG;
    }
    return std::string_view(buffer.data(), size);
}

/// Writes the path without components that are empty or one dot, and without pairs like "a/..": "../c" for
/// "a/.././../b/../c/",
/// "." for "". Errno::NAMETOOLONG when the buffer is full. Before opening anything, mind what is said above.
constexpr result<std::string_view> normalise(std::span<char> buffer, std::string_view path) noexcept {
    const bool absolute = is_absolute(path);
    usize size = 0;
    if (buffer.empty()) return Errno::NAMETOOLONG;
    if (absolute) buffer[size++] = '/';
    const usize root = size;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
        if (name.empty() || name == ".") continue;
        if (name == "..") {
            const std::string_view written(buffer.data() + root, size - root);
            if (!written.empty() && base_name(written) != "..") {
                const auto cut = written.rfind('/');
                size = root + (cut == written.npos ? 0 : cut);
                continue;
            }
            if (absolute) continue;
        }
        if (name.size() + (size != root) > buffer.size() - size) return Errno::NAMETOOLONG;
        if (size != root) buffer[size++] = '/';
        for (const char c : name) buffer[size++] = c;
    }
    if (size == 0) buffer[size++] = '.';
    return std::string_view(buffer.data(), size);
}

}  // namespace wali::fs
