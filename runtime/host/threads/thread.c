// SPDX-License-Identifier: BSL-1.0
//
// Threads. Each guest thread is a native thread with an instance of its own, that is its own globals and tables, over
// the one memory. It ends by SYS_exit, or by returning from its function.
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "filters/filters.h"
#include "robust_list.h"
#include "signals/signals.h"
#include "threads.h"

struct thread {
    pthread_t native;
    uint64_t stack;
    void* instance;
    uint32_t function;
    uint32_t argument;
    uint64_t signal_mask;
    uint64_t held;  // signals: sigmask_held of who starts it
    uint32_t tid;
    atomic_uint owners;  // itself and the thread that starts it
    struct filter_thread filters;
};

static _Thread_local jmp_buf* end;              // where SYS_exit leads to; NULL in the thread of _start
static _Thread_local uint32_t clear_child_tid;  // as set_tid_address(2)
static _Thread_local bool has_ended;            // for the guest

static uint32_t forks;

uint32_t process_generation(void) { return forks; }

// The kernel's number of a thread: glibc has it, and shows it in the thread's CPU clock. 0 if it has ended.
static uint32_t tid_of(pthread_t thread) {
    clockid_t clock;
    return pthread_getcpuclockid(thread, &clock) == 0 ? (uint32_t)~(clock >> 3) : 0;
}

// --- joined natively, but the kernel may still count them: it reports an end before it has ended all of the thread ---

static uint32_t _Atomic departed[16];
static atomic_uint departures;

// Of many the last ones: the others have had the time.
static void departs(const struct thread* thread) {
    atomic_store(&departed[atomic_fetch_add(&departures, 1) % (sizeof departed / sizeof *departed)], thread->tid);
}

static void thread_pause(void) {
    const struct timespec pause = {.tv_nsec = 100000};
    wali_syscall2(NR_nanosleep, (uint64_t)&pause, 0);
}

static void await_departure(uint64_t tid) {
    const uint64_t process = wali_syscall0(NR_getpid);
    for (int attempt = 0; attempt < 10000; ++attempt) {
        if (wali_syscall3(NR_tgkill, process, tid, 0) == wali_error(WALI_ESRCH)) return;
        thread_pause();
    }
}

static bool await_departures(void) {
    bool any = false;
    for (size_t i = 0; i < sizeof departed / sizeof *departed; ++i) {
        const uint32_t tid = atomic_exchange(&departed[i], 0);
        if (tid == 0) continue;
        any = true;
        await_departure(tid);
    }
    return any;
}

// --- ended threads: the next ones take their stacks, which saves calls that change the address space ---

// Without a lock, because fork may leave one locked.
static struct thread* _Atomic kept[16];

static void destroy(struct thread* thread) {
    stack_free(thread->stack);
    free(thread);
}

// If there is no place, the one that came first goes. It has nothing more to do than to leave its stack.
static void keep(struct thread* thread) {
    for (size_t i = 0; i < sizeof kept / sizeof *kept; ++i) {
        struct thread* none = NULL;
        if (atomic_compare_exchange_strong(&kept[i], &none, thread)) return;
    }
    thread = atomic_exchange(&kept[0], thread);
    if (!thread) return;
    pthread_join(thread->native, NULL);
    departs(thread);
    destroy(thread);
}

// One that has left its stack; NULL if there is none.
static struct thread* take_kept(void) {
    for (size_t i = 0; i < sizeof kept / sizeof *kept; ++i) {
        struct thread* thread = atomic_exchange(&kept[i], NULL);
        if (!thread) continue;
        if (pthread_tryjoin_np(thread->native, NULL) == 0) {
            departs(thread);
            return thread;
        }
        keep(thread);
    }
    return NULL;
}

static void release(struct thread* thread) {
    if (atomic_fetch_sub(&thread->owners, 1) == 1) keep(thread);
}

// --- those on their way out: they have ended for the guest, but are not among the kept ones yet ---

static _Atomic uint32_t leaving;
static atomic_bool awaited;

