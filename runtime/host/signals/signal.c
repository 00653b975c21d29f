// SPDX-License-Identifier: BSL-1.0
//
// Signals. The kernel delivers to one native handler, which calls the guest's function directly: no polling, and
// blocking calls end with EINTR or restart exactly as natively. The guest's frame starts 1024 bytes below its stack
// pointer, because compiled code uses memory there without moving the pointer first.
#include <string.h>
#include <ucontext.h>

#include "cpu.h"
#include "delivery.h"

#define SIGNALS 64

#define GUEST_SIG_DFL 0U
#define GUEST_SIG_IGN 0xfffffffeU  // -2; 1 is a valid table index

#define NATIVE_SIG_IGN 1

#define SA_KNOWN 0xdc000807U  // what the kernel keeps of the flags

#define SS_AUTODISARM_ (1U << 31)
#define MIN_STACK 2048U

#define RED_ZONE 1024U

#define SIGKILL_AND_SIGSTOP (1UL << (9 - 1) | 1UL << (19 - 1))

// What the native handler needs, in one word, so that it never sees half a change: flags above, table index below.
static _Atomic uint64_t handlers[SIGNALS + 1];
static _Atomic uint64_t masks[SIGNALS + 1];  // as the guest gave them

static _Thread_local struct wali_guest_stack_t alternate;  // size 0: none; of the flags only SS_AUTODISARM

static uint64_t bit_of(uint32_t signal) { return 1UL << (signal - 1); }

static bool is_host_signal(uint32_t signal) { return HOST_SIGNALS & bit_of(signal); }

// --- delivery ---

static uint32_t* stack_pointer(void) {
    return wali_guest.stack_pointer ? wali_guest.stack_pointer(current_instance) : NULL;
}

// 0: free to use, SS_ONSTACK: in use, SS_DISABLE: there is none.
static uint32_t alternate_state(uint32_t sp) {
    if (alternate.ss_size == 0) return WALI_SS_DISABLE;
    if (alternate.ss_flags & SS_AUTODISARM_) return 0;
    return sp > alternate.ss_sp && sp - alternate.ss_sp <= alternate.ss_size ? WALI_SS_ONSTACK : 0;
}

// Where the handler's frame starts: below the red zone, or at the top of the alternate stack.
static uint32_t frame_top(uint32_t sp, uint32_t flags) {
    if (!(flags & WALI_SA_ONSTACK) || alternate_state(sp) != 0) return (sp - RED_ZONE) & ~15U;
    const uint32_t top = (alternate.ss_sp + alternate.ss_size) & ~15U;
    if (alternate.ss_flags & SS_AUTODISARM_) alternate = (struct wali_guest_stack_t){0};
    return top;
}

// The ucontext_t of the guest's C library. There are no registers.
struct guest_context {
    uint64_t flags;
    uint32_t link;
    struct wali_guest_stack_t stack;
    uint64_t registers[32];
    uint64_t mask;
    uint64_t more_mask[15];
    uint64_t floating_point[64];
};
_Static_assert(offsetof(struct guest_context, stack) == 12, "uc_stack");
_Static_assert(offsetof(struct guest_context, mask) == 280, "uc_sigmask");

// Where the arguments of a handler lie on the guest's stack.
struct arguments {
    uint32_t info;
    uint32_t context;
};

// Places them below `top`. False if there is no room.
static bool push_arguments(struct arguments* pushed, uint32_t top, const union siginfo* info,
                           const struct guest_context* context) {
    union siginfo guest;
    siginfo_to_guest(&guest, info);
    pushed->info = top - (uint32_t)sizeof guest;
    pushed->context = (pushed->info - (uint32_t)sizeof *context) & ~15U;
    return guest_write(pushed->info, &guest, sizeof guest) == 0 &&
           guest_write(pushed->context, context, sizeof *context) == 0;
}

