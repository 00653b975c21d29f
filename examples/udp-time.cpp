// SPDX-License-Identifier: BSL-1.0
// udp-time serve [ADDRESS:PORT]: answers every datagram with the time of day, in seconds since 1970.
// udp-time ask ADDRESS:PORT: asks such a server and prints its answer.
//
// The server may listen on all addresses: an answer goes out from the address to which the question came, which the
// kernel tells in a control message and takes in the same form. A datagram may be lost, so who asks asks three times.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <wali/try.hpp>

import wali;

namespace {

using namespace std::chrono_literals;

/// Fills in "1700000000.123456789" and returns it.
std::string_view time_of_day(std::array<char, 40>& room) {
    const auto now = wali::RealtimeClock::now().time_since_epoch().count();
    const int size = std::snprintf(room.data(), room.size(), "%lld.%09lld", static_cast<long long>(now / 1'000'000'000),
                                   static_cast<long long>(now % 1'000'000'000));
    return {room.data(), static_cast<std::size_t>(size)};
}

wali::result<void> serve(const wali::Endpoint& address) {
    WALI_TRY(const auto socket, wali::UdpSocket::bind_to(address));
    if (address.address.is_v4())
        WALI_TRY(socket.set(wali::option::ip::packet_info(true)));
    else
        WALI_TRY(socket.set(wali::option::ipv6::receive_packet_info(true)));
    WALI_TRY(const wali::Endpoint local, socket.local_address());
    wali::Endpoint::Text text;
    std::printf("listening on %s\n", std::string(local.format(text)).c_str());
    std::fflush(stdout);

    wali::IncomingControlBuffer<256> received;
    wali::OutgoingControlBuffer<64> sent;
    for (;;) {
        wali::SocketAddress from;
        wali::IncomingMessage question{.from = &from, .control = &received};
        WALI_TRY(wali::retry_interrupted([&] { return socket.receive_message(question); }));
        sent.clear();
        if (const auto info = received.packet_info()) WALI_TRY(sent.add_packet_info(*info));
        std::array<char, 40> room;
        const wali::ConstBuffer answer(time_of_day(room));
        // What cannot be sent is lost, as on the way: the next question is answered.
        (void)socket.send_message({.buffers = {&answer, 1}, .to = &from, .control = &sent});
    }
}

wali::result<void> ask(const wali::Endpoint& address) {
    WALI_TRY(const auto socket, wali::UdpSocket::create(address.family()));
    WALI_TRY(socket.connect(address));
    WALI_TRY(socket.set(wali::option::receive_timeout(1s)));
    wali::result<wali::usize> size = wali::Errno::TIMEDOUT;
    std::array<char, 40> room;
    for (int attempt = 0; attempt < 3; ++attempt) {
        WALI_TRY(socket.send("what time is it?"));
        size = wali::retry_interrupted([&] { return socket.receive(room); });
        if (size || size.error() != wali::Errno::AGAIN) break;
    }
    WALI_TRY(const auto n, size);
    std::printf("%.*s\n", static_cast<int>(n), room.data());
    return wali::success();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    const bool serves = what == "serve";
    if ((!serves && what != "ask") || argc > 3 || (!serves && argc < 3)) {
        std::fputs("usage: udp-time serve [ADDRESS:PORT] | udp-time ask ADDRESS:PORT\n", stderr);
        return 2;
    }
    const char* const text = argc > 2 ? argv[2] : "0.0.0.0:7777";
    const auto address = wali::Endpoint::parse(text);
    if (!address) {
        std::fprintf(stderr, "udp-time: %s: at byte %zu should be %s\n", text, address.position(), address.expected());
        return 2;
    }
    return wali::exit_status("udp-time", serves ? serve(address.value()) : ask(address.value()));
}
