// SPDX-License-Identifier: BSL-1.0
// Mistakes whose lines traps must name: those that end with a comment. Compiled with -g.
#include "cases.h"

WALI(SYS_mprotect) i64 sys_mprotect(u32 address, u32 size, int protection);

static volatile int zero;
static volatile int result;
static int* volatile nothing;
static void (*volatile function)(void);

CASE(null_pointer) {
    sys_mprotect(0, 4096, 0);
    result = 1;
    *nothing = 5;  // null_pointer
}

// Several that are alike.
CASE(division_by_zero) {
    const int divisor = zero;
    if (zero == 1) result = 8 / divisor;
    result = 1;
    if (zero == 0) result = 7 / divisor;  // division_by_zero
    result = 2;
    if (zero == 2) result = 9 / divisor;
}

CASE(unreachable) {
    if (zero == 0) __builtin_trap();  // unreachable
    result = 1;
}

static int other_type(int a) { return a + zero; }

CASE(indirect_call) {
    function = (void (*)(void))other_type;
    result = 1;
    function();  // indirect_call
    result = 2;
}

CASE(copy_outside) {
    result = 1;
    __builtin_memcpy((char*)zero + 64, (char*)zero - 4096, 4000u + (u32)zero);  // copy_outside
    result = 2;
}

CASE(atomic_outside) {
    volatile int* const far = (volatile int*)(zero + 0xfff00000u);
    result = 1;
    __atomic_fetch_add(far, 1, __ATOMIC_SEQ_CST);  // atomic_outside
    result = 2;
}

// Inlined by the compiler.
static inline int dereference(const int* pointer) {
    return *pointer;  // inlined
}

CASE(inlined) {
    result = 1;
    result = dereference((const int*)(zero + 0xfff00000u));
}

__attribute__((noinline)) static int deep(int n) { return n == zero - 1 ? 0 : deep(n + 1) * 3 + zero; }  // exhausted

CASE(exhausted) { result = deep(1); }

// They call themselves, so that the compiler of the C text keeps them apart, too.
__attribute__((noinline)) static int inner(int n) {
    if (n == 5) return inner(n - 1) + inner(n - 2);
    return 7 / zero + n;  // inner
}

__attribute__((noinline)) static int outer(int n) {
    if (n == 5) return outer(n - 1) + outer(n - 2);
    return inner(n + 1) * 2;  // outer
}

CASE(callers) { result = outer(zero); }
