// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace wali::aot {

struct CFile;

/// Removes the functions for one instruction each ("DEFINE_LOAD(i32_load, ...)") that no file calls from `impl_header`,
/// which is one of `files`: compiling all of them takes as long as compiling a small module.
void remove_unused(std::string& impl_header, const std::vector<CFile>& files);

}  // namespace wali::aot
