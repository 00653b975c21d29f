// SPDX-License-Identifier: BSL-1.0
#include <wali/net/name_resolution.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

namespace wali {

namespace {

constexpr usize host_max = 253;

Errno reason_of(int code) noexcept {
    switch (code) {
        case EAI_AGAIN: return Errno::AGAIN;
        case EAI_FAIL: return Errno::IO;
        case EAI_MEMORY: return Errno::NOMEM;
        case EAI_SYSTEM: return static_cast<Errno>(errno);
        default: return Errno::NOENT;
    }
}

}  // namespace

result<std::span<Endpoint>> resolve(std::string_view host, u16 port, std::span<Endpoint> room) noexcept {
    if (host.size() > host_max) return Errno::NAMETOOLONG;
    if (host.find('\0') != std::string_view::npos) return Errno::INVAL;
    char name[host_max + 1] = {};
    std::copy_n(host.data(), host.size(), name);

    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once for every type
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(name, nullptr, &hints, &list);
    if (code != 0) return reason_of(code);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);

    usize count = 0;
    for (const addrinfo* entry = list; entry != nullptr && count < room.size(); entry = entry->ai_next) {
        if (entry->ai_addrlen > SocketAddress::capacity) continue;
        SocketAddress address;
        std::memcpy(address.out(), entry->ai_addr, entry->ai_addrlen);
        address.set_size(entry->ai_addrlen);
        const auto endpoint = Endpoint::from(address);
        if (endpoint) room[count++] = {endpoint.assume_value().address, port};
    }
    return room.first(count);
}

}  // namespace wali