// As natively, the flags do not matter: a handler takes of three arguments what it wants.
// It may change the mask in the context.
static void call_guest(uint32_t handler, uint32_t top, uint32_t* sp, int signal, const union siginfo* info,
                       struct guest_context* context) {
    struct guest_function function;
    const wasm_rt_trap_t trap = guest_function_at(handler, &function);
    if (trap != WASM_RT_TRAP_NONE) trap_end_call(trap, &function.callee, "(i32, i32, i32) -> ()");
    struct arguments arguments = {0, 0};
    if (sp && function.parameters > 1) {
        if (!push_arguments(&arguments, top, info, context)) {
            fault_no_room();
            return;
        }
        top = arguments.context;
    }
    if (sp) *sp = top;
    guest_call(&function, (uint32_t)signal, arguments.info, arguments.context);
    uint64_t mask;
    const uint32_t mask_at = arguments.context + (uint32_t)offsetof(struct guest_context, mask);
    if (arguments.context != 0 && guest_read(&mask, mask_at, sizeof mask) == 0) context->mask = mask;
}

// What a handler may change and must find again when it returns. When it jumps out instead, the changes remain, as
// natively.
struct interrupted {
    struct wali_frame frame;
    struct exception_state exception;
    struct wali_guest_stack_t alternate;
    uint32_t sp;
};

// As SA_RESETHAND asks. Not the kernel does this: it delivers a signal again that came in a section without handlers.
static void reset(uint32_t signal) {
    const struct wali_native_k_sigaction none = {0};
    handlers[signal] &= ~(uint64_t)UINT32_MAX;
    if (!is_host_signal(signal)) wali_syscall4(NR_rt_sigaction, signal, (uint64_t)&none, 0, 8);
}

void signal_deliver(int signal, const union siginfo* info, uint64_t* mask) {
    const uint64_t action = handlers[signal];
    const uint32_t handler = (uint32_t)action;
    const uint32_t flags = (uint32_t)(action >> 32);
    if (handler == GUEST_SIG_DFL || handler == GUEST_SIG_IGN) return;  // changed after the kernel chose it
    RULE(!handlers_are_blocked(), "no handler runs where they are blocked");
    const uint64_t blocked = masks[signal] | (flags & WALI_SA_NODEFER ? 0 : bit_of((uint32_t)signal));
    if (flags & WALI_SA_RESETHAND) reset((uint32_t)signal);

    uint32_t* sp = stack_pointer();
    struct interrupted before = {.alternate = alternate, .sp = sp ? *sp : 0};
    struct guest_context context = {.stack = alternate, .mask = *mask};
    sigmask_hold(*mask | blocked);
    if (alternate.ss_size == 0) context.stack.ss_flags = WALI_SS_DISABLE;
    exception_save(&before.exception);
    frame_begin(&before.frame, 0);
    call_guest(handler, frame_top(before.sp, flags), sp, signal, info, &context);
    frame_end(&before.frame);
    if (sp) *sp = before.sp;
    exception_restore(&before.exception);
    alternate = before.alternate;
    sigmask_hold(HOST_SIGNALS);
    *mask = context.mask;
}

// --- the native handlers ---

static void on_signal(int signal, void* info, void* context) {
    uint64_t* const native = (uint64_t*)&((ucontext_t*)context)->uc_sigmask;
    if (sigmask_postpone(signal, info, native)) return;
    uint64_t mask = *native | sigmask_held();
    signal_deliver(signal, info, &mask);
    *native = mask & ~HOST_SIGNALS;
    sigmask_release(mask);
}

// --- the host's signals: their native handler is in fault.c ---

