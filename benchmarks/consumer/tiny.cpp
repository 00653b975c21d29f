// SPDX-License-Identifier: BSL-1.0
// A file without a header of the standard library.
#include "framework.hpp"

wali::result<wali::u64> size_of(wali::PathView path) {
    WALI_TRY(const wali::File file, wali::File::open(path));
    return file.size();
}
