// SPDX-License-Identifier: BSL-1.0
// What the compiler turns setjmp and longjmp into, for programs without a C library.
typedef unsigned int u32;

struct jump {
    void* invocation;
    u32 label;
    struct {
        void* env;
        int value;
    } thrown;
};

__asm__(".globl __c_longjmp\n.tagtype __c_longjmp i32\n__c_longjmp:\n");

void __wasm_setjmp(struct jump* env, u32 label, void* invocation) {
    env->invocation = invocation;
    env->label = label;
}

u32 __wasm_setjmp_test(struct jump* env, void* invocation) { return env->invocation == invocation ? env->label : 0; }

void __wasm_longjmp(struct jump* env, int value) {
    env->thrown.env = env;
    env->thrown.value = value;
    __builtin_wasm_throw(1, &env->thrown);
}
