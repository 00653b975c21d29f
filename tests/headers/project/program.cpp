// SPDX-License-Identifier: BSL-1.0
// Uses exceptions, which the library neither asks for nor forbids, and functions that are not inline.
#include <stdexcept>
#include <string>

#include <wali/wali.hpp>

namespace {

wali::u64 size_of(const std::string& path) {
    const auto file = wali::File::open(path);
    if (!file) throw std::runtime_error(path);
    return file.value().size().value();
}

}  // namespace

int main(int argc, char** argv) {
    const auto listener = wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0));
    if (!listener || size_of(argv[argc - 1]) == 0) return 1;
    try {
        size_of("/nowhere/at/all");
    } catch (const std::runtime_error&) {
        return 0;
    }
    return 1;
}
