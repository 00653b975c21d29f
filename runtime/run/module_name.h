// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali {

/// Makes the path of the module behind a descriptor the first variable of the environment, from which the program
/// learns it (runtime/host/files/own_executable.c). The next is the one that says who observes it, if somebody does
/// (runtime/host/observer).
void name_module(int fd);

}  // namespace wali
