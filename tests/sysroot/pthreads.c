// SPDX-License-Identifier: BSL-1.0
// POSIX threads in C: locks of every type, also robust ones, conditions, barriers, semaphores, keys, attributes; the
// same in memory that processes share; and threads.h. Also built natively, where what it expects is known to be right.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

// The result of `function(argument)` in another thread.
static void* elsewhere(void* (*function)(void*), void* argument) {
    pthread_t thread;
    void* result = NULL;
    CHECK(!pthread_create(&thread, NULL, function, argument));
    CHECK(!pthread_join(thread, &result));
    return result;
}

static void* number(int value) { return (void*)(intptr_t)value; }
static int value_of(void* result) { return (int)(intptr_t)result; }

enum { Threads = 4, Rounds = 1000 };

static void in_threads(void* (*function)(void*), void* argument) {
    pthread_t threads[Threads];
    for (int i = 0; i < Threads; i++) CHECK(!pthread_create(&threads[i], NULL, function, argument));
    for (int i = 0; i < Threads; i++) CHECK(!pthread_join(threads[i], NULL));
}

// A moment that has passed, and one that soon will have.
static struct timespec past(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    now.tv_sec -= 1;
    return now;
}

static struct timespec soon(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    now.tv_nsec += 1000000;
    if (now.tv_nsec >= 1000000000) now.tv_sec++, now.tv_nsec -= 1000000000;
    return now;
}

// --- mutexes ---

static void* try_lock(void* mutex) {
    const int result = pthread_mutex_trylock(mutex);
    if (result == 0) pthread_mutex_unlock(mutex);
    return number(result);
}

static void* lock(void* mutex) { return number(pthread_mutex_lock(mutex)); }
static void* unlock(void* mutex) { return number(pthread_mutex_unlock(mutex)); }

static void* lock_until(void* mutex) {
    const struct timespec end = soon(CLOCK_REALTIME);
    return number(pthread_mutex_timedlock(mutex, &end));
}

static void make_mutex(pthread_mutex_t* mutex, int type) {
    pthread_mutexattr_t attributes;
    int got = -1;
    CHECK(!pthread_mutexattr_init(&attributes) && !pthread_mutexattr_settype(&attributes, type));
    CHECK(!pthread_mutexattr_gettype(&attributes, &got) && got == type);
    CHECK(!pthread_mutex_init(mutex, &attributes) && !pthread_mutexattr_destroy(&attributes));
}

static void mutexes(void) {
    pthread_mutex_t mutex;
    const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK};
    for (int i = 0; i < 3; i++) {
        make_mutex(&mutex, types[i]);
        CHECK(!pthread_mutex_lock(&mutex));
        CHECK(value_of(elsewhere(try_lock, &mutex)) == EBUSY);
        CHECK(value_of(elsewhere(lock_until, &mutex)) == ETIMEDOUT);
        if (types[i] != PTHREAD_MUTEX_NORMAL) CHECK(value_of(elsewhere(unlock, &mutex)) == EPERM);
        CHECK(!pthread_mutex_unlock(&mutex) && value_of(elsewhere(try_lock, &mutex)) == 0);
        CHECK(!pthread_mutex_destroy(&mutex));
    }
    make_mutex(&mutex, PTHREAD_MUTEX_RECURSIVE);
    CHECK(!pthread_mutex_lock(&mutex) && !pthread_mutex_lock(&mutex) && !pthread_mutex_trylock(&mutex));
    for (int i = 0; i < 3; i++) {
        CHECK(value_of(elsewhere(try_lock, &mutex)) == EBUSY);
        CHECK(!pthread_mutex_unlock(&mutex));
    }
    CHECK(pthread_mutex_unlock(&mutex) == EPERM && value_of(elsewhere(try_lock, &mutex)) == 0);
    make_mutex(&mutex, PTHREAD_MUTEX_ERRORCHECK);
    CHECK(!pthread_mutex_lock(&mutex) && pthread_mutex_lock(&mutex) == EDEADLK && !pthread_mutex_unlock(&mutex));
    CHECK(pthread_mutex_unlock(&mutex) == EPERM);
}

// --- reading and writing, spinning ---

static pthread_barrier_t inside;

