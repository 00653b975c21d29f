// SPDX-License-Identifier: BSL-1.0
// setjmp and longjmp, which the compiler makes from exceptions: across frames, again and again, with 0 turned into 1.

#include <setjmp.h>
#include <stdio.h>

static jmp_buf outer, inner;

__attribute__((noinline)) static void jump(jmp_buf place, int value) { longjmp(place, value); }

__attribute__((noinline)) static int nested(void) {
    const int value = setjmp(inner);
    if (value == 0) jump(inner, 7);
    jump(outer, value + 1);
    return 0;
}

int main(void) {
    volatile int rounds = 0;
    int value = setjmp(outer);
    if (value == 0 && rounds == 0) {
        rounds = 1;
        jump(outer, 0);
    }
    if (value == 1 && rounds < 3) {
        rounds = rounds + 1;
        jump(outer, 1);
    }
    if (value == 1) nested();
    if (value != 8 || rounds != 3) {
        printf("value %d, rounds %d\n", value, rounds);
        return 1;
    }
    puts("ok");
    return 0;
}
