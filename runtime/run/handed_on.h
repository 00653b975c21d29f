// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>

namespace wali {

/// Whether a signal that the program's parent has taken was meant for the program. What a terminal sends reaches all of
/// its process group, the program too.
bool is_handed_on(const siginfo_t& signal);

}  // namespace wali
