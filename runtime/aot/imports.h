// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "wabt.h"

namespace wali::aot {

/// Gives every import of a validated module its handler, by renaming it to what runtime/include/ declares or to an
/// adapter. Returns what declares them, C text: wali_host.h with the system calls that are imported, and adapters, for
/// those imported with other integer types than the ABI's, and -ENOSYS for those that the host does not have. If they
/// are `observed`, each handler is called between the functions of wali_observed.h. Throws Refusal naming an import
/// that is not WALI's.
std::string link_imports(wabt::Module& module, bool observed);

}  // namespace wali::aot
