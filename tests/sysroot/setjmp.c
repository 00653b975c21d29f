// SPDX-License-Identifier: BSL-1.0
// setjmp and longjmp, which the compiler makes from exceptions: across frames, again and again, with 0 turned into 1;
// out of signal handlers, with and without the signal mask; and out of the C library.

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf outer, inner;

__attribute__((noinline)) static void jump(jmp_buf place, int value) { longjmp(place, value); }

__attribute__((noinline)) static int nested(void) {
    const int value = setjmp(inner);
    if (value == 0) jump(inner, 7);
    jump(outer, value + 1);
    return 0;
}

static sigjmp_buf from_handler;

static void handler(int signal) { siglongjmp(from_handler, signal); }

static int is_blocked(int signal) {
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    return sigismember(&now, signal);
}

// Jumps out of a handler twice: the mask comes back only if it was kept.
static int handlers(void) {
    const struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, NULL);
    volatile int rounds = 0;
    if (sigsetjmp(from_handler, 1) == 0) {
        raise(SIGUSR1);
        return 0;
    }
    if (++rounds < 100) raise(SIGUSR1);
    if (rounds != 100 || is_blocked(SIGUSR1)) return 0;
    if (sigsetjmp(from_handler, 0) == 0) raise(SIGUSR1);
    return is_blocked(SIGUSR1);
}

static int compare(const void* a, const void* b) {
    if (*(const int*)a + *(const int*)b == 9) _longjmp(outer, 3);
    return *(const int*)a - *(const int*)b;
}

static int out_of_qsort(void) {
    int numbers[] = {7, 1, 3, 6, 2};
    if (_setjmp(outer) == 3) return 1;
    qsort(numbers, 5, sizeof *numbers, compare);
    return 0;
}

int main(void) {
    if (!handlers() || !out_of_qsort()) {
        puts("a jump failed");
        return 1;
    }
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
