// SPDX-License-Identifier: BSL-1.0
#include <wali/net/socket_address.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace wali {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr usize unix_path_offset = sizeof(u16);

static_assert(std::endian::native == std::endian::little, "network byte order below assumes a little-endian host");

constexpr u16 swap(u16 value) noexcept { return static_cast<u16>((value >> 8) | (value << 8)); }

/// Reads a whole decimal or hexadecimal number that fits `T`: digits only, no sign.
template <class T>
bool read_number(std::string_view text, T& value, int base, usize most_digits) noexcept {
    if (text.empty() || text.size() > most_digits) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

bool read_ipv4(std::string_view text, u8* out) noexcept {
    for (int i = 0; i < 4; ++i) {
        const usize dot = i < 3 ? text.find('.') : text.size();
        if (dot == std::string_view::npos) return false;
        const std::string_view part = text.substr(0, dot);
        // A leading zero is octal to some and decimal to others, so it is refused.
        if (!read_number(part, out[i], 10, 3) || (part.size() > 1 && part[0] == '0')) return false;
        text.remove_prefix(i < 3 ? dot + 1 : dot);
    }
    return true;
}

/// Groups of an IPv6 address in network order; returns how many bytes were read, or -1.
int read_groups(std::string_view text, u8* out, int room) noexcept {
    int size = 0;
    while (!text.empty()) {
        const usize colon = text.find(':');
        const std::string_view part = text.substr(0, colon);
        if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
            if (size + 4 > room || !read_ipv4(part, out + size)) return -1;
            return size + 4;
        }
        u16 group = 0;
        if (size + 2 > room || !read_number(part, group, 16, 4)) return -1;
        out[size++] = static_cast<u8>(group >> 8);
        out[size++] = static_cast<u8>(group);
        if (colon == std::string_view::npos) return size;
        text.remove_prefix(colon + 1);
        if (text.empty()) return -1;
    }
    return size;
}

bool read_ipv6(std::string_view text, std::array<u8, 16>& out) noexcept {
    const usize gap = text.find("::");
    if (gap == std::string_view::npos) return read_groups(text, out.data(), 16) == 16;
    const int head = read_groups(text.substr(0, gap), out.data(), 14);
    std::array<u8, 16> tail_bytes{};
    const int tail = read_groups(text.substr(gap + 2), tail_bytes.data(), 14);
    if (head < 0 || tail < 0 || head + tail > 14) return false;
    std::copy_n(tail_bytes.data(), tail, out.data() + 16 - tail);
    return true;
}

/// Appends to a fixed buffer; what does not fit is left out.
class Writer {
  public:
    explicit Writer(SocketAddress::Text& buffer) noexcept : buffer_(buffer) {}
    void text(std::string_view text) noexcept {
        const usize n = std::min(text.size(), buffer_.size() - size_);
        std::copy_n(text.data(), n, buffer_.data() + size_);
        size_ += n;
    }
    void number(unsigned value, int base = 10) noexcept {
        char digits[12];
        const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
        text({digits, static_cast<usize>(end - digits)});
    }
    std::string_view written() const noexcept { return {buffer_.data(), size_}; }

  private:
    SocketAddress::Text& buffer_;
    usize size_ = 0;
};

void write_ipv4(Writer& out, const u8* bytes) noexcept {
    for (int i = 0; i < 4; ++i) {
        if (i > 0) out.text(".");
        out.number(bytes[i]);
    }
}

/// RFC 5952: the longest run of two or more zero groups, the first of equals, becomes "::".
void write_ipv6(Writer& out, const u8* bytes) noexcept {
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

result<SocketAddress> make_unix(std::string_view name, bool abstract) noexcept {
    SocketAddress address;
    abi::sockaddr_un raw{};
    raw.sun_family = static_cast<u16>(abi::bits(AddressFamily::UNIX));
    // A path needs its NUL at the end, an abstract name one at the front.
    if (name.size() + 1 > sizeof raw.sun_path) return Errno::NAMETOOLONG;
    std::copy_n(name.data(), name.size(), raw.sun_path + (abstract ? 1 : 0));
    std::memcpy(address.out(), &raw, sizeof raw);
    address.set_size(static_cast<u32>(unix_path_offset + name.size() + 1));
    return address;
}

}  // namespace

