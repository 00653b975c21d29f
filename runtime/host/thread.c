// SPDX-License-Identifier: BSL-1.0
//
// Threads. Each guest thread is a native thread with an instance of its own, that is its own globals and tables, over
// the one memory. It ends by SYS_exit, or by returning from its function.
#include <pthread.h>
#include <signal.h>

#include "host.h"
#include "io_uring.h"

// Between the thread that starts another one and the new one; whoever comes second frees it.
struct start {
    void* instance;
    uint64_t handler_stack;
    uint32_t function;
    uint32_t argument;
    uint64_t signal_mask;
    uint64_t held;  // signals, as sigmask_hold has them
    uint32_t tid;
    atomic_uint owners;
};

static atomic_bool any;                         // since the process began
static _Thread_local jmp_buf* end;              // where SYS_exit leads to; NULL in the thread of _start
static _Thread_local uint32_t clear_child_tid;  // as set_tid_address(2)

bool threads_started(void) { return atomic_load_explicit(&any, memory_order_relaxed); }

static void release(struct start* start) {
    if (atomic_fetch_sub(&start->owners, 1) == 1) free(start);
}

// The kernel's number of a thread: glibc has it, and shows it in the thread's CPU clock. 0 if it has ended.
static uint32_t tid_of(pthread_t thread) {
    clockid_t clock;
    return pthread_getcpuclockid(thread, &clock) == 0 ? (uint32_t)~(clock >> 3) : 0;
}

// --- the new thread ---

static void call_guest(void* instance, uint32_t function, uint32_t tid, uint32_t argument) {
    const wasm_rt_funcref_t callee = wali_guest.element(instance, function);
    ((void (*)(void*, uint32_t, uint32_t))callee.func)(callee.module_instance, tid, argument);
}

// What the kernel does for CLONE_CHILD_CLEARTID. Nothing is reported: the address may be unmapped by now.
static void clear_tid(void) {
    // The kernel writes the zero (FUTEX_OP_SET) and wakes: a fault here, with signals blocked, would end the process.
    const uint64_t word = wali_pointer(clear_child_tid);
    if (word != 0) wali_syscall6(202, word, 5 /* FUTEX_WAKE_OP */, 1, 0, word, 0);
}

static void* run(void* argument) {
    struct start* start = argument;
    jmp_buf buffer;
    const uint32_t tid = tid_of(pthread_self());
    const uint64_t handler_stack = start->handler_stack;
    handler_stack_use(handler_stack);
    current_instance = start->instance;
    const uint32_t function = start->function;
    const uint32_t guest_argument = start->argument;
    const uint64_t mask = start->signal_mask;
    sigmask_hold(start->held);
    start->tid = tid;
    release(start);

    end = &buffer;
    if (_setjmp(buffer) == 0) {
        signals_restore(mask);
        call_guest(current_instance, function, tid, guest_argument);
    }
    robust_list_end();
    signals_block();  // for good: no handler can run without an instance
    handler_stack_free(handler_stack);
    wali_guest.free(current_instance);
    free(current_instance);
    // Last, because the guest may take this for the end of the thread.
    clear_tid();
    return NULL;
}

// --- starting one ---

static bool can_start(uint32_t function) {
    if (!wali_guest.element || !wali_guest.thread_type) return false;
    const wasm_rt_funcref_t callee = wali_guest.element(current_instance, function);
    return callee.func && (callee.func_type == wali_guest.thread_type() ||
                           memcmp(callee.func_type, wali_guest.thread_type(), 32) == 0);
}

static struct start* make_start(uint32_t function, uint32_t argument, uint64_t signal_mask) {
    struct start* start = malloc(sizeof *start);
    void* instance = calloc(1, wali_guest.instance_size);
    const uint64_t stack = handler_stack_make();
    if (!start || !instance || failed(stack)) {
        if (!failed(stack)) handler_stack_free(stack);
        free(start);
        free(instance);
        return NULL;
    }
    wali_guest.instantiate(instance, NULL);
    *start = (struct start){instance, stack, function, argument, signal_mask, sigmask_hold(0), 0, 2};
    return start;
}

// The new thread's number, or -EAGAIN.
static uint32_t start_thread(struct start* start) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, start) != 0) {
        handler_stack_free(start->handler_stack);
        wali_guest.free(start->instance);
        free(start->instance);
        free(start);
        return (uint32_t)-E_AGAIN;
    }
    const uint32_t running = tid_of(thread);
    const uint32_t tid = running != 0 ? running : start->tid;
    pthread_detach(thread);
    release(start);
    return tid;
}

uint32_t w2c_wali_threadspawn(struct w2c_wali* host, uint32_t function, uint32_t argument) {
    (void)host;
    if (!can_start(function) || io_uring_used()) return (uint32_t)-E_AGAIN;  // see io_uring_setup
    if (!threads_started() && !open_allows_threads()) return (uint32_t)-E_AGAIN;
    atomic_store(&any, true);
    // The new thread starts with all signals blocked, and without a guest's handler in the midst of malloc.
    // What faults in the guest's start function shall still be a trap.
    const uint64_t guest_signals = ~HOST_SIGNALS;
    uint64_t mask = 0;
    wali_syscall4(14, 0 /* SIG_BLOCK */, (uint64_t)&guest_signals, (uint64_t)&mask, 8);
    struct start* start = make_start(function, argument, mask);
    const uint32_t tid = start ? start_thread(start) : (uint32_t)-E_AGAIN;
    signals_restore(mask);
    return tid;
}

// --- the end of one, and what belongs to it ---

uint64_t w2c_wali_SYS_exit(struct w2c_wali* host, uint32_t status) {
    (void)host;
    open_thread_ends();
    if (end) _longjmp(*end, 1);
    robust_list_end();
    signals_block();
    clear_tid();
    return wali_syscall1(60, status);  // other threads go on; the last one's end is that of the process
}

uint64_t w2c_wali_SYS_set_tid_address(struct w2c_wali* host, uint32_t tidptr) {
    (void)host;
    clear_child_tid = tidptr;
    return end ? tid_of(pthread_self()) : wali_syscall0(186 /* gettid */);
}

// The calling thread is the only one of the new process, and its first.
void thread_forked(void) {
    end = NULL;
    atomic_store(&any, false);
    open_forked();
    robust_list_forked();
}
