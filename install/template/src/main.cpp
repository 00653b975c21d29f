// %NAME% [PORT]: answers whoever connects, on this machine's loopback; port 0, the default, is one that is free.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <wali/try.hpp>

#include "service.hpp"

import wali;

namespace {

wali::result<void> run(std::uint16_t port) {
    WALI_TRY(const auto listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(port)));
    WALI_TRY(const auto address, listener.local_address());
    wali::SocketAddress::Text text;
    std::printf("listening on %s\n", std::string(address.format(text)).c_str());
    std::fflush(stdout);
    for (;;) {
        WALI_TRY(const auto client, listener.accept());
        // A client that goes away is no reason to end.
        if (const auto served = serve(client); !served) std::fputs("a client went away\n", stderr);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::uint16_t port = 0;
    const char* const end = argc > 1 ? argv[1] + std::strlen(argv[1]) : nullptr;
    if (argc > 2 || (argc == 2 && std::from_chars(argv[1], end, port).ptr != end)) {
        std::fputs("usage: %NAME% [PORT]\n", stderr);
        return 2;
    }
    const auto done = run(port);
    std::fprintf(stderr, "%NAME%: %s\n", wali::errno_text(done.error()));
    return 1;
}