static void* read_together(void* lock) {
    CHECK(!pthread_rwlock_rdlock(lock));
    pthread_barrier_wait(&inside);
    CHECK(!pthread_rwlock_unlock(lock));
    return NULL;
}

static void* try_read(void* lock) {
    const int result = pthread_rwlock_tryrdlock(lock);
    if (result == 0) pthread_rwlock_unlock(lock);
    return number(result);
}

static void* try_write(void* lock) {
    const int result = pthread_rwlock_trywrlock(lock);
    if (result == 0) pthread_rwlock_unlock(lock);
    return number(result);
}

static void* read_until(void* lock) {
    const struct timespec end = soon(CLOCK_REALTIME);
    return number(pthread_rwlock_timedrdlock(lock, &end));
}

static void* write_until(void* lock) {
    const struct timespec end = soon(CLOCK_REALTIME);
    return number(pthread_rwlock_timedwrlock(lock, &end));
}

static int written;

static void* write_rounds(void* lock) {
    for (int i = 0; i < Rounds; i++) {
        pthread_rwlock_wrlock(lock);
        written++;
        pthread_rwlock_unlock(lock);
    }
    return NULL;
}

static void read_write_locks(void) {
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    pthread_barrier_init(&inside, NULL, Threads);
    in_threads(read_together, &lock);
    pthread_barrier_destroy(&inside);
    in_threads(write_rounds, &lock);
    CHECK(written == Threads * Rounds);
    CHECK(!pthread_rwlock_rdlock(&lock));
    CHECK(value_of(elsewhere(try_read, &lock)) == 0 && value_of(elsewhere(try_write, &lock)) == EBUSY);
    CHECK(value_of(elsewhere(write_until, &lock)) == ETIMEDOUT && !pthread_rwlock_unlock(&lock));
    CHECK(!pthread_rwlock_wrlock(&lock));
    CHECK(value_of(elsewhere(try_read, &lock)) == EBUSY && value_of(elsewhere(try_write, &lock)) == EBUSY);
    CHECK(value_of(elsewhere(read_until, &lock)) == ETIMEDOUT && !pthread_rwlock_unlock(&lock));
    CHECK(!pthread_rwlock_destroy(&lock));
}

static pthread_spinlock_t spin;
static int spun;

static void* spin_rounds(void* unused) {
    for (int i = 0; i < Rounds; i++) {
        pthread_spin_lock(&spin);
        spun++;
        pthread_spin_unlock(&spin);
    }
    return unused;
}

static void* try_spin(void* unused) {
    (void)unused;
    return number(pthread_spin_trylock(&spin));
}

