// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
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

struct CatchingFunction {
    std::vector<Variable> variables;
    std::size_t tries;
};

/// The functions with try blocks, as the writer writes them.
std::vector<CatchingFunction> catching_functions(const wabt::Module& module);

constexpr std::string_view c_try = "wasm_rt_try(";  // how a try block begins in C

/// Makes the variables that need it volatile in the C text of such a function.
void make_volatile(std::string& text, const CatchingFunction& function);

/// The same where there are tail calls, with which functions are written twice: all variables.
void make_all_volatile(std::string& text);

}  // namespace wali::aot
