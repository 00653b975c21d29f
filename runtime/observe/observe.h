// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wali::observe {

/// If the command line begins with options of ours, everything else happens in a child, whose calls this process
/// writes down; it ends as the child does. Returns, in the child or without such options, how many arguments they were.
int start(int argc, char** argv);

}  // namespace wali::observe