void thread_ends(void) {
    if (!end || has_ended) return;
    has_ended = true;
    atomic_fetch_add(&leaving, 1);
}

static void has_left(void) {
    if (atomic_fetch_sub(&leaving, 1) != 1 || !atomic_load(&awaited)) return;
    wali_syscall3(NR_futex, (uint64_t)&leaving, WALI_FUTEX_WAKE | WALI_FUTEX_PRIVATE_FLAG, INT32_MAX);
}

static bool await_leaving(void) {
    const struct timespec second = {.tv_sec = 1};
    uint32_t count;
    bool any = false;
    atomic_store(&awaited, true);
    while ((count = atomic_load(&leaving)) != 0) {
        any = true;
        const uint64_t result = wali_syscall4(NR_futex, (uint64_t)&leaving, WALI_FUTEX_WAIT | WALI_FUTEX_PRIVATE_FLAG,
                                              count, (uint64_t)&second);
        if (result == wali_error(WALI_ETIMEDOUT)) break;  // it only seemed to end
    }
    return any;
}

bool threads_leave(void) {
    const uint64_t mask = signals_block();  // no handler may jump away with one that is taken out
    bool any = await_leaving();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; ++i) {
        struct thread* thread = atomic_exchange(&kept[i], NULL);
        if (!thread) continue;
        pthread_join(thread->native, NULL);
        departs(thread);
        destroy(thread);
    }
    if (await_departures()) any = true;
    // A number is free a moment before the count is one less.
    if (any) thread_pause();
    signals_restore(mask);
    return any;
}

// --- the new thread ---

// The table of the new instance need not be that of the one that starts it.
static void call_guest(uint32_t index, uint32_t tid, uint32_t argument) {
    struct guest_function function;
    const wasm_rt_trap_t trap = guest_function_at(index, &function);
    if (trap != WASM_RT_TRAP_NONE) trap_end_call(trap, &function.callee, "(i32, i32) -> ()");
    guest_call(&function, tid, argument, 0);
}

// What the kernel does for CLONE_CHILD_CLEARTID. Nothing is reported: the address may be unmapped by now.
static void clear_tid(void) {
    // The kernel writes the zero (FUTEX_OP_SET) and wakes: a fault here, with signals blocked, would end the process.
    const uint64_t word = wali_pointer(clear_child_tid);
    if (word != 0) wali_syscall6(NR_futex, word, WALI_FUTEX_WAKE_OP, 1, 0, word, 0);
}

// As long as the frames of the guest's functions are there: a handler of the guest may run, and jump.
static void end_for_guest(void) {
    thread_ends();
    robust_list_end();
    signals_block();  // for good: no handler can run without an instance
}

static void* run(void* argument) {
    struct thread* self = argument;
    jmp_buf buffer;
    stack_use(self->stack);
    current_instance = self->instance;
    sigmask_hold(self->held);
    self->tid = tid_of(pthread_self());
    filter_thread_run(&self->filters, self->tid);

    end = &buffer;
    if (_setjmp(buffer) == 0) {
        signals_restore(self->signal_mask);
        call_guest(self->function, self->tid, self->argument);
        end_for_guest();
    }
    filter_thread_end(&self->filters);
    wali_guest.free(current_instance);
    free(current_instance);
    stack_trim();
    release(self);
    has_left();
    // Last, because the guest may take this for the end of the thread.
    clear_tid();
    return NULL;
}

// --- starting one ---

static struct thread* make_thread(void) {
    struct thread* thread = take_kept();
    if (thread) return thread;
    thread = malloc(sizeof *thread);
    if (!thread) return NULL;
    thread->stack = stack_make();
    if (!failed(thread->stack)) return thread;
    free(thread);
    return NULL;
}

static int start_native(struct thread* thread) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, (void*)(thread->stack + STACK_LOW), STACK_SIZE);
    const int error = pthread_create(&thread->native, &attributes, run, thread);
    pthread_attr_destroy(&attributes);
    return error;
}

