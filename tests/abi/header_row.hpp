// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>

/// A number of ours beside the one in a header; the generated tables of kernel_headers.cpp and libc_headers.cpp.
struct HeaderRow {
    const char* name;
    long long ours;
    long long theirs;
};

extern const std::initializer_list<HeaderRow> kernel_header_rows;
extern const std::initializer_list<HeaderRow> libc_header_rows;