static void spin_locks(void) {
    CHECK(!pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
    in_threads(spin_rounds, NULL);
    CHECK(spun == Threads * Rounds);
    CHECK(!pthread_spin_lock(&spin) && value_of(elsewhere(try_spin, NULL)) == EBUSY && !pthread_spin_unlock(&spin));
    CHECK(!pthread_spin_destroy(&spin));
}

// --- conditions, barriers, semaphores ---

static void conditions(clockid_t clock) {
    pthread_condattr_t attributes;
    pthread_cond_t condition;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    clockid_t got = -1;
    CHECK(!pthread_condattr_init(&attributes) && !pthread_condattr_setclock(&attributes, clock));
    CHECK(!pthread_condattr_getclock(&attributes, &got) && got == clock);
    CHECK(!pthread_cond_init(&condition, &attributes) && !pthread_condattr_destroy(&attributes));
    struct timespec end = soon(clock);
    pthread_mutex_lock(&mutex);
    CHECK(pthread_cond_timedwait(&condition, &mutex, &end) == ETIMEDOUT);
    end = past(clock);
    CHECK(pthread_cond_timedwait(&condition, &mutex, &end) == ETIMEDOUT);
    CHECK(value_of(elsewhere(try_lock, &mutex)) == EBUSY);
    pthread_mutex_unlock(&mutex);
    CHECK(!pthread_cond_destroy(&condition));
}

static pthread_barrier_t meeting;
static atomic_int last_ones, arrived;

static void* meet(void* unused) {
    for (int i = 1; i <= 100; i++) {
        arrived++;
        const int result = pthread_barrier_wait(&meeting);
        CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
        if (result == PTHREAD_BARRIER_SERIAL_THREAD) last_ones++;
        CHECK(arrived >= i * Threads);
    }
    return unused;
}

static void barriers(void) {
    CHECK(pthread_barrier_init(&meeting, NULL, 0) == EINVAL);
    CHECK(!pthread_barrier_init(&meeting, NULL, Threads));
    in_threads(meet, NULL);
    CHECK(last_ones == 100 && arrived == 100 * Threads);
    CHECK(!pthread_barrier_destroy(&meeting));
}

static void* post(void* semaphore) { return number(sem_post(semaphore)); }

static void semaphores(void) {
    sem_t semaphore;
    int value = -1;
    CHECK(!sem_init(&semaphore, 0, 2) && !sem_getvalue(&semaphore, &value) && value == 2);
    CHECK(!sem_wait(&semaphore) && !sem_trywait(&semaphore));
    CHECK(sem_trywait(&semaphore) == -1 && errno == EAGAIN);
    const struct timespec end = soon(CLOCK_REALTIME);
    CHECK(sem_timedwait(&semaphore, &end) == -1 && errno == ETIMEDOUT);
    CHECK(value_of(elsewhere(post, &semaphore)) == 0 && !sem_wait(&semaphore));
    CHECK(!sem_destroy(&semaphore));
    CHECK(sem_init(&semaphore, 0, (unsigned)SEM_VALUE_MAX) == 0);
    CHECK(sem_post(&semaphore) == -1 && errno == EOVERFLOW);

    char name[64];
    snprintf(name, sizeof name, "/wali-pthreads-%d", (int)getpid());
    sem_t* named = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    if (named == SEM_FAILED && (errno == ENOENT || errno == ENOSYS)) return;  // a machine without /dev/shm
    CHECK(named != SEM_FAILED && sem_open(name, 0) == named);
    CHECK(sem_open(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED && errno == EEXIST);
    const pid_t child = fork();
    if (child == 0) _exit(sem_wait(named) || sem_post(named) || sem_post(named));
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(!sem_getvalue(named, &value) && value == 2);
    CHECK(!sem_unlink(name) && sem_open(name, 0) == SEM_FAILED && errno == ENOENT);
    CHECK(!sem_close(named));
}

// --- keys, once ---

static pthread_key_t first_key, second_key;
static atomic_int destroyed_first, destroyed_second;

static void destroy_first(void* value) {
    CHECK(pthread_getspecific(first_key) == NULL);
    destroyed_first += value_of(value);
    // A value that is set meanwhile is destroyed in the next round.
    if (value_of(value) < 3) pthread_setspecific(first_key, number(value_of(value) + 1));
}

static void destroy_second(void* value) { destroyed_second += value_of(value); }

static void* use_keys(void* set_second) {
    CHECK(pthread_getspecific(first_key) == NULL);
    CHECK(!pthread_setspecific(first_key, number(1)) && pthread_getspecific(first_key) == number(1));
    if (set_second) pthread_setspecific(second_key, number(10));
    return NULL;
}

static void keys(void) {
    CHECK(!pthread_key_create(&first_key, destroy_first) && !pthread_key_create(&second_key, destroy_second));
    CHECK(!pthread_setspecific(first_key, number(50)));
    elsewhere(use_keys, NULL);
    CHECK(destroyed_first == 1 + 2 + 3 && destroyed_second == 0);
    elsewhere(use_keys, number(1));
    CHECK(destroyed_first == 12 && destroyed_second == 10);
    CHECK(pthread_getspecific(first_key) == number(50));
    CHECK(!pthread_key_delete(first_key) && !pthread_key_delete(second_key));

    pthread_key_t all[PTHREAD_KEYS_MAX + 1];
    int count = 0;
    while (count <= PTHREAD_KEYS_MAX && !pthread_key_create(&all[count], NULL)) count++;
    CHECK(count > PTHREAD_KEYS_MAX - 16 && count <= PTHREAD_KEYS_MAX);
    CHECK(pthread_key_create(&all[count], NULL) == EAGAIN);
    while (count > 0) CHECK(!pthread_key_delete(all[--count]));
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_calls;

static void count_once(void) { once_calls++; }

static void* call_once_here(void* unused) {
    CHECK(!pthread_once(&once, count_once) && once_calls == 1);
    return unused;
}

// --- attributes ---

__attribute__((noinline)) static int use_stack(size_t size) {
    volatile char* const memory = __builtin_alloca(size);
    for (size_t i = 0; i < size; i += 1024) memory[i] = 1;
    return memory[size / 2 / 1024 * 1024];
}

static void* use_large_stack(void* size) { return number(use_stack((size_t)(uintptr_t)size)); }

static void* address_here(void* unused) {
    (void)unused;
    return __builtin_frame_address(0);
}

static sem_t detached_ran;

static void* run_detached(void* unused) {
    pthread_attr_t attributes;
    int state = -1;
    CHECK(!pthread_getattr_np(pthread_self(), &attributes));
    CHECK(!pthread_attr_getdetachstate(&attributes, &state) && state == PTHREAD_CREATE_DETACHED);
    sem_post(&detached_ran);
    return unused;
}

static void* with(const pthread_attr_t* attributes, void* (*function)(void*), void* argument) {
    pthread_t thread;
    void* result = NULL;
    CHECK(!pthread_create(&thread, attributes, function, argument) && !pthread_join(thread, &result));
    return result;
}

static void attributes(void) {
    enum { Large = 8 << 20 };
    pthread_attr_t attr;
    size_t size = 0;
    int state = -1;
    void* low = NULL;
    CHECK(value_of(elsewhere(use_large_stack, (void*)(uintptr_t)(3 << 19))) == 1);  // 1.5 MiB without asking
    CHECK(!pthread_attr_init(&attr));
    CHECK(!pthread_attr_getdetachstate(&attr, &state) && state == PTHREAD_CREATE_JOINABLE);
    CHECK(pthread_attr_setstacksize(&attr, 1) == EINVAL && pthread_attr_setdetachstate(&attr, 99) == EINVAL);
    CHECK(!pthread_attr_setstacksize(&attr, Large) && !pthread_attr_getstacksize(&attr, &size) && size == Large);
    CHECK(value_of(with(&attr, use_large_stack, (void*)(uintptr_t)(Large - 65536))) == 1);
    CHECK(!pthread_attr_setguardsize(&attr, 8192) && !pthread_attr_getguardsize(&attr, &size) && size == 8192);
    CHECK(value_of(with(&attr, use_large_stack, (void*)(uintptr_t)65536)) == 1);

    // Memory of one's own as a stack.
    static _Alignas(4096) char own[1 << 18];
    CHECK(!pthread_attr_setstack(&attr, own, sizeof own));
    CHECK(!pthread_attr_getstack(&attr, &low, &size) && low == own && size == sizeof own);
    const char* address = with(&attr, address_here, NULL);
    CHECK(address > own && address < own + sizeof own);
    CHECK(!pthread_attr_destroy(&attr));

    pthread_t thread;
    CHECK(!sem_init(&detached_ran, 0, 0) && !pthread_attr_init(&attr));
    CHECK(!pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED));
    CHECK(!pthread_create(&thread, &attr, run_detached, NULL) && !sem_wait(&detached_ran));
}

// --- joining ---

static sem_t may_end;

static void* end_when_told(void* result) {
    while (sem_wait(&may_end) != 0) continue;
    return result;
}

static void* self_of(void* unused) {
    (void)unused;
    return (void*)(uintptr_t)pthread_self();
}

static void joining(void) {
    pthread_t thread;
    void* result = NULL;
    sem_init(&may_end, 0, 0);
    CHECK(!pthread_create(&thread, NULL, end_when_told, number(5)));
    CHECK(pthread_tryjoin_np(thread, &result) == EBUSY);
    const struct timespec end = soon(CLOCK_REALTIME);
    CHECK(pthread_timedjoin_np(thread, &result, &end) == ETIMEDOUT);
    sem_post(&may_end);
    CHECK(!pthread_join(thread, &result) && value_of(result) == 5);
    CHECK(pthread_equal(pthread_self(), pthread_self()));
    CHECK(!pthread_equal(pthread_self(), (pthread_t)(uintptr_t)elsewhere(self_of, NULL)));
}

// --- in memory that processes share ---

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_rwlock_t lock;
    pthread_barrier_t barrier;
    sem_t semaphore;
    int turn, counter, written;
};

// Both processes count under the mutex, take turns by the condition, and meet at the barrier.
static void play(struct shared* shared, int own) {
    for (int i = 0; i < Rounds; i++) {
        pthread_mutex_lock(&shared->mutex);
        shared->counter++;
        pthread_mutex_unlock(&shared->mutex);
        pthread_rwlock_wrlock(&shared->lock);
        shared->written++;
        pthread_rwlock_unlock(&shared->lock);
    }
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&shared->mutex);
        while (shared->turn % 2 != own) pthread_cond_wait(&shared->changed, &shared->mutex);
        shared->turn++;
        pthread_cond_signal(&shared->changed);
        pthread_mutex_unlock(&shared->mutex);
    }
    pthread_barrier_wait(&shared->barrier);
    if (own == 0) {
        sem_post(&shared->semaphore);
    } else {
        while (sem_wait(&shared->semaphore) != 0) continue;
    }
}

