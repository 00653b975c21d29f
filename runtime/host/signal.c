// SPDX-License-Identifier: BSL-1.0
//
// Signals. The kernel delivers to one native handler, which calls the guest's function directly: no polling, and
// blocking calls end with EINTR or restart exactly as natively. The guest's frame starts 1024 bytes below its stack
// pointer, because compiled code uses memory there without moving the pointer first.
#include <string.h>

#include "host.h"
#include "structs.h"

#define SIGNALS 64

#define GUEST_SIG_DFL 0U
#define GUEST_SIG_IGN 0xfffffffeU  // -2; 1 is a valid table index

#define SA_SIGINFO_ 0x4U
#define SA_RESTORER_ 0x04000000U
#define SA_ONSTACK_ 0x08000000U
#define SA_RESETHAND_ 0x80000000U

#define SS_ONSTACK_ 1
#define SS_DISABLE_ 2
#define SS_AUTODISARM_ (1 << 31)
#define MIN_STACK 2048U

#define RED_ZONE 1024U
#define SIGINFO_BYTES 128U
#define UCONTEXT_BYTES 1024U

// What the native handler needs, in one word, so that it never sees half a change: flags above, table index below.
static _Atomic uint64_t handlers[SIGNALS + 1];
static uint64_t masks[SIGNALS + 1];  // as the guest gave them, for reporting

static _Thread_local struct wali_guest_stack_t alternate = {.ss_flags = SS_DISABLE_};

static bool is_host_signal(uint32_t signal) { return HOST_SIGNALS >> (signal - 1) & 1; }

bool signal_is_ignored(int signal) { return (uint32_t)handlers[signal] == GUEST_SIG_IGN; }

bool signal_has_handler(int signal) {
    const uint32_t handler = (uint32_t)handlers[signal];
    return handler != GUEST_SIG_IGN && handler != GUEST_SIG_DFL;
}

// --- delivery ---

static bool on_alternate(uint32_t sp) {
    return alternate.ss_size != 0 && sp > alternate.ss_sp && sp - alternate.ss_sp <= alternate.ss_size;
}

// Where the handler's frame starts: below the red zone, or at the top of the alternate stack.
static uint32_t frame_top(uint32_t sp, uint32_t flags) {
    if ((flags & SA_ONSTACK_) && !(alternate.ss_flags & SS_DISABLE_) && !on_alternate(sp))
        return (alternate.ss_sp + alternate.ss_size) & ~15U;
    return (sp - RED_ZONE) & ~15U;
}

static bool same_type(wasm_rt_func_type_t have, wasm_rt_func_type_t (*want)(void)) {
    return want && (have == want() || memcmp(have, want(), 32) == 0);
}

// Places siginfo and a cleared ucontext on the guest's stack; returns the new stack pointer.
static uint32_t push_siginfo(uint32_t top, const void* info, uint32_t* info_at, uint32_t* context_at) {
    static const unsigned char cleared[UCONTEXT_BYTES];
    *info_at = top - SIGINFO_BYTES;
    *context_at = *info_at - UCONTEXT_BYTES;
    if (guest_write(*info_at, info, SIGINFO_BYTES) != 0 || guest_write(*context_at, cleared, sizeof cleared) != 0)
        trap_at(WASM_RT_TRAP_OOB, 0);
    return *context_at;
}

static void call_guest(uint32_t handler, uint32_t top, uint32_t* stack_pointer, int signal, const void* info) {
    const wasm_rt_funcref_table_t* table = wali_guest.table ? wali_guest.table(current_instance) : NULL;
    if (!table || handler >= table->size || !table->data[handler].func) trap_at(WASM_RT_TRAP_CALL_INDIRECT, 0);
    const wasm_rt_funcref_t function = table->data[handler];
    if (same_type(function.func_type, wali_guest.handler_type)) {
        if (stack_pointer) *stack_pointer = top;
        ((void (*)(void*, uint32_t))function.func)(function.module_instance, (uint32_t)signal);
    } else if (same_type(function.func_type, wali_guest.siginfo_handler_type)) {
        uint32_t info_at = 0;
        uint32_t context_at = 0;
        if (stack_pointer) *stack_pointer = push_siginfo(top, info, &info_at, &context_at);
        ((void (*)(void*, uint32_t, uint32_t, uint32_t))function.func)(function.module_instance, (uint32_t)signal,
                                                                       info_at, context_at);
    } else {
        trap_at(WASM_RT_TRAP_CALL_INDIRECT, 0);
    }
}

void signal_deliver(int signal, const void* info) {
    const uint64_t action = handlers[signal];
    const uint32_t handler = (uint32_t)action;
    const uint32_t flags = (uint32_t)(action >> 32);
    if (handler == GUEST_SIG_DFL || handler == GUEST_SIG_IGN) return;  // changed after the kernel chose it
    if (flags & SA_RESETHAND_) handlers[signal] = 0;

    struct exception_state exception;
    exception_save(&exception);
    uint32_t* stack_pointer = wali_guest.stack_pointer ? wali_guest.stack_pointer(current_instance) : NULL;
    const uint32_t sp = stack_pointer ? *stack_pointer : 0;
    call_guest(handler, frame_top(sp, flags), stack_pointer, signal, info);
    if (stack_pointer) *stack_pointer = sp;
    exception_restore(&exception);
}

static void on_signal(int signal, void* info, void* context) {
    open_interrupted(context);
    signal_deliver(signal, info);
}

