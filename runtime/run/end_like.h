// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali {

/// Ends this process as another has ended, of which waitpid gave `status`. A core file is the other's.
[[noreturn]] void end_like(int status);

}  // namespace wali
