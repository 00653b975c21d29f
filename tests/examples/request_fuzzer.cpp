// SPDX-License-Identifier: BSL-1.0
// libFuzzer's entry. Build with the preset `sanitize`, run: fuzz_httpd_request -max_total_time=60
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "request_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (const char* rule = request_checks::broken_rule({reinterpret_cast<const char*>(data), size})) {
        std::fprintf(stderr, "broken rule: %s\n", rule);
        std::abort();
    }
    return 0;
}
