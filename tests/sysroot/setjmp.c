// SPDX-License-Identifier: BSL-1.0
// setjmp and longjmp, which the compiler makes from exceptions: across frames and live arrays, again and again, with 0
// turned into 1; out of signal handlers, with and without the signal mask; out of the C library; in threads.

#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static jmp_buf outer, inner;

__attribute__((noinline, noreturn)) static void jump(jmp_buf place, int value) { longjmp(place, value); }

// --- values, loops, frames ---

__attribute__((noinline)) static int nested(void) {
    const int value = setjmp(inner);
    if (value == 0) jump(inner, 7);
    jump(outer, value + 1);
}

static void values(void) {
    volatile int rounds = 0;
    const int value = setjmp(outer);
    if (value == 0 && rounds == 0) {
        rounds = 1;
        jump(outer, 0);
    }
    if (value == 1 && rounds < 3) {
        rounds = rounds + 1;
        jump(outer, 1);
    }
    if (value == 1) nested();
    CHECK(value == 8 && rounds == 3);
    if (setjmp(outer) == 0) jump(outer, INT32_MIN);
    switch (setjmp(outer)) {
        case 0: jump(outer, -1);
        case -1: break;
        default: CHECK(false);
    }
}

// What changes between setjmp and longjmp is kept in volatile variables; what does not, in any.
static void loops(void) {
    const int unchanged = (int)getpid();
    volatile int sum = 0;
    volatile double real = 0.5;
    volatile int64_t wide = INT64_C(1) << 40;
    for (volatile int i = 0; i < 1000; i++) {
        const int value = setjmp(outer);
        if (value == 0) {
            real = real + 1;
            wide = wide + 1;
            jump(outer, i + 1);
        }
        CHECK(value == i + 1);
        sum = sum + value;
    }
    CHECK(sum == 500500 && real == 1000.5 && wide == (INT64_C(1) << 40) + 1000 && unchanged == (int)getpid());

    volatile int tries = 0;
    while (setjmp(outer) < 5) {
        tries = tries + 1;
        jump(outer, tries);
    }
    CHECK(tries == 5);
}

// Each frame has an array of its own size, alive until the jump.
__attribute__((noinline)) static size_t descend(int depth) {
    const size_t size = 100 + (size_t)depth;
    volatile char* const array = __builtin_alloca(size);
    for (size_t i = 0; i < size; i++) array[i] = (char)depth;
    if (depth == 0) jump(outer, 1);
    return descend(depth - 1) + (size_t)array[size - 1];
}

__attribute__((noinline)) static uintptr_t stack_pointer(void) { return (uintptr_t)__builtin_frame_address(0); }

static void frames(void) {
    volatile char before[64];
    memset((char*)before, 'b', sizeof before);
    const uintptr_t stack = stack_pointer();
    for (volatile int i = 0; i < 2000; i++) {
        // 2000 times some 20 KB: more than the stack has, if a jump did not give back what lay below.
        if (setjmp(outer) == 0) {
            CHECK(descend(100) == 0);
        }
        CHECK(stack_pointer() == stack);
    }
    for (size_t i = 0; i < sizeof before; i++) CHECK(before[i] == 'b');

    // An array in the frame of setjmp itself is still there.
    for (volatile size_t size = 1000; size < 3000; size = size + 1000) {
        volatile char* const own = __builtin_alloca(size);
        own[0] = own[size - 1] = 'o';
        if (setjmp(outer) == 0) descend(10);
        CHECK(own[0] == 'o' && own[size - 1] == 'o');
    }
}

// Two places of one function, and the same buffer used by functions one after the other.
__attribute__((noinline)) static int two_places(int which) {
    volatile int result = 0;
    if (setjmp(inner) != 0) {
        result = result + 1;
        return result;
    }
    result = 10;
    if (setjmp(outer) != 0) {
        result = result + 2;
        return result;
    }
    jump(which == 1 ? inner : outer, 1);
}

__attribute__((noinline)) static int recursive(int depth, jmp_buf* places) {
    if (depth == 4) jump(places[2], 5);
    const int value = setjmp(places[depth]);
    if (value == 0) return recursive(depth + 1, places) + 1;
    return 100 * depth + value;
}

static void places(void) {
    jmp_buf buffers[4];
    CHECK(two_places(1) == 11 && two_places(2) == 12 && two_places(1) == 11);
    CHECK(recursive(0, buffers) == 207);
    // A buffer may be copied.
    jmp_buf copy;
    volatile int jumped = 0;
    if (setjmp(outer) == 0) {
        memcpy(copy, outer, sizeof copy);
        memset(outer, 0, sizeof outer);
        jump(copy, 1);
    } else {
        jumped = 1;
    }
    CHECK(jumped == 1);
}

