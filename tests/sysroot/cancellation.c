// SPDX-License-Identifier: BSL-1.0
// What reaches a thread from outside: cancellation, with cleanup handlers, while it waits or computes; signals for one
// thread and for the process; fork and vfork among threads. Also built natively, where what it expects is known to be
// right.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static pthread_t start(void* (*function)(void*), void* argument) {
    pthread_t thread = pthread_self();
    CHECK(!pthread_create(&thread, NULL, function, argument));
    return thread;
}

static void* join(pthread_t thread) {
    void* result = NULL;
    CHECK(!pthread_join(thread, &result));
    return result;
}

// --- a thread that waits in a call ---

static char order[64];  // what ran, a letter each
static atomic_int about_to_wait;

static void note(void* letter) { strcat(order, letter); }

static void announce(void) { about_to_wait = gettid(); }

// Until the announced thread sleeps in the kernel: after its announcement it does nothing else that could.
static void until_it_waits(void) {
    char path[64], line[512];
    while (about_to_wait == 0) sched_yield();
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)about_to_wait);
    about_to_wait = 0;
    for (char state = 'R'; state != 'S'; sched_yield()) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        const ssize_t size = read(fd, line, sizeof line - 1);
        close(fd);
        if (size <= 0) break;
        line[size] = '\0';
        state = strrchr(line, ')')[2];
    }
}

static int ends[2];
static sem_t semaphore;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_t sleeper;

static void* wait_in_read(void* unused) {
    char byte;
    announce();
    return read(ends[0], &byte, 1) == 1 ? unused : NULL;
}

static void* wait_in_semaphore(void* unused) {
    announce();
    while (sem_wait(&semaphore) != 0) continue;
    return unused;
}

static void* wait_in_sleep(void* unused) {
    const struct timespec long_time = {.tv_sec = 100000};
    announce();
    nanosleep(&long_time, NULL);
    return unused;
}

static void* wait_in_pause(void* unused) {
    announce();
    for (;;) pause();
    return unused;
}

static void* wait_in_sigwait(void* unused) {
    sigset_t set;
    int signal;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    announce();
    sigwait(&set, &signal);
    return unused;
}

static void* wait_in_join(void* unused) {
    announce();
    pthread_join(sleeper, NULL);
    return unused;
}

static void* wait_in_system_call(void* unused) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    announce();
    select(ends[0] + 1, &set, NULL, NULL, NULL);
    return unused;
}

// The mutex is locked again when the cleanup handler runs.
static void unlock(void* locked) {
    note(pthread_mutex_trylock(locked) == EBUSY ? "l" : "?");
    note(pthread_mutex_unlock(locked) == 0 ? "u" : "?");
}

static void* wait_for_condition(void* unused) {
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, &mutex);
    announce();
    for (;;) pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(1);
    return unused;
}

static void cancel_waiting(void* (*function)(void*)) {
    const pthread_t thread = start(function, NULL);
    until_it_waits();
    CHECK(!pthread_cancel(thread));
    CHECK(join(thread) == PTHREAD_CANCELED);
}

static void waiting(void) {
    CHECK(!pipe(ends) && !sem_init(&semaphore, 0, 0));
    cancel_waiting(wait_in_read);
    cancel_waiting(wait_in_semaphore);
    cancel_waiting(wait_in_sleep);
    cancel_waiting(wait_in_pause);
    cancel_waiting(wait_in_sigwait);
    cancel_waiting(wait_in_system_call);
    order[0] = '\0';
    cancel_waiting(wait_for_condition);
    CHECK(!strcmp(order, "lu"));
    sleeper = start(wait_in_pause, NULL);
    until_it_waits();
    cancel_waiting(wait_in_join);
    CHECK(!pthread_cancel(sleeper) && join(sleeper) == PTHREAD_CANCELED);
    close(ends[0]);
    close(ends[1]);
}

// --- a thread that has only just begun ---

// The signal reaches some of them before they have a stack and a thread pointer of their own.
static void beginning(void) {
    for (int i = 0; i < 300; i++) {
        const pthread_t thread = start(wait_in_pause, NULL);
        if (i % 3 == 1) sched_yield();
        CHECK(!pthread_cancel(thread) && join(thread) == PTHREAD_CANCELED);
    }
}

static atomic_bool enough;

static void* begin_nothing(void* unused) { return unused; }

static void* begin_and_end_threads(void* unused) {
    for (int i = 0; i < 200; i++) join(start(begin_nothing, NULL));
    enough = true;
    return unused;
}

// seteuid makes every thread do the call, by a signal.
static void beginning_while_another_changes_the_user(void) {
    const pthread_t thread = start(begin_and_end_threads, NULL);
    while (!enough) CHECK(!seteuid(geteuid()));
    join(thread);
}

// --- deferred, disabled, asynchronous ---

