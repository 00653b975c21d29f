// SPDX-License-Identifier: BSL-1.0
#include "cpu.h"
#include "engine.h"

_Thread_local void* current_instance;

static int compare(const void* type, const void* signature) {
    return memcmp(type, ((const struct wali_signature*)signature)->type, 32);
}

const struct wali_signature* signature_of(wasm_rt_func_type_t type) {
    return bsearch(type, wali_guest.signatures, wali_guest.signature_count, sizeof *wali_guest.signatures, compare);
}

// Several results, and references to functions, are passed in memory that the caller names or fills.
wasm_rt_trap_t guest_function_at(uint32_t index, struct guest_function* found) {
    if (!wali_guest.element) return WASM_RT_TRAP_CALL_INDIRECT;
    found->callee = wali_guest.element(current_instance, index);
    if (!found->callee.func) return WASM_RT_TRAP_CALL_INDIRECT;
    const struct wali_signature* signature = signature_of(found->callee.func_type);
    if (!signature || signature->results > 1 || signature->parameters > CPU_MAX_PARAMETERS || !signature->only_numbers)
        return WASM_RT_TRAP_CALL_TYPE;
    found->parameters = signature->parameters;
    found->returns_integer = strstr(signature->text, "-> (i") != NULL;
    return WASM_RT_TRAP_NONE;
}

uint32_t guest_call(const struct guest_function* function, uint32_t a, uint32_t b, uint32_t c) {
    const uint32_t result = cpu_call(function->callee.func, function->callee.module_instance, a, b, c);
    return function->returns_integer ? result : 0;
}

// What the C library takes the function for (sysroot/musl/overlay/arch/wasm32/call_function.h).
static const char* const called_as[] = {"() -> ()", "(i32) -> ()", "(i32) -> (i32)"};

uint32_t w2c_wali_callfunction(struct w2c_wali* host, uint32_t index, uint32_t argument, uint32_t type) {
    (void)host;
    struct guest_function function;
    const wasm_rt_trap_t trap = guest_function_at(index, &function);
    if (trap != WASM_RT_TRAP_NONE) trap_end_call(trap, &function.callee, called_as[type < 2 ? type : 2]);
    return guest_call(&function, argument, 0, 0);
}
