// SPDX-License-Identifier: BSL-1.0
// Greets one visitor with this machine's name. The program of the README.
#include <array>
#include <cstdio>
#include <span>
#include <string>

#include <wali/try.hpp>  // the macro; everything else comes from the module

import wali;

wali::result<void> greet_once() {
    WALI_TRY(const wali::Socket listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)));
    WALI_TRY(const wali::SocketAddress address, listener.local_address());
    wali::SocketAddress::Text text;
    std::printf("connect to %s\n", std::string(address.format(text)).c_str());
    WALI_TRY(const wali::Socket peer, listener.accept());
    WALI_TRY(const wali::File file, wali::File::open("/etc/hostname"));
    std::array<std::byte, 256> buffer;
    WALI_TRY(const wali::usize size, file.read_all(buffer));
    return peer.send_all(std::span(buffer).first(size));
}

int main() { return wali::exit_status("greet", greet_once()); }
