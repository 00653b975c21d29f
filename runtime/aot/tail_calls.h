// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wabt/ir.h>

#include <vector>

namespace wali::aot {

/// The tail calls of a module whose references are all by name. Compilers end many functions with one, and each module
/// that has any pays for it: all functions of the table are written twice. Only calls that can come back, as those of
/// coroutines and interpreters, need their constant stack; the others become calls.
class TailCalls {
  public:
    explicit TailCalls(wabt::Module& module) : module_(module) {}

    /// Takes note of the one at `position`. In a `try` it stays: that does not catch what the callee throws.
    void found(wabt::Func& caller, wabt::ExprList& list, wabt::ExprList::iterator position, bool in_try);

    /// Returns whether any is left. `tables_change`: by instructions of the module's own.
    bool lower(bool tables_change);

  private:
    struct Site {
        wabt::ExprList* list;
        wabt::ExprList::iterator position;
        bool in_try;
        wabt::Func* caller;
    };

    wabt::Module& module_;
    std::vector<Site> sites_;
};

}  // namespace wali::aot
