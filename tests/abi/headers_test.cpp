// SPDX-License-Identifier: BSL-1.0
// Every constant and structure of the ABI data against the headers of the machine that runs the test.
#include <doctest/doctest.h>

#include "header_row.hpp"

TEST_CASE("our constants and layouts are those of the kernel's and the C library's headers") {
    for (const auto* rows : {&kernel_header_rows, &libc_header_rows}) {
        REQUIRE(rows->size() > 100);
        for (const HeaderRow& row : *rows) {
            CAPTURE(row.name);
            CHECK(row.ours == row.theirs);
        }
        MESSAGE(rows->size(), " facts compared");
    }
}
