// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "wabt.h"

namespace wali::aot {

/// A parameter or local, in the order in which the C writer declares them.
struct Variable {
    const char* type;  // in C
    /// A catch may read it after its try block has changed it. An exception is a longjmp to the setjmp with which the
    /// try began, so it must be volatile; the others have the value that they had at the setjmp, or no one reads it.
    bool changed;
};

/// For each function with a try block.
std::vector<std::vector<Variable>> variables_of_catching_functions(const wabt::Module& module);

/// Makes the variables that need it volatile in the C text of such a function; also those that are not in the list.
void make_volatile(std::string& function, const std::vector<Variable>& variables);

/// The same where there are tail calls: all variables.
void make_all_volatile(std::string& function);

}  // namespace wali::aot
