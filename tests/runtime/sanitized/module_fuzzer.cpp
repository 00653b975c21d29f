// SPDX-License-Identifier: BSL-1.0
// What reads and translates modules, on hostile bytes: it refuses them or it does not, and that is all.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

#include "translate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        wali::aot::translate_in_memory("module", {data, data + size});
    } catch (const std::exception&) {
    }
    return 0;
}
