// SPDX-License-Identifier: BSL-1.0
// Waiting for a word to change, by operation; between processes, because threads have tests of their own.
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "call.h"

DECLARE(futex, int*, int, int, const void*, int*, int);
DECLARE(set_tid_address, int*);
DECLARE(gettid, void);

// The fourth argument is a number for some operations: as wasm all of it is an address.
#define NUMBER(value) ((const void*)(uintptr_t)(value))

enum { WAIT, WAKE, REQUEUE = 3, CMP_REQUEUE, WAKE_OP, LOCK_PI, UNLOCK_PI, TRYLOCK_PI, WAIT_BITSET, WAKE_BITSET };
enum { PRIVATE = 128, REALTIME = 256 };

static volatile int signals;
static void on_signal(int number) { signals += number; }

static void waiting(int* word) {
    const struct timespec moment = {0, 1000}, wrong = {0, -1}, past = {1, 0}, later = {100, 0};
    TRY(futex, word, WAIT, 1, NULL, NULL, 0);
    TRY(futex, word, WAIT | PRIVATE, 0, &moment, NULL, 0);
    TRY(futex, word, WAIT, 0, &wrong, NULL, 0);
    TRY(futex, word, WAIT, 0, BAD, NULL, 0);
    TRY(futex, BAD, WAIT, 0, NULL, NULL, 0);
    TRY(futex, (int*)((char*)word + 1), WAIT, 0, NULL, NULL, 0);
    TRY(futex, word, WAIT | REALTIME, 0, &moment, NULL, 0);
    TRY(futex, word, WAIT_BITSET, 0, &past, NULL, -1);
    TRY(futex, word, WAIT_BITSET | REALTIME | PRIVATE, 0, &past, NULL, 1);
    TRY(futex, word, WAIT_BITSET, 0, &past, NULL, 0);
    TRY(futex, word, WAKE_BITSET, 1, NULL, NULL, 0);
    TRY(futex, word, WAKE_BITSET, 1, NULL, NULL, 1);
    TRY(futex, word, WAKE, 1, NULL, NULL, 0);
    TRY(futex, word, WAKE | PRIVATE, 0x7fffffff, NULL, NULL, 0);
    TRY(futex, BAD, WAKE, 1, NULL, NULL, 0);
    TRY(futex, word, 99, 1, NULL, NULL, 0);
    TRY(futex, word, REQUEUE, 1, NUMBER(1), word + 1, 0);
    TRY(futex, word, REQUEUE, 1, NUMBER(-1), word + 1, 0);
    TRY(futex, word, REQUEUE, -1, NUMBER(1), word + 1, 0);
    TRY(futex, word, CMP_REQUEUE, 1, NUMBER(0x7fffffff), word + 1, 0);
    TRY(futex, word, CMP_REQUEUE, 1, NUMBER(1), word + 1, 5);
    TRY(futex, word, CMP_REQUEUE, 1, NUMBER(1), BAD, 0);
    // word[1] = 3; wake if it was 0.
    TRY(futex, word, WAKE_OP, 1, NUMBER(1), word + 1, 0 << 28 | 0 << 24 | 3 << 12 | 0);
    SHOW(word[1]);
    TRY(futex, word, WAKE_OP, 1, NUMBER(1), BAD, 0);
    word[1] = 0;
    TRY(futex, word, TRYLOCK_PI, 0, NULL, NULL, 0);
    SHOW(word[0] == (int)CALL(gettid));
    TRY(futex, word, TRYLOCK_PI, 0, NULL, NULL, 0);
    TRY(futex, word, LOCK_PI, 0, &past, NULL, 0);
    TRY(futex, word, UNLOCK_PI, 0, NULL, NULL, 0);
    TRY(futex, word, UNLOCK_PI, 0, NULL, NULL, 0);
    SHOW(word[0]);

    const struct sigaction action = {.sa_handler = on_signal};
    const struct itimerval soon = {{0, 0}, {0, 1000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    TRY(futex, word, WAIT, 0, &later, NULL, 0);
    SHOW(signals);
}

/// A child waits, the parent wakes it, until it says that it was woken.
static void between_processes(int* word) {
    const int child = fork();
    if (child == 0) {
        const long long result = CALL(futex, word, WAIT, 0, NULL, NULL, 0);
        _exit(result == 0 || result == -EAGAIN ? 3 : 4);
    }
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        *(volatile int*)word = 1;
        CALL(futex, word, WAKE, 1, NULL, NULL, 0);
    }
    SHOW(status);
}

int main(void) {
    int* word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (word == MAP_FAILED) return 1;
    SHOW(CALL(set_tid_address, word + 100) == CALL(gettid));
    waiting(word);
    between_processes(word);
    return 0;
}
