// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "wabt.h"
#include "write_c.h"

namespace wali::aot {

/// Takes the contents of data segments out of the C text, whose parser takes long for them: into data.bin, which the
/// assembler includes. Returns the C text that does so, for the files in `folder`.
std::string move_data(const wabt::Module& module, const std::string& folder, std::vector<CFile>& files);

}  // namespace wali::aot