// What RLIMIT_NPROC counts are the threads of the user, those that were joined a moment ago, too.
static int start_beside_others(struct thread* thread) {
    int error = start_native(thread);
    for (int attempt = 0; attempt < LEAVE_ATTEMPTS && error != 0 && threads_leave(); ++attempt) {
        error = start_native(thread);
    }
    return error;
}

// The new thread's number, or -EAGAIN.
static uint32_t start_thread(uint32_t function, uint32_t argument, uint64_t signal_mask) {
    void* instance = calloc(1, wali_guest.instance_size);
    struct thread* thread = instance ? make_thread() : NULL;
    if (!thread) {
        free(instance);
        return (uint32_t)-WALI_EAGAIN;
    }
    // What faults in the module's start function shall still be a trap, and that may change the mask.
    const uint64_t host_signals = HOST_SIGNALS;
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_UNBLOCK, (uint64_t)&host_signals, 0, 8);
    wali_guest.instantiate(instance, NULL);
    signals_block();
    thread->instance = instance;
    thread->function = function;
    thread->argument = argument;
    thread->signal_mask = signal_mask;
    thread->held = sigmask_held();
    thread->owners = 2;
    filter_thread_begin(&thread->filters);
    if (start_beside_others(thread) != 0) {
        filter_thread_end(&thread->filters);
        wali_guest.free(instance);
        free(instance);
        destroy(thread);
        return (uint32_t)-WALI_EAGAIN;
    }
    const uint32_t running = tid_of(thread->native);
    const uint32_t tid = running != 0 ? running : thread->tid;
    release(thread);
    return tid;
}

// With these flags musl makes a thread natively.
#define THREAD_FLAGS                                                                                                  \
    (WALI_CLONE_VM | WALI_CLONE_FS | WALI_CLONE_FILES | WALI_CLONE_SIGHAND | WALI_CLONE_THREAD | WALI_CLONE_SYSVSEM | \
     WALI_CLONE_SETTLS | WALI_CLONE_PARENT_SETTID | WALI_CLONE_CHILD_CLEARTID | WALI_CLONE_DETACHED)

uint32_t w2c_wali_threadspawn(struct w2c_wali* host, uint32_t function, uint32_t argument) {
    (void)host;
    uint64_t refused;
    const uint64_t clone[6] = {THREAD_FLAGS};
    if (filters_any() && wali_call_refused(NR_clone, clone, &refused)) return (uint32_t)refused;
    struct guest_function found;
    if (guest_function_at(function, &found) != WASM_RT_TRAP_NONE) return (uint32_t)-WALI_EAGAIN;
    // The new thread starts with all signals blocked, and no handler of the guest runs in the midst of malloc, not even
    // one for a signal of the host's that somebody has sent.
    const uint64_t mask = signals_block();
    const uint32_t tid = start_thread(function, argument, mask);
    signals_restore(mask);
    return tid;
}

// --- the end of one, and what belongs to it ---

uint64_t w2c_wali_SYS_exit(struct w2c_wali* host, uint32_t status) {
    (void)host;
    end_for_guest();
    if (end) _longjmp(*end, 1);
    filter_thread_end(NULL);
    clear_tid();
    return wali_syscall1(NR_exit, status);  // other threads go on; the last one's end is that of the process
}

uint64_t w2c_wali_SYS_set_tid_address(struct w2c_wali* host, uint32_t tidptr) {
    (void)host;
    clear_child_tid = tidptr;
    return end ? tid_of(pthread_self()) : wali_syscall0(NR_gettid);
}

// The calling thread is the only one of the new process, and its first.
void thread_forked(void) {
    ++forks;
    end = NULL;
    atomic_store(&leaving, 0);
    for (size_t i = 0; i < sizeof departed / sizeof *departed; ++i) atomic_store(&departed[i], 0);
    // Whether the threads of the parent had left their stacks is not known here.
    for (size_t i = 0; i < sizeof kept / sizeof *kept; ++i) atomic_store(&kept[i], NULL);
    robust_list_forked();
    sigmask_forked();
    filters_forked();
}
