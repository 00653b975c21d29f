// SPDX-License-Identifier: BSL-1.0
// A header that imports, for files that include it at any place.
#pragma once

#include <wali/try.hpp>

import wali;

inline wali::result<wali::u64> size_of(const char* path) {
    WALI_TRY(const wali::File file, wali::File::open(path));
    return file.size();
}