// The kernel has not blocked what this handler's mask says: for it, the handler is the host's.
static uint64_t deliver_host_signal(int signal, const union siginfo* info, uint64_t held) {
    const uint64_t own = handlers[signal] >> 32 & WALI_SA_NODEFER ? 0 : bit_of((uint32_t)signal);
    const uint64_t blocked = (masks[signal] | own) & ~HOST_SIGNALS;
    uint64_t mask;
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_BLOCK, (uint64_t)&blocked, (uint64_t)&mask, 8);
    mask |= held;
    signal_deliver(signal, info, &mask);
    signals_restore(mask & ~HOST_SIGNALS);
    return mask;
}

uint64_t signal_waited(int signal, const union siginfo* info, uint64_t held) {
    const uint32_t handler = (uint32_t)handlers[signal];
    if (handler == GUEST_SIG_IGN) return held;
    if (handler == GUEST_SIG_DFL) end_by_signal(signal);
    return deliver_host_signal(signal, info, held);
}

void signal_sent(int signal, const union siginfo* info) {
    if ((uint32_t)handlers[signal] == GUEST_SIG_IGN || sigmask_defer(signal, info)) return;
    sigmask_release(signal_waited(signal, info, sigmask_held()));
}

bool signal_fault(int signal, const union siginfo* info, bool stack_exhausted) {
    const uint64_t action = handlers[signal];
    const uint32_t handler = (uint32_t)action;
    const uint32_t* sp = stack_pointer();
    const bool has_room = action >> 32 & WALI_SA_ONSTACK && alternate_state(sp ? *sp : 0) == 0;
    if (handler == GUEST_SIG_DFL || handler == GUEST_SIG_IGN || sigmask_holds(signal)) return false;
    if (stack_exhausted && !has_room) return false;
    sigmask_release(deliver_host_signal(signal, info, sigmask_held()));
    return true;
}

void signal_force(int signal, const union siginfo* info) {
    uint64_t mask;
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_BLOCK, 0, (uint64_t)&mask, 8);
    const uint32_t handler = (uint32_t)handlers[signal];
    if (handler == GUEST_SIG_DFL || handler == GUEST_SIG_IGN || mask & bit_of((uint32_t)signal)) end_by_signal(signal);
    sigmask_release(deliver_host_signal(signal, info, sigmask_held()));
}

// --- rt_sigaction ---

static void guest_view(uint32_t signal, struct wali_guest_k_sigaction* action) {
    const uint64_t now = handlers[signal];
    *action = (struct wali_guest_k_sigaction){(uint32_t)now, now >> 32, 0, masks[signal]};
}

// Host signals keep their native action; the guest's is remembered for those that kill(2) sends.
static uint64_t install(uint32_t signal, const struct wali_guest_k_sigaction* action) {
    if (!is_host_signal(signal)) {
        struct wali_native_k_sigaction native;
        wali_k_sigaction_to_native(&native, action);
        native.mask &= ~HOST_SIGNALS;
        native.restorer = (uint64_t)cpu_signal_return;
        native.flags =
            (action->flags & ~(uint64_t)(WALI_SA_ONSTACK | WALI_SA_RESETHAND)) | WALI_SA_SIGINFO | WALI_SA_RESTORER;
        if (action->handler == GUEST_SIG_IGN)
            native.handler = NATIVE_SIG_IGN;
        else if (action->handler != GUEST_SIG_DFL)
            native.handler = (uint64_t)on_signal;
        const uint64_t result = wali_syscall4(NR_rt_sigaction, signal, (uint64_t)&native, 0, 8);
        if (failed(result)) return result;
    }
    return 0;
}

static uint64_t change(uint32_t signal, const struct wali_guest_k_sigaction* action) {
    // The handler is stored first, so that a signal right after the kernel's change finds it.
    const uint64_t mask = signals_block();
    const uint64_t old = handlers[signal];
    handlers[signal] = (action->flags & SA_KNOWN) << 32 | action->handler;
    const uint64_t result = install(signal, action);
    if (failed(result))
        handlers[signal] = old;
    else
        masks[signal] = action->mask & ~SIGKILL_AND_SIGSTOP;
    signals_restore(mask);
    return result;
}

