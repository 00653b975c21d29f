// SPDX-License-Identifier: BSL-1.0
#include <cstdio>
#include <magic.hpp>
#ifdef IMPORT
import wali;
#endif

int main() {
    const auto file = wali::File::open("/proc/self/exe");
    if (!file) return 1;
    const auto size = first_bytes(file.value());
    std::printf("%d bytes\n", size ? static_cast<int>(size.value()) : -1);
}