static sem_t ready, go;

static void wait_for(sem_t* what) {
    while (sem_wait(what) != 0) continue;
}

static void* not_before_testcancel(void* unused) {
    int old = -1;
    CHECK(!pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old) && old == PTHREAD_CANCEL_ENABLE);
    sem_post(&ready);
    wait_for(&go);  // by now it is cancelled
    pthread_testcancel();
    note("d");
    CHECK(!pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old) && old == PTHREAD_CANCEL_DISABLE);
    note("e");
    pthread_testcancel();
    note("x");
    return unused;
}

static atomic_bool cancelled;

static void* not_while_it_computes(void* unused) {
    sem_post(&ready);
    while (!cancelled) continue;
    note("c");
    pthread_testcancel();
    note("x");
    return unused;
}

static void* any_time(void* unused) {
    int old = -1;
    CHECK(!pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old) && old == PTHREAD_CANCEL_DEFERRED);
    sem_post(&ready);
    for (volatile unsigned i = 0;; i++) continue;
    return unused;
}

static void* itself(void* unused) {
    pthread_cancel(pthread_self());
    note("s");
    pthread_testcancel();
    note("x");
    return unused;
}

static void kinds(void) {
    CHECK(!sem_init(&ready, 0, 0) && !sem_init(&go, 0, 0));
    order[0] = '\0';
    pthread_t thread = start(not_before_testcancel, NULL);
    wait_for(&ready);
    CHECK(!pthread_cancel(thread));
    sem_post(&go);
    CHECK(join(thread) == PTHREAD_CANCELED && !strcmp(order, "de"));

    order[0] = '\0';
    thread = start(not_while_it_computes, NULL);
    wait_for(&ready);
    CHECK(!pthread_cancel(thread));
    cancelled = true;
    CHECK(join(thread) == PTHREAD_CANCELED && !strcmp(order, "c"));

    thread = start(any_time, NULL);
    wait_for(&ready);
    CHECK(!pthread_cancel(thread) && join(thread) == PTHREAD_CANCELED);

    order[0] = '\0';
    CHECK(join(start(itself, NULL)) == PTHREAD_CANCELED && !strcmp(order, "s"));
}

// --- cleanup handlers ---

static pthread_key_t key;

static void* cleaning(void* how) {
    pthread_setspecific(key, "k");
    pthread_cleanup_push(note, "1");
    pthread_cleanup_push(note, "2");
    pthread_cleanup_push(note, "3");
    pthread_cleanup_pop(1);
    pthread_cleanup_push(note, "4");
    pthread_cleanup_pop(0);
    if (*(char*)how == 'e') pthread_exit(how);
    if (*(char*)how == 'c') {
        pthread_cancel(pthread_self());
        pthread_testcancel();
    }
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return how;
}

// Those that are left run last to first, then the destructors of keys; not if the function returns.
static void cleanup_handlers(void) {
    CHECK(!pthread_key_create(&key, note));
    const struct {
        char how[2];
        const char* order;
    } ways[] = {{"e", "321k"}, {"c", "321k"}, {"r", "3k"}};
    for (int i = 0; i < 3; i++) {
        order[0] = '\0';
        void* const expected = *ways[i].how == 'c' ? PTHREAD_CANCELED : (void*)ways[i].how;
        CHECK(join(start(cleaning, (void*)ways[i].how)) == expected && !strcmp(order, ways[i].order));
    }
    CHECK(!pthread_key_delete(key));
}

// --- signals ---

static atomic_int handled_by;

static void remember(int signal) {
    (void)signal;
    handled_by = gettid();
}

static void mask(int how, int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK(!pthread_sigmask(how, &set, NULL));
}

static bool is_blocked(int signal) {
    sigset_t set;
    CHECK(!pthread_sigmask(SIG_BLOCK, NULL, &set));
    return sigismember(&set, signal) == 1;
}

static atomic_int tid;

static void* takes_signals(void* unused) {
    CHECK(is_blocked(SIGUSR1) && !is_blocked(SIGUSR2));  // inherited
    mask(SIG_UNBLOCK, SIGUSR1);
    mask(SIG_BLOCK, SIGUSR2);
    tid = gettid();
    sem_post(&ready);
    wait_for(&go);
    return unused;
}

static void* waits_for_signal(void* unused) {
    sigset_t set, pending;
    int signal = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK(!pthread_sigmask(SIG_BLOCK, &set, NULL));
    sem_post(&ready);
    wait_for(&go);
    CHECK(!sigpending(&pending) && sigismember(&pending, SIGUSR2) == 1);
    CHECK(!sigwait(&set, &signal) && signal == SIGUSR2);
    CHECK(!sigpending(&pending) && sigismember(&pending, SIGUSR2) == 0);
    return unused;
}

