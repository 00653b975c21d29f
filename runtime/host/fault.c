// SPDX-License-Identifier: BSL-1.0
//
// Faults: a guest's access outside its memory is a trap, an exhausted stack is one, and so are the traps that generated
// code finds itself. A guest that handles the signal which that would be natively gets it instead. A fault inside
// guest_copy makes that return -EFAULT.
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "host.h"
#include "page_map.h"
#include "siginfo.h"

#define HANDLER_STACK (1UL << 20)  // a guest's handler, too, runs there
#define HANDLER_GUARD (64UL << 10)
#define PROT_NONE_ 0
#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS 0x22
#define MAP_NORESERVE_ 0x4000

// Deep recursion touches the guard below the stack within this distance of the stack pointer (-fstack-clash-protection
// probes each page).
#define STACK_GUARD_REACH (1UL << 20)

// --- a trap as a signal: what the same mistake would be natively ---

static const struct {
    uint8_t signal;
    uint8_t code;
} signals[WASM_RT_TRAP_COUNT] = {
    [WASM_RT_TRAP_OOB] = {SIGSEGV, SEGV_MAPERR},       [WASM_RT_TRAP_INT_OVERFLOW] = {SIGFPE, FPE_INTDIV},
    [WASM_RT_TRAP_DIV_BY_ZERO] = {SIGFPE, FPE_INTDIV}, [WASM_RT_TRAP_INVALID_CONVERSION] = {SIGFPE, FPE_FLTINV},
    [WASM_RT_TRAP_UNREACHABLE] = {SIGILL, ILL_ILLOPN}, [WASM_RT_TRAP_CALL_INDIRECT] = {SIGSEGV, SEGV_MAPERR},
    [WASM_RT_TRAP_UNALIGNED] = {SIGBUS, BUS_ADRALN},   [WASM_RT_TRAP_EXHAUSTION] = {SIGSEGV, SEGV_MAPERR},
    [WASM_RT_TRAP_MAPPED_FILE] = {SIGBUS, BUS_ADRERR},
};

// Mapped without the right to access it, or not mapped.
static uint32_t access_code(uintptr_t offset) {
    const bool mapped = offset <= UINT32_MAX && page_map_all(offset / WALI_PAGE, 1, true);
    return mapped ? SEGV_ACCERR : SEGV_MAPERR;
}

// Runs the guest's handler for it, if there is one. When that returns, the caller makes the mistake again, as the
// processor would.
static bool guest_handles(wasm_rt_trap_t trap, uintptr_t address) {
    const int signal = signals[trap].signal;
    if (signal == 0) return false;
    union siginfo info = {.fault = {.signo = (uint32_t)signal, .code = signals[trap].code, .addr = address}};
    if (trap == WASM_RT_TRAP_OOB && address != 0) info.fault.code = access_code(address - WALI_MEMORY_BASE);
    return signal_fault(signal, &info, trap == WASM_RT_TRAP_EXHAUSTION);
}

_Noreturn void wasm_rt_trap(wasm_rt_trap_t trap) {
    while (guest_handles(trap, 0)) continue;
    trap_end(trap);
}

// --- faults of the processor ---

static wasm_rt_trap_t trap_of(int signal, uintptr_t address, uintptr_t stack) {
    if (address - WALI_MEMORY_BASE < WALI_MEMORY_RESERVATION)
        return signal == SIGBUS ? WASM_RT_TRAP_MAPPED_FILE : WASM_RT_TRAP_OOB;
    if (signal == SIGSEGV && address - (stack - STACK_GUARD_REACH) < 2 * STACK_GUARD_REACH)
        return WASM_RT_TRAP_EXHAUSTION;
    return signal == SIGFPE ? WASM_RT_TRAP_INT_OVERFLOW : WASM_RT_TRAP_NONE;
}

// The guest's handler, too, runs on this stack: the one that was interrupted may be exhausted.
void on_fault(int signal, siginfo_t* info, void* context);

