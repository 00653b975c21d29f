// SPDX-License-Identifier: BSL-1.0
// Greets one visitor with this machine's name. The program of the README.
#include <string_view>
#include <wali/try.hpp>  // the macro; everything else comes from the module

import wali;

wali::result<void> greet_once() {
    WALI_TRY(const wali::Socket listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(8080)));
    WALI_TRY(const wali::Socket visitor, listener.accept());
    WALI_TRY(const wali::File file, wali::File::open("/etc/hostname"));
    char name[256];
    WALI_TRY(const wali::usize size, file.read_all(name));
    return visitor.send_all(std::string_view(name, size));
}

int main() { return wali::exit_status("greet", greet_once()); }
