// SPDX-License-Identifier: BSL-1.0
// An exception that nobody catches calls std::terminate. Whoever throws cannot know that in wasm, so the start of the
// program (crt1.c) and of each thread (clone.c) catches what is left.
#include <exception>

#define HIDDEN [[gnu::visibility("hidden")]]

extern "C" HIDDEN int __wasm_run();

extern "C" HIDDEN int __wasm_run_or_terminate() {
    try {
        return __wasm_run();
    } catch (...) {
        std::terminate();
    }
}

extern "C" HIDDEN int __wasm_call_or_terminate(int (*function)(void*), void* argument) {
    try {
        return function(argument);
    } catch (...) {
        std::terminate();
    }
}