void on_fault(int signal, siginfo_t* info, void* context) {
    ucontext_t* machine = context;
    uintptr_t resume;
    const uintptr_t instruction = (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
    signal_interrupts();
    if (info->si_code <= 0) {
        signal_sent(signal, (const union siginfo*)info);
        return;
    }
    if (guest_copy_recovers(instruction, &resume)) {
        machine->uc_mcontext.gregs[REG_RIP] = (greg_t)resume;
        return;
    }
    const uintptr_t address = (uintptr_t)info->si_addr;
    const wasm_rt_trap_t trap = trap_of(signal, address, (uintptr_t)machine->uc_mcontext.gregs[REG_RSP]);
    if (trap == WASM_RT_TRAP_NONE) host_fail("internal error: the host faulted; please report this module");
    const bool in_memory = trap == WASM_RT_TRAP_OOB || trap == WASM_RT_TRAP_MAPPED_FILE;
    if (!guest_handles(trap, in_memory ? address : 0)) trap_end(trap);
}

// --- the stack that the handlers run on ---

// Those of threads that have ended, for the next ones, which saves them two calls that change the address space.
// Without a lock, because fork may leave one locked.
static _Atomic uint64_t kept[16];

static _Thread_local uint64_t handler_stack;  // of this thread

static bool on_handler_stack(uintptr_t address) { return address - handler_stack < HANDLER_GUARD + HANDLER_STACK; }

// On the handlers' stack nothing outlives a jump to the other one.
bool frame_is_left(const void* frame, uintptr_t destination) {
    const bool in_handler = on_handler_stack((uintptr_t)frame);
    if (in_handler != on_handler_stack(destination)) return in_handler;
    return (uintptr_t)frame < destination;
}

uint64_t handler_stack_make(void) {
    for (size_t i = 0; i < sizeof kept / sizeof *kept; ++i) {
        const uint64_t stack = atomic_exchange(&kept[i], 0);
        if (stack != 0) return stack;
    }
    const uint64_t low = wali_syscall6(9, 0, HANDLER_GUARD + HANDLER_STACK, PROT_NONE_,
                                       MAP_PRIVATE_ANONYMOUS | MAP_NORESERVE_, (uint64_t)-1L, 0);
    if (failed(low)) return low;
    const uint64_t result = wali_syscall3(10, low + HANDLER_GUARD, HANDLER_STACK, PROT_READ_WRITE);
    if (!failed(result)) return low;
    wali_syscall2(11, low, HANDLER_GUARD + HANDLER_STACK);
    return result;
}

// The lowest part has no access, and belongs to the stack for the kernel, too: it ends a process that has run into it.
// Were that outside, the kernel would begin at the top again, over frames in use.
void handler_stack_use(uint64_t low) {
    handler_stack = low;
    const stack_t stack = {.ss_sp = (void*)low, .ss_flags = 0, .ss_size = HANDLER_GUARD + HANDLER_STACK};
    wali_syscall2(131, (uint64_t)&stack, 0);
}

void handler_stack_free(uint64_t low) {
    for (size_t i = 0; i < sizeof kept / sizeof *kept; ++i) {
        uint64_t empty = 0;
        if (atomic_compare_exchange_strong(&kept[i], &empty, low)) return;
    }
    wali_syscall2(11, low, HANDLER_GUARD + HANDLER_STACK);
}

void fault_handlers_install(void) {
    const uint64_t stack = handler_stack_make();
    if (failed(stack)) host_fail("not enough memory for the stack of the fault handlers");
    handler_stack_use(stack);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = (void (*)(int, siginfo_t*, void*))fault_entry;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    static const int host_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    sigset_t unblocked;
    sigemptyset(&unblocked);
    for (size_t i = 0; i < sizeof host_signals / sizeof *host_signals; ++i) {
        sigaction(host_signals[i], &action, NULL);
        sigaddset(&unblocked, host_signals[i]);
    }
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
}
