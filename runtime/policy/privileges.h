// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali::policy {

/// Gives all capabilities up but the one to set the clock, if that is kept, and what setuid programs and file
/// capabilities would give. Throws PolicyError.
void drop_privileges(bool keep_set_time);

}  // namespace wali::policy
