// SPDX-License-Identifier: BSL-1.0
#include "magic.hpp"

#include <cstddef>

wali::result<wali::usize> first_bytes(const wali::File& file) {
    std::byte buffer[4];
    return file.read(buffer);
}
