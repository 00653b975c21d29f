// SPDX-License-Identifier: BSL-1.0
#include "request_path.hpp"

#include <algorithm>

namespace httpd {

namespace {

constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// How many bytes of the target are "http://host" or "https://host", in any case of letters; 0 without a host.
std::size_t origin_size(std::string_view target) noexcept {
    constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
        if (!std::ranges::equal(target.substr(0, scheme.size()), scheme, {}, lower)) continue;
        const std::size_t end = std::min(target.find_first_of("/?", scheme.size()), target.size());
        return end > scheme.size() ? end : 0;
    }
    return 0;
}

constexpr bool is_plain_name(std::string_view name) noexcept { return !name.empty() && name != "." && name != ".."; }

/// Whether every name between the slashes is one that a file can have. The last may be missing.
bool has_plain_names(std::string_view path) noexcept {
    path.remove_prefix(1);
    for (;;) {
        const std::size_t slash = path.find('/');
        if (slash == std::string_view::npos) return path.empty() || is_plain_name(path);
        if (!is_plain_name(path.substr(0, slash))) return false;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

Target split_target(std::string_view target) noexcept {
    const std::size_t origin = origin_size(target);
    target.remove_prefix(origin);
    const std::size_t question = std::min(target.find('?'), target.size());
    Target parts{target.substr(0, question), target.substr(question)};
    if (parts.path.empty() && origin > 0) parts.path = "/";
    if (!parts.path.starts_with('/')) parts.path = {};
    return parts;
}

RequestPath decode_path(std::string_view path, std::span<char> buffer) noexcept {
    if (!path.starts_with('/') || path.size() > buffer.size()) return {Status::bad_request, {}};
    bool encoded_slash = false;
    std::size_t size = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        char c = path[i];
        if (c == '%') {
            const int high = i + 1 < path.size() ? hex_digit(path[i + 1]) : -1;
            const int low = i + 2 < path.size() ? hex_digit(path[i + 2]) : -1;
            if (high < 0 || low < 0) return {Status::bad_request, {}};
            c = static_cast<char>(high << 4 | low);
            encoded_slash = encoded_slash || c == '/';
            i += 2;
        }
        if (c == '\0' || path[i] == '#') return {Status::bad_request, {}};
        buffer[size++] = c;
    }
    const std::string_view text(buffer.data(), size);
    if (encoded_slash || !has_plain_names(text)) return {Status::not_found, {}};
    return {Status::ok, text};
}

}  // namespace httpd
