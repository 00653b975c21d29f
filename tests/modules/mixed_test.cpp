// SPDX-License-Identifier: BSL-1.0
// Include and import in one file mean the same types.
#include <type_traits>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>

using IncludedFile = wali::File;

import wali;

TEST_CASE("an included and an imported type are one") {
    static_assert(std::is_same_v<IncludedFile, wali::File>);
    const IncludedFile file = wali::File::open("/dev/null", wali::OpenFlags::WRONLY).value();
    CHECK(wali::write_all(file, "gone"));
}