static void make_shared(struct shared* shared) {
    pthread_mutexattr_t mutex;
    pthread_condattr_t condition;
    pthread_rwlockattr_t lock;
    pthread_barrierattr_t barrier;
    int got = -1;
    pthread_mutexattr_init(&mutex);
    pthread_condattr_init(&condition);
    pthread_rwlockattr_init(&lock);
    pthread_barrierattr_init(&barrier);
    CHECK(!pthread_mutexattr_getpshared(&mutex, &got) && got == PTHREAD_PROCESS_PRIVATE);
    CHECK(!pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED));
    CHECK(!pthread_mutexattr_getpshared(&mutex, &got) && got == PTHREAD_PROCESS_SHARED);
    CHECK(!pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED));
    CHECK(!pthread_rwlockattr_setpshared(&lock, PTHREAD_PROCESS_SHARED));
    CHECK(!pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED));
    CHECK(!pthread_mutex_init(&shared->mutex, &mutex) && !pthread_cond_init(&shared->changed, &condition));
    CHECK(!pthread_rwlock_init(&shared->lock, &lock) && !pthread_barrier_init(&shared->barrier, &barrier, 2));
    CHECK(!sem_init(&shared->semaphore, 1, 0));
}

static void between_processes(void) {
    struct shared* shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    if (shared == MAP_FAILED) return;
    make_shared(shared);
    const pid_t child = fork();
    if (child == 0) {
        play(shared, 1);
        _exit(0);
    }
    play(shared, 0);
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(shared->counter == 2 * Rounds && shared->written == 2 * Rounds && shared->turn == 200);
    munmap(shared, sizeof *shared);
}

