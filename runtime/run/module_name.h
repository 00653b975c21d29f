// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali {

/// Makes the path of the module behind a descriptor the first variable of the environment, from which the program
/// learns it (runtime/host/files/own_executable.c).
void name_module(int fd);

}  // namespace wali