__asm__(
    ".text\n.type wali_restore, @function\nwali_restore:\n    movl $15, %eax\n    syscall\n.size wali_restore, . - "
    "wali_restore\n");
extern void wali_restore(void);

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
        native.restorer = (uint64_t)wali_restore;
        native.flags = (action->flags & ~(uint64_t)SA_ONSTACK_) | SA_SIGINFO_ | SA_RESTORER_;
        if (action->handler == GUEST_SIG_IGN)
            native.handler = 1;  // SIG_IGN
        else if (action->handler != GUEST_SIG_DFL)
            native.handler = (uint64_t)on_signal;
        const uint64_t result = wali_syscall4(13, signal, (uint64_t)&native, 0, 8);
        if (failed(result)) return result;
    }
    return 0;
}

static uint64_t change(uint32_t signal, const struct wali_guest_k_sigaction* action) {
    // The handler is stored first, so that a signal right after the kernel's change finds it.
    const uint64_t mask = signals_block();
    const uint64_t old = handlers[signal];
    handlers[signal] = action->flags << 32 | action->handler;
    const uint64_t result = install(signal, action);
    if (failed(result))
        handlers[signal] = old;
    else
        masks[signal] = action->mask;
    signals_restore(mask);
    return result;
}

uint64_t w2c_wali_SYS_rt_sigaction(struct w2c_wali* host, uint32_t signum, uint32_t act, uint32_t oldact,
                                   uint32_t sigsetsize) {
    (void)host;
    struct wali_guest_k_sigaction wanted;
    struct wali_guest_k_sigaction old;
    if (sigsetsize != 8) return wali_error(E_INVAL);
    if (act != 0 && guest_read(&wanted, act, sizeof wanted) != 0) return wali_error(E_FAULT);
    if (signum < 1 || signum > SIGNALS || (act != 0 && (signum == 9 || signum == 19))) return wali_error(E_INVAL);
    guest_view(signum, &old);
    if (act != 0) {
        const uint64_t result = change(signum, &wanted);
        if (failed(result)) return result;
    }
    if (oldact != 0 && guest_write(oldact, &old, sizeof old) != 0) return wali_error(E_FAULT);
    return 0;
}

// --- masks ---

int64_t signal_mask_read(uint64_t* mask, uint32_t address, uint64_t size) {
    if (size != sizeof *mask) return -E_INVAL;
    const int64_t error = guest_read(mask, address, sizeof *mask);
    *mask &= ~HOST_SIGNALS;
    return error;
}

uint64_t w2c_wali_SYS_rt_sigprocmask(struct w2c_wali* host, uint32_t how, uint32_t set, uint32_t oldset,
                                     uint32_t sigsetsize) {
    (void)host;
    uint64_t mask = 0;
    uint64_t old = 0;
    const int64_t error = set == 0 ? (sigsetsize == 8 ? 0 : -E_INVAL) : signal_mask_read(&mask, set, sigsetsize);
    if (error != 0) return (uint64_t)error;
    const uint64_t result = wali_syscall4(14, how, set == 0 ? 0 : (uint64_t)&mask, (uint64_t)&old, 8);
    if (failed(result)) return result;
    if (oldset != 0 && guest_write(oldset, &old, sizeof old) != 0) return wali_error(E_FAULT);
    return result;
}

uint64_t w2c_wali_SYS_rt_sigsuspend(struct w2c_wali* host, uint32_t mask, uint32_t sigsetsize) {
    (void)host;
    uint64_t native;
    const int64_t error = signal_mask_read(&native, mask, sigsetsize);
    return error != 0 ? (uint64_t)error : wali_syscall2(130, (uint64_t)&native, 8);
}

// Never called by programs: the kernel's frame is the host's. Linux would end the process for a false one.
uint64_t w2c_wali_SYS_rt_sigreturn(struct w2c_wali* host, uint64_t unused) {
    (void)host;
    (void)unused;
    return wali_error(WALI_ENOSYS);
}

// --- sigaltstack: only the guest's stack pointer ever moves there ---

static int64_t set_alternate(const struct wali_guest_stack_t* wanted) {
    const int32_t mode = (int32_t)wanted->ss_flags & ~SS_AUTODISARM_;
    if (mode != 0 && mode != SS_ONSTACK_ && mode != SS_DISABLE_) return -E_INVAL;
    if (mode == SS_DISABLE_) {
        alternate = (struct wali_guest_stack_t){.ss_flags = SS_DISABLE_};
        return 0;
    }
    if (wanted->ss_size < MIN_STACK) return -E_NOMEM;
    alternate = (struct wali_guest_stack_t){wanted->ss_sp, 0, wanted->ss_size};
    return 0;
}

uint64_t w2c_wali_SYS_sigaltstack(struct w2c_wali* host, uint32_t ss, uint32_t old_ss) {
    (void)host;
    struct wali_guest_stack_t wanted;
    const uint32_t sp = wali_guest.stack_pointer ? *wali_guest.stack_pointer(current_instance) : 0;
    const bool active = on_alternate(sp);
    struct wali_guest_stack_t old = alternate;
    if (active) old.ss_flags = SS_ONSTACK_;
    if (ss != 0) {
        if (guest_read(&wanted, ss, sizeof wanted) != 0) return wali_error(E_FAULT);
        if (active) return wali_error(E_PERM);
        const int64_t error = set_alternate(&wanted);
        if (error != 0) return (uint64_t)error;
    }
    if (old_ss != 0 && guest_write(old_ss, &old, sizeof old) != 0) return wali_error(E_FAULT);
    return 0;
}