SocketAddress::SocketAddress() noexcept = default;

SocketAddress SocketAddress::ipv4(std::array<u8, 4> address, u16 port) noexcept {
    SocketAddress out;
    out.storage_.in = {};
    out.storage_.in.sin_family = static_cast<u16>(abi::bits(AddressFamily::INET));
    out.storage_.in.sin_port = swap(port);
    std::memcpy(&out.storage_.in.sin_addr, address.data(), address.size());
    out.size_ = sizeof(abi::sockaddr_in);
    return out;
}

SocketAddress SocketAddress::ipv6(std::array<u8, 16> address, u16 port, u32 scope_id, u32 flow_info) noexcept {
    SocketAddress out;
    out.storage_.in6 = {};
    out.storage_.in6.sin6_family = static_cast<u16>(abi::bits(AddressFamily::INET6));
    out.storage_.in6.sin6_port = swap(port);
    out.storage_.in6.sin6_flowinfo = flow_info;
    out.storage_.in6.sin6_scope_id = scope_id;
    std::memcpy(out.storage_.in6.sin6_addr, address.data(), address.size());
    out.size_ = sizeof(abi::sockaddr_in6);
    return out;
}

result<SocketAddress> SocketAddress::unix_path(std::string_view path) noexcept {
    if (path.empty() || path.find('\0') != std::string_view::npos) return Errno::INVAL;
    return make_unix(path, false);
}

result<SocketAddress> SocketAddress::unix_abstract(std::string_view name) noexcept { return make_unix(name, true); }

result<SocketAddress> SocketAddress::parse(std::string_view text) noexcept {
    if (text.starts_with(unix_prefix)) {
        text.remove_prefix(unix_prefix.size());
        if (text.starts_with('@')) return unix_abstract(text.substr(1));
        return unix_path(text);
    }
    const usize colon = text.rfind(':');
    if (colon == std::string_view::npos) return Errno::INVAL;
    u16 port = 0;
    if (!read_number(text.substr(colon + 1), port, 10, 5)) return Errno::INVAL;
    const std::string_view host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        std::array<u8, 16> address{};
        if (!read_ipv6(host.substr(1, host.size() - 2), address)) return Errno::INVAL;
        return ipv6(address, port);
    }
    std::array<u8, 4> address{};
    if (!read_ipv4(host, address.data())) return Errno::INVAL;
    return ipv4(address, port);
}

u16 SocketAddress::port() const noexcept {
    switch (family()) {
        case AddressFamily::INET: return swap(storage_.in.sin_port);
        case AddressFamily::INET6: return swap(storage_.in6.sin6_port);
        default: return 0;
    }
}

std::string_view SocketAddress::unix_name() const noexcept {
    if (family() != AddressFamily::UNIX || size_ <= unix_path_offset) return {};
    const usize room = size_ - unix_path_offset;
    const char* path = storage_.un.sun_path;
    if (path[0] == '\0') return {path + 1, room - 1};
    return {path, static_cast<usize>(std::find(path, path + room, '\0') - path)};
}

std::string_view SocketAddress::format(Text& buffer) const noexcept {
    Writer out(buffer);
    switch (family()) {
        case AddressFamily::INET: {
            u8 bytes[4];
            std::memcpy(bytes, &storage_.in.sin_addr, sizeof bytes);
            write_ipv4(out, bytes);
            break;
        }
        case AddressFamily::INET6:
            out.text("[");
            write_ipv6(out, storage_.in6.sin6_addr);
            out.text("]");
            break;
        case AddressFamily::UNIX:
            out.text(unix_prefix);
            if (size_ > unix_path_offset && storage_.un.sun_path[0] == '\0') out.text("@");
            out.text(unix_name());
            return out.written();
        default:
            out.text("family ");
            out.number(storage_.any.sa_family);
            return out.written();
    }
    out.text(":");
    out.number(port());
    return out.written();
}

bool SocketAddress::operator==(const SocketAddress& other) const noexcept {
    return size_ == other.size_ && std::memcmp(&storage_, &other.storage_, size_) == 0;
}

}  // namespace wali