// --- out of handlers ---

static sigjmp_buf from_handler;

static void handler(int signal) { siglongjmp(from_handler, signal); }

static int is_blocked(int signal) {
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    return sigismember(&now, signal);
}

static void block(int how, int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(how, &set, NULL);
}

// The mask comes back only if it was kept.
static void handlers(void) {
    struct sigaction action = {.sa_handler = handler};
    sigaddset(&action.sa_mask, SIGUSR2);
    CHECK(!sigaction(SIGUSR1, &action, NULL));
    volatile int rounds = 0;
    if (sigsetjmp(from_handler, 1) == 0) {
        raise(SIGUSR1);
        CHECK(false);  // the handler jumps
    }
    if (++rounds < 100) raise(SIGUSR1);
    CHECK(rounds == 100 && !is_blocked(SIGUSR1) && !is_blocked(SIGUSR2));
    if (sigsetjmp(from_handler, 0) == 0) raise(SIGUSR1);
    CHECK(is_blocked(SIGUSR1) && is_blocked(SIGUSR2));
    block(SIG_UNBLOCK, SIGUSR1);
    block(SIG_UNBLOCK, SIGUSR2);

    // What was blocked at sigsetjmp is blocked again, whatever was changed since.
    block(SIG_BLOCK, SIGALRM);
    const int value = sigsetjmp(from_handler, 1);
    if (value == 0) {
        block(SIG_UNBLOCK, SIGALRM);
        block(SIG_BLOCK, SIGTERM);
        siglongjmp(from_handler, 0);
    }
    CHECK(value == 1 && is_blocked(SIGALRM) && !is_blocked(SIGTERM));
    block(SIG_UNBLOCK, SIGALRM);
    signal(SIGUSR1, SIG_DFL);
}

// From one handler, through the frame of another, that interrupted it.
static void outer_handler(int signal) {
    raise(SIGUSR2);
    CHECK(signal != SIGUSR1);  // raise does not return
}

static void nested_handlers(void) {
    signal(SIGUSR1, outer_handler);
    signal(SIGUSR2, handler);
    for (volatile int i = 0; i < 50; i++) {
        const int value = sigsetjmp(from_handler, 1);
        if (value == 0) raise(SIGUSR1);
        CHECK(value == SIGUSR2 && !is_blocked(SIGUSR1) && !is_blocked(SIGUSR2));
    }
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
}

// Out of a call that waits.
__attribute__((noinline)) static void wait_for_timer(void) {
    const int value = sigsetjmp(from_handler, 1);
    if (value == 0) {
        ualarm(1000, 0);
        for (;;) pause();
    }
    CHECK(value == SIGALRM && !is_blocked(SIGALRM));
}

static void waiting(void) {
    signal(SIGALRM, handler);
    for (int i = 0; i < 3; i++) wait_for_timer();
    signal(SIGALRM, SIG_DFL);
}

// --- out of the C library ---

static int compare(const void* a, const void* b) {
    if (*(const int*)a + *(const int*)b == 9) _longjmp(outer, 3);
    return *(const int*)a - *(const int*)b;
}

static void out_of_qsort(void) {
    int numbers[] = {7, 1, 3, 6, 2};
    const int value = _setjmp(outer);
    if (value == 0) {
        qsort(numbers, 5, sizeof *numbers, compare);
        CHECK(false);  // the comparison jumps
    }
    CHECK(value == 3);
}

static void leave(void) { jump(outer, 4); }

static void out_of_an_exit_handler(void) {
    const pid_t child = fork();
    if (child == 0) {
        atexit(leave);
        if (setjmp(outer) == 4) _exit(21);
        exit(1);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 21);
}

// --- in threads, each with its own ---

static void* jump_in_thread(void* argument) {
    jmp_buf place;
    volatile int sum = 0;
    for (volatile int i = 1; i <= 500; i++) {
        const int value = setjmp(place);
        if (value == 0) jump(place, i);
        sum = sum + value;
    }
    return sum == 125250 ? argument : NULL;
}

static void threads(void) {
    pthread_t running[8];
    for (int i = 0; i < 8; i++) CHECK(!pthread_create(&running[i], NULL, jump_in_thread, &running[i]));
    for (int i = 0; i < 8; i++) {
        void* result = NULL;
        CHECK(!pthread_join(running[i], &result) && result == &running[i]);
    }
}

int main(void) {
    values();
    loops();
    frames();
    places();
    handlers();
    nested_handlers();
    waiting();
    out_of_qsort();
    out_of_an_exit_handler();
    threads();
    puts(failures == 0 ? "ok" : "failed");
    return failures != 0;
}
