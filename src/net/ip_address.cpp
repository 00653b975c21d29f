// SPDX-License-Identifier: BSL-1.0
#include <wali/net/ip_address.hpp>

#include <optional>

#include "address_text.hpp"

namespace wali {

namespace {

using Writer = detail::Writer<IpAddress::text_max>;

/// Where a text is wrong, and what should stand there.
struct Mistake {
    usize position;
    const char* expected;
};

/// Reads four bytes to `out`; `at` is where `text` begins in the whole.
std::optional<Mistake> read_v4(std::string_view text, u8* out, usize at = 0) noexcept {
    for (int i = 0; i < 4; ++i) {
        const std::string_view part = text.substr(0, text.find('.'));
        if (!detail::read_decimal(part, out[i], 3)) return Mistake{at, "a number from 0 to 255 without leading zeros"};
        text.remove_prefix(part.size());
        at += part.size();
        if (i == 3) break;
        if (text.empty()) return Mistake{at, "four numbers with dots between them"};
        text.remove_prefix(1);
        ++at;
    }
    if (!text.empty()) return Mistake{at, "the end of the address, which has four numbers"};
    return {};
}

/// Reads 16 bytes to `out`.
std::optional<Mistake> read_v6(std::string_view text, std::array<u8, 16>& out) noexcept {
    int size = 0;
    int gap = -1;
    usize at = 0;
    if (text.starts_with("::")) {
        gap = 0;
        at = 2;
    }
    while (at < text.size()) {
        const std::string_view part = text.substr(at, text.find(':', at) - at);
        const bool last = at + part.size() == text.size();
        if (last && part.find('.') != std::string_view::npos) {
            if (size > 12) return Mistake{at, "no IPv4 address after more than six groups"};
            if (const auto mistake = read_v4(part, out.data() + size, at)) return mistake;
            size += 4;
            break;
        }
        u16 group = 0;
        if (!detail::read_number(part, group, 16, 4)) return Mistake{at, "one to four hexadecimal digits"};
        if (size == 16) return Mistake{at, "the end of the address, which has eight groups"};
        out[static_cast<usize>(size++)] = static_cast<u8>(group >> 8);
        out[static_cast<usize>(size++)] = static_cast<u8>(group);
        at += part.size();
        if (last) break;
        ++at;
        if (text.substr(at).starts_with(':')) {
            if (gap >= 0) return Mistake{at - 1, "no second \"::\""};
            gap = size;
            ++at;
        } else if (at == text.size()) {
            return Mistake{at, "one to four hexadecimal digits"};
        }
    }
    if (gap < 0 && size < 16) return Mistake{text.size(), "eight groups, or \"::\" in place of some"};
    if (gap >= 0) {
        if (size > 14) return Mistake{text.size(), "at most seven groups beside \"::\""};
        std::rotate(out.begin() + gap, out.begin() + size, out.end());
    }
    return {};
}

void write_v4(Writer& out, const u8* bytes) noexcept {
    for (int i = 0; i < 4; ++i) {
        if (i > 0) out.text(".");
        out.number(bytes[i]);
    }
}

/// RFC 5952: the longest run of two or more zero groups, the first of equals, becomes "::".
void write_v6(Writer& out, const u8* bytes) noexcept {
    const auto group = [&](int i) {
        const u8* pair = bytes + ptrdiff_t{2} * i;
        return static_cast<unsigned>(pair[0] << 8 | pair[1]);
    };
    int best = 8;
    int best_length = 1;
    for (int i = 0; i < 8; ++i) {
        int end = i;
        while (end < 8 && group(end) == 0) ++end;
        if (end - i > best_length) {
            best = i;
            best_length = end - i;
        }
        i = std::max(i, end - 1);
    }
    for (int i = 0; i < 8; ++i) {
        if (i == best) {
            out.text("::");
            i += best_length - 1;
            continue;
        }
        if (i > 0 && i != best + best_length) out.text(":");
        out.number(group(i), 16);
    }
}

}  // namespace

Parsed<IpAddress> IpAddress::parse(std::string_view text) noexcept {
    std::array<u8, 16> bytes{};
    if (text.find(':') == std::string_view::npos) {
        if (const auto mistake = read_v4(text, bytes.data()))
            return {Errno::INVAL, mistake->position, mistake->expected};
        return v4({bytes[0], bytes[1], bytes[2], bytes[3]});
    }
    const std::string_view groups = text.substr(0, text.find('%'));
    if (const auto mistake = read_v6(groups, bytes)) return {Errno::INVAL, mistake->position, mistake->expected};
    if (groups.size() == text.size()) return v6(bytes);
    u32 scope_id = 0;
    const usize scope_at = groups.size() + 1;
    if (!detail::read_decimal(text.substr(scope_at), scope_id, 10) || scope_id == 0)
        return {Errno::INVAL, scope_at, "the number of an interface"};
    return v6(bytes, scope_id);
}

std::string_view IpAddress::format(Text& buffer) const noexcept {
    Writer out(buffer);
    if (is_v4()) {
        write_v4(out, bytes_.data());
    } else {
        write_v6(out, bytes_.data());
        if (scope_id_ != 0) {
            out.text("%");
            out.number(scope_id_);
        }
    }
    return out.written();
}

}  // namespace wali
