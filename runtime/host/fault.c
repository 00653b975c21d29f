// SPDX-License-Identifier: BSL-1.0
//
// Faults of the processor: a guest's access outside its memory is a trap, an exhausted stack is one, a fault inside
// guest_copy makes that return -EFAULT. Handlers run on a stack of their own.
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "host.h"

#define HANDLER_STACK (256UL << 10)
#define PROT_NONE_ 0
#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS 0x22

// Deep recursion touches the guard below the stack within this distance of the stack pointer (-fstack-clash-protection
// probes each page).
#define STACK_GUARD_REACH (1UL << 20)

static void reraise_default(int signal) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signal);
}

// A host signal that somebody sent with kill(2): what the guest asked for, or the default.
static void sent(int signal, const siginfo_t* info) {
    if (signal_is_ignored(signal)) return;
    if (signal_has_handler(signal))
        signal_deliver(signal, info);
    else
        reraise_default(signal);
}

static void on_fault(int signal, siginfo_t* info, void* context) {
    ucontext_t* machine = context;
    uintptr_t resume;
    const uintptr_t instruction = (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
    if (info->si_code <= 0) {
        open_interrupted(context);
        sent(signal, info);
        return;
    }
    if (guest_copy_recovers(instruction, &resume)) {
        machine->uc_mcontext.gregs[REG_RIP] = (greg_t)resume;
        return;
    }
    const uintptr_t address = (uintptr_t)info->si_addr;
    const uintptr_t stack = (uintptr_t)machine->uc_mcontext.gregs[REG_RSP];
    if (address - WALI_MEMORY_BASE < WALI_MEMORY_RESERVATION)
        trap_at(signal == SIGBUS ? WASM_RT_TRAP_MAPPED_FILE : WASM_RT_TRAP_OOB, instruction);
    if (signal == SIGSEGV && address - (stack - STACK_GUARD_REACH) < 2 * STACK_GUARD_REACH)
        trap_at(WASM_RT_TRAP_EXHAUSTION, instruction);
    if (signal == SIGFPE) trap_at(WASM_RT_TRAP_INT_OVERFLOW, instruction);
    host_fail("internal error: the host faulted; please report this module");
}

static void use_handler_stack(void) {
    // A page at the bottom stays without access, so that overflow here is no silent corruption.
    const uint64_t low =
        wali_syscall6(9, 0, HANDLER_STACK + WALI_PAGE, PROT_NONE_, MAP_PRIVATE_ANONYMOUS, (uint64_t)-1L, 0);
    if (failed(low) || failed(wali_syscall3(10, low + WALI_PAGE, HANDLER_STACK, PROT_READ_WRITE)))
        host_fail("not enough memory for the stack of the fault handlers");
    const stack_t stack = {.ss_sp = (void*)(low + WALI_PAGE), .ss_flags = 0, .ss_size = HANDLER_STACK};
    sigaltstack(&stack, NULL);
}

void fault_handlers_install(void) {
    use_handler_stack();
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    sigset_t unblocked;
    sigemptyset(&unblocked);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; ++i) {
        sigaction(signals[i], &action, NULL);
        sigaddset(&unblocked, signals[i]);
    }
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
}
