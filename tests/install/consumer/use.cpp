// SPDX-License-Identifier: BSL-1.0
// A program as a user of the library writes it: with `import`, also of the standard library where USE_STD says so, or
// without where USE_INCLUDE does.
#ifdef USE_STD
import std;
#else
#include <cstddef>
#include <cstdio>
#include <string_view>
#endif
#ifdef USE_INCLUDE
#include <wali/wali.hpp>
#else
#include <wali/try.hpp>
import wali;
#endif

namespace {

wali::result<std::size_t> first_bytes(const char* path, std::byte (&buffer)[4]) {
    WALI_TRY(const auto listener, wali::Socket::listen_on(wali::SocketAddress::ipv4_loopback(0)));
    WALI_TRY(const auto file, wali::File::open(path));
    return file.read(buffer);
}

}  // namespace

int main(int argc, char** argv) {
    std::byte buffer[4] = {};
    const auto size = first_bytes(argc > 1 ? argv[1] : "/proc/self/exe", buffer);
    if (!size) return 1;
    const std::string_view magic(reinterpret_cast<const char*>(buffer), size.value());
    std::puts(magic == std::string_view("\0asm", 4) ? "module" : magic == "\177ELF" ? "native" : "neither");
}