static void signals(void) {
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    // Sent to the process, taken by the thread that does not block it; then back to this one.
    mask(SIG_BLOCK, SIGUSR1);
    pthread_t thread = start(takes_signals, NULL);
    wait_for(&ready);
    CHECK(!kill(getpid(), SIGUSR1));
    while (handled_by == 0) sched_yield();
    CHECK(handled_by == tid && is_blocked(SIGUSR1) && !is_blocked(SIGUSR2));
    handled_by = 0;
    CHECK(!pthread_kill(thread, SIGUSR1));
    while (handled_by == 0) sched_yield();
    CHECK(handled_by == tid && !pthread_kill(thread, 0));
    CHECK(pthread_kill(thread, 1000) == EINVAL);
    sem_post(&go);
    join(thread);
    handled_by = 0;
    CHECK(!pthread_kill(pthread_self(), SIGUSR1) && handled_by == 0);
    mask(SIG_UNBLOCK, SIGUSR1);
    CHECK(handled_by == gettid());

    // A blocked one waits for its thread alone.
    thread = start(waits_for_signal, NULL);
    wait_for(&ready);
    CHECK(!pthread_kill(thread, SIGUSR2));
    sigset_t pending;
    CHECK(!sigpending(&pending) && sigismember(&pending, SIGUSR2) == 0);
    sem_post(&go);
    join(thread);
    CHECK(pthread_sigmask(1000, &pending, NULL) == EINVAL);
    signal(SIGUSR1, SIG_DFL);
}

// --- fork ---

static void prepare_1(void) { note("p"); }
static void prepare_2(void) { note("P"); }
static void parent_1(void) { note("m"); }
static void parent_2(void) { note("M"); }
static void child_1(void) { note("c"); }
static void child_2(void) { note("C"); }

static void* hold_mutex(void* unused) {
    pthread_mutex_lock(&mutex);
    sem_post(&ready);
    wait_for(&go);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static int exit_code(pid_t child) {
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void forking(void) {
    CHECK(!pthread_atfork(prepare_1, parent_1, child_1) && !pthread_atfork(prepare_2, parent_2, child_2));
    CHECK(!pthread_atfork(NULL, NULL, NULL));
    order[0] = '\0';
    pid_t child = fork();
    if (child == 0) _exit(strcmp(order, "PpcC") ? 1 : 40);
    CHECK(exit_code(child) == 40 && !strcmp(order, "PpmM"));

    // The child has the calling thread alone; what another one held stays locked.
    const pthread_t thread = start(hold_mutex, NULL);
    wait_for(&ready);
    child = fork();
    if (child == 0) {
        char* const memory = malloc(100000);
        const bool right = pthread_mutex_trylock(&mutex) == EBUSY && memory != NULL && getpid() == gettid();
        _exit(right ? 41 : 1);
    }
    CHECK(exit_code(child) == 41);
    sem_post(&go);
    join(thread);
    CHECK(!pthread_mutex_trylock(&mutex) && !pthread_mutex_unlock(&mutex));
}

// --- vfork ---

#ifdef __wasm__
// The C library's is fork.
__attribute__((import_module("wali"), import_name("SYS_vfork"))) long long wali_vfork(void);
#define vfork() ((pid_t)wali_vfork())
#endif

static int runs[2], goes_on[2], ended[2];

static void* let_it_go_on(void* unused) {
    char byte;
    while (read(runs[0], &byte, 1) == 1 && byte == 'r') {
        void* const memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(memory != MAP_FAILED && !munmap(memory, 65536));
        CHECK(write(goes_on[1], "g", 1) == 1);
    }
    return unused;
}

// The child runs until another thread, which maps memory first, lets it; the thread that called vfork waits meanwhile.
static void vforking(void) {
    CHECK(!pipe(runs) && !pipe(goes_on) && !pipe(ended));
    const pthread_t thread = start(let_it_go_on, NULL);
    for (volatile int i = 0; i < 50; i++) {
        const pid_t child = vfork();
        if (child == 0) {
            char byte;
            const bool went_on = write(runs[1], "r", 1) == 1 && read(goes_on[0], &byte, 1) == 1;
            _exit(went_on && write(ended[1], "e", 1) == 1 ? 42 : 1);
        }
        int count = 0;
        CHECK(!ioctl(ended[0], FIONREAD, &count) && count == i + 1);
        CHECK(exit_code(child) == 42);
    }
    CHECK(write(runs[1], "e", 1) == 1);
    join(thread);
    for (int i = 0; i < 2; i++) close(runs[i]), close(goes_on[i]), close(ended[i]);
}

int main(void) {
    waiting();
    beginning();
    beginning_while_another_changes_the_user();
    kinds();
    cleanup_handlers();
    signals();
    forking();
    vforking();
    puts(failures == 0 ? "ok" : "failed");
    return failures != 0;
}