// --- robust mutexes: what a thread or a process holds when it ends ---

static struct {
    pthread_mutex_t first, second, recursive;
    atomic_int rounds;
}* held;

static void make_robust(pthread_mutex_t* mutex, bool shared) {
    pthread_mutexattr_t attributes;
    CHECK(!pthread_mutexattr_init(&attributes));
    CHECK(!pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    if (shared) CHECK(!pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    CHECK(!pthread_mutex_init(mutex, &attributes));
}

static void make_held(void) {
    make_robust(&held->first, true);
    make_robust(&held->second, true);
    make_mutex(&held->recursive, PTHREAD_MUTEX_RECURSIVE);
    held->rounds = 0;
}

// Whether its owner has ended with it.
static bool take(pthread_mutex_t* mutex) {
    const int result = pthread_mutex_trylock(mutex);
    CHECK(result == 0 || (result == EOWNERDEAD && !pthread_mutex_consistent(mutex)));
    CHECK(!pthread_mutex_unlock(mutex));
    return result == EOWNERDEAD;
}

static void take_over(pthread_mutex_t* mutex) { CHECK(take(mutex) && !take(mutex)); }

// With a lock of another kind in between, which is no longer held at the end.
static void* hold(void* unused) {
    CHECK(!pthread_mutex_lock(&held->first) && !pthread_mutex_lock(&held->recursive));
    CHECK(!pthread_mutex_lock(&held->second) && !pthread_mutex_unlock(&held->recursive));
    return unused;
}

static void end_at_once(void) { _exit(0); }
static void end_killed(void) { kill(getpid(), SIGKILL); }
static void end_aborted(void) { abort(); }
static void end_executing(void) { execl("/bin/true", "true", (char*)NULL); }

static void* hold_and_wait(void* unused) {
    hold(unused);
    held->rounds = 1;
    for (;;) pause();
}

static void end_killed_beside_the_owner(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, hold_and_wait, NULL);
    while (held->rounds == 0) sched_yield();
    end_killed();
}

static void hold_in_child_until(void (*end)(void), bool here) {
    make_held();
    const pid_t child = fork();
    if (child == 0) {
        if (here) hold(NULL);
        end();
        _exit(1);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    take_over(&held->first);
    take_over(&held->second);
}

static void* wait_for_first(void* unused) {
    (void)unused;
    const int result = pthread_mutex_lock(&held->first);
    CHECK(!pthread_mutex_consistent(&held->first) && !pthread_mutex_unlock(&held->first));
    return number(result);
}

static void kill_owner_of_awaited(void) {
    make_held();
    const pid_t child = fork();
    if (child == 0) hold_and_wait(NULL);
    while (held->rounds == 0) sched_yield();
    pthread_t thread;
    void* result = NULL;
    CHECK(!pthread_create(&thread, NULL, wait_for_first, NULL));
    CHECK(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
    CHECK(!pthread_join(thread, &result));
    CHECK(value_of(result) == EOWNERDEAD);
}

static void lock_and_unlock_for_ever(void) {
    for (;; held->rounds++) {
        pthread_mutex_lock(&held->first);
        pthread_mutex_lock(&held->second);
        pthread_mutex_unlock(&held->first);
        pthread_mutex_unlock(&held->second);
    }
}

// Wherever it was, between the two or in the midst of one.
static void kill_at_any_moment(int rounds) {
    make_held();
    const pid_t child = fork();
    if (child == 0) lock_and_unlock_for_ever();
    while (held->rounds < rounds) sched_yield();
    CHECK(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
    take(&held->first);
    take(&held->second);
}

static void robust_mutexes(void) {
    void* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    held = page;
    pthread_mutex_t own;
    make_robust(&own, false);
    elsewhere(lock, &own);
    take_over(&own);
    make_held();
    elsewhere(hold, NULL);
    take_over(&held->first);
    take_over(&held->second);
    hold_in_child_until(end_at_once, true);
    hold_in_child_until(end_killed, true);
    hold_in_child_until(end_aborted, true);
    hold_in_child_until(end_executing, true);
    hold_in_child_until(end_killed_beside_the_owner, false);
    kill_owner_of_awaited();
    for (int i = 0; i < 20; i++) kill_at_any_moment(i * 7);
    CHECK(!munmap(page, 4096));
}

// --- threads.h ---

static mtx_t mutex;
static cnd_t changed;
static int turn;
static tss_t storage;
static atomic_int storage_destroyed;
static once_flag flag = ONCE_FLAG_INIT;
static int flag_calls;
static thread_local int per_thread = 3;

static void destroy_storage(void* value) { storage_destroyed += value_of(value); }

static void count_flag(void) { flag_calls++; }

static int c11_thread(void* argument) {
    const int own = value_of(argument);
    call_once(&flag, count_flag);
    per_thread += own;
    tss_set(storage, number(own));
    mtx_lock(&mutex);
    while (turn != own) cnd_wait(&changed, &mutex);
    turn++;
    cnd_broadcast(&changed);
    mtx_unlock(&mutex);
    if (per_thread != 3 + own || tss_get(storage) != argument) return -1;
    if (own == 2) thrd_exit(52);
    return 50 + own;
}

static int try_c11(void* locked) { return mtx_trylock(locked); }

static int wait_c11(void* locked) {
    const struct timespec end = soon(CLOCK_REALTIME);
    return mtx_timedlock(locked, &end);
}

static int in_c11_thread(int (*function)(void*), void* argument) {
    thrd_t thread;
    int result = -1;
    CHECK(thrd_create(&thread, function, argument) == thrd_success && thrd_join(thread, &result) == thrd_success);
    return result;
}

static int compare_mask_c11(void* expected) {
    sigset_t mask;
    int differences = 0;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (int i = 1; i <= SIGRTMAX; i++) differences += sigismember(&mask, i) != sigismember(expected, i);
    return differences;
}

static void c11_threads_inherit_the_signal_mask(void) {
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &mask, &old);
    CHECK(in_c11_thread(compare_mask_c11, &mask) == 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    CHECK(in_c11_thread(compare_mask_c11, &old) == 0);
}

static void c11(void) {
    thrd_t threads[Threads];
    CHECK(mtx_init(&mutex, mtx_plain) == thrd_success && cnd_init(&changed) == thrd_success);
    CHECK(tss_create(&storage, destroy_storage) == thrd_success);
    turn = 1;
    for (int i = 0; i < Threads; i++) CHECK(thrd_create(&threads[i], c11_thread, number(i + 1)) == thrd_success);
    for (int i = 0; i < Threads; i++) {
        int result = -1;
        CHECK(thrd_join(threads[i], &result) == thrd_success && result == 51 + i);
    }
    CHECK(turn == Threads + 1 && flag_calls == 1 && storage_destroyed == 1 + 2 + 3 + 4 && per_thread == 3);
    mtx_lock(&mutex);
    const struct timespec end = past(CLOCK_REALTIME);
    CHECK(cnd_timedwait(&changed, &mutex, &end) == thrd_timedout);
    CHECK(in_c11_thread(try_c11, &mutex) == thrd_busy);
    mtx_unlock(&mutex);
    mtx_destroy(&mutex);
    cnd_destroy(&changed);
    tss_delete(storage);

    CHECK(mtx_init(&mutex, mtx_timed | mtx_recursive) == thrd_success);
    CHECK(mtx_lock(&mutex) == thrd_success && mtx_lock(&mutex) == thrd_success);
    CHECK(in_c11_thread(wait_c11, &mutex) == thrd_timedout);
    mtx_unlock(&mutex);
    CHECK(in_c11_thread(try_c11, &mutex) == thrd_busy);
    mtx_unlock(&mutex);
    CHECK(in_c11_thread(try_c11, &mutex) == thrd_success);
    CHECK(thrd_equal(thrd_current(), thrd_current()));
    thrd_yield();
    CHECK(thrd_sleep(&(struct timespec){.tv_nsec = 1000}, NULL) == 0);
}

// --- functions of other types than the C library calls, as many programs have them ---

static int calls;

static void* without_argument(void) {
    calls++;
    return number(5);
}

static void without_result(void* add) { calls += value_of(add); }

static int with_result(void) { return ++calls; }

static int with_argument_and_result(void* add) { return calls += value_of(add); }

static void* set_to_20(void* key) {
    CHECK(!pthread_setspecific(*(pthread_key_t*)key, number(20)));
    return NULL;
}

static int end_with_7(void) { _exit(7); }

// By way of the one type that the compiler lets functions be converted to and from.
#define AS(type, function) ((type)(void (*)(void))(function))

static void functions_of_other_types(void) {
    typedef void* thread_function(void*);
    typedef void destructor(void*);
    CHECK(value_of(elsewhere(AS(thread_function*, without_argument), number(9))) == 5 && calls == 1);
    elsewhere(AS(thread_function*, without_result), number(9));
    CHECK(calls == 10);

    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    CHECK(!pthread_mutex_lock(&mutex));
    pthread_cleanup_push(AS(destructor*, pthread_mutex_unlock), &mutex);
    pthread_cleanup_pop(1);
    CHECK(!pthread_mutex_trylock(&mutex));

    pthread_key_t key;
    CHECK(!pthread_key_create(&key, AS(destructor*, with_argument_and_result)));
    elsewhere(set_to_20, &key);
    CHECK(calls == 30 && !pthread_key_delete(key));

    pthread_once_t control = PTHREAD_ONCE_INIT;
    CHECK(!pthread_once(&control, AS(void (*)(void), with_result)) && calls == 31);

    const pid_t child = fork();
    if (child == 0) {
        atexit(AS(void (*)(void), end_with_7));
        exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int main(void) {
    mutexes();
    read_write_locks();
    spin_locks();
    conditions(CLOCK_REALTIME);
    conditions(CLOCK_MONOTONIC);
    barriers();
    semaphores();
    keys();
    in_threads(call_once_here, NULL);
    functions_of_other_types();
    attributes();
    joining();
    between_processes();
    robust_mutexes();
    c11();
    c11_threads_inherit_the_signal_mask();
    puts(failures == 0 ? "ok" : "failed");
    return failures != 0;
}
