// SPDX-License-Identifier: BSL-1.0
// A program that can make every call of the raw layer: its import section is compared with the data.
#include <wali/sys/syscalls.hpp>

using Function = void (*)();

// volatile: the linker must keep them all.
static volatile Function functions[] = {
#define WALI_CALL(name) reinterpret_cast<Function>(reinterpret_cast<void*>(&wali::sys::name)),
#define WALI_OTHER_IMPORT(name) reinterpret_cast<Function>(reinterpret_cast<void*>(&wali::sys::wali_##name)),
#include "every_call.inc"
#undef WALI_CALL
#undef WALI_OTHER_IMPORT
};

int main() {
    for (const volatile Function& function : functions)
        if (function == nullptr) return 1;
    return 0;
}