uint64_t w2c_wali_SYS_rt_sigaction(struct w2c_wali* host, uint32_t signum, uint32_t act, uint32_t oldact,
                                   uint32_t sigsetsize) {
    (void)host;
    struct wali_guest_k_sigaction wanted;
    struct wali_guest_k_sigaction old;
    if (sigsetsize != 8) return wali_error(WALI_EINVAL);
    if (act != 0 && guest_read(&wanted, act, sizeof wanted) != 0) return wali_error(WALI_EFAULT);
    if (signum < 1 || signum > SIGNALS || (act != 0 && (signum == 9 || signum == 19))) return wali_error(WALI_EINVAL);
    guest_view(signum, &old);
    if (act != 0) {
        const uint64_t result = change(signum, &wanted);
        if (failed(result)) return result;
    }
    if (oldact != 0 && guest_write(oldact, &old, sizeof old) != 0) return wali_error(WALI_EFAULT);
    return 0;
}

bool signal_is_ignored(uint32_t signal) { return (uint32_t)handlers[signal] == GUEST_SIG_IGN; }

void signals_inherit(void) {
    for (uint32_t signal = 1; signal <= SIGNALS; ++signal) {
        struct wali_native_k_sigaction native;
        if (!failed(wali_syscall4(NR_rt_sigaction, signal, 0, (uint64_t)&native, 8)) &&
            native.handler == NATIVE_SIG_IGN)
            handlers[signal] = GUEST_SIG_IGN;
    }
}

void signals_reset(void) {
    for (uint32_t signal = 1; signal <= SIGNALS; ++signal) {
        const uint32_t handler = (uint32_t)handlers[signal];
        if (handler != GUEST_SIG_DFL && handler != GUEST_SIG_IGN) reset(signal);
        handlers[signal] = (uint32_t)handlers[signal];
        masks[signal] = 0;
    }
}

// Never called by programs: the kernel's frame is the host's. Linux would end the process for a false one.
uint64_t w2c_wali_SYS_rt_sigreturn(struct w2c_wali* host, uint64_t unused) {
    (void)host;
    (void)unused;
    return wali_error(WALI_ENOSYS);
}

// --- sigaltstack: only the guest's stack pointer ever moves there ---

static int64_t set_alternate(const struct wali_guest_stack_t* wanted) {
    const uint32_t mode = wanted->ss_flags & ~SS_AUTODISARM_;
    if (mode != 0 && mode != WALI_SS_ONSTACK && mode != WALI_SS_DISABLE) return -WALI_EINVAL;
    if (mode != WALI_SS_DISABLE && wanted->ss_size < MIN_STACK) return -WALI_ENOMEM;
    alternate = (struct wali_guest_stack_t){.ss_flags = wanted->ss_flags & SS_AUTODISARM_};
    if (mode != WALI_SS_DISABLE) {
        alternate.ss_sp = wanted->ss_sp;
        alternate.ss_size = wanted->ss_size;
    }
    return 0;
}

uint64_t w2c_wali_SYS_sigaltstack(struct w2c_wali* host, uint32_t ss, uint32_t old_ss) {
    (void)host;
    struct wali_guest_stack_t wanted;
    const uint32_t* sp = stack_pointer();
    const uint32_t state = alternate_state(sp ? *sp : 0);
    const struct wali_guest_stack_t old = {alternate.ss_sp, alternate.ss_flags | state, alternate.ss_size};
    if (ss != 0) {
        if (guest_read(&wanted, ss, sizeof wanted) != 0) return wali_error(WALI_EFAULT);
        if (state == WALI_SS_ONSTACK) return wali_error(WALI_EPERM);
        const int64_t error = set_alternate(&wanted);
        if (error != 0) return (uint64_t)error;
    }
    if (old_ss != 0 && guest_write(old_ss, &old, sizeof old) != 0) return wali_error(WALI_EFAULT);
    return 0;
}
