// SPDX-License-Identifier: BSL-1.0
//
// Faults: a guest's access outside its memory is a trap, an exhausted stack is one, and so are the traps that generated
// code finds itself. A guest that handles the signal which that would be natively gets it instead. A fault inside
// guest_copy makes that return -EFAULT.
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "cpu.h"
#include "delivery.h"

#define STACK_REACH (1U << 20)  // of one frame in memory, at most

// Compiled code uses so much below the stack pointer without moving it first.
#define LEAF_FRAME 128U

// --- a trap as a signal ---

// Mapped without the right to access it, or not mapped.
static uint32_t access_code(uintptr_t offset) {
    const bool mapped = offset <= UINT32_MAX && page_is_taken((uint32_t)offset);
    return mapped ? SEGV_ACCERR : SEGV_MAPERR;
}

// Runs the guest's handler for it, if there is one. When that returns, the caller makes the mistake again, as the
// processor would.
static bool guest_handles(wasm_rt_trap_t trap, uintptr_t address) {
    const int signal = traps[trap].signal;
    if (!(HOST_SIGNALS & 1UL << (signal - 1))) return false;
    union siginfo info = {.fault = {.signo = (uint32_t)signal, .code = traps[trap].code, .addr = address}};
    if (trap == WASM_RT_TRAP_OOB && address != 0) info.fault.code = access_code(address - WALI_MEMORY_BASE);
    return signal_fault(signal, &info, trap == WASM_RT_TRAP_EXHAUSTION);
}

_Noreturn void wasm_rt_trap(wasm_rt_trap_t trap) {
    while (guest_handles(trap, 0)) continue;
    trap_end(trap);
}

_Noreturn void wasm_rt_trap_call(const wasm_rt_funcref_t* callee, wasm_rt_func_type_t type) {
    // A copy, because a handler may grow the table.
    const wasm_rt_funcref_t called = callee ? *callee : wasm_rt_funcref_null_value;
    const wasm_rt_trap_t trap = called.func ? WASM_RT_TRAP_CALL_TYPE : WASM_RT_TRAP_CALL_INDIRECT;
    while (guest_handles(trap, 0)) continue;
    trap_end_call(trap, &called, signature_of(type)->text);
}

// --- faults of the processor ---

// The guest's stack in memory: its pointer has left what can be accessed, or is about to.
static bool memory_stack_is_exhausted(uint32_t address) {
    if (!wali_guest.stack_pointer) return false;
    const uint32_t pointer = *wali_guest.stack_pointer(current_instance);
    const uint32_t distance = address - (pointer - LEAF_FRAME);
    unsigned char byte;
    return distance < LEAF_FRAME || (distance < STACK_REACH && guest_read(&byte, pointer, 1) != 0);
}

static wasm_rt_trap_t trap_in_memory(int signal, uintptr_t offset) {
    if (signal == SIGBUS) return WASM_RT_TRAP_MAPPED_FILE;
    if (memory_stack_is_exhausted((uint32_t)offset)) return WASM_RT_TRAP_EXHAUSTION;
    return offset < WALI_PAGE ? WASM_RT_TRAP_NULL_POINTER : WASM_RT_TRAP_OOB;
}

static bool in_memory(uintptr_t address) { return address - WALI_MEMORY_BASE < WALI_MEMORY_RESERVATION; }

static wasm_rt_trap_t trap_of(int signal, const siginfo_t* info, uintptr_t stack_pointer) {
    const uintptr_t address = (uintptr_t)info->si_addr;
    if (in_memory(address)) return trap_in_memory(signal, address - WALI_MEMORY_BASE);
    if (signal == SIGSEGV && stack_is_exhausted(info->si_code != SI_KERNEL, address, stack_pointer))
        return WASM_RT_TRAP_EXHAUSTION;
    return signal == SIGFPE ? WASM_RT_TRAP_INT_OVERFLOW : WASM_RT_TRAP_NONE;
}

// The guest's handler may have changed the mask, which the end of the native one would set back.
static void keep_mask(ucontext_t* machine) {
    wali_syscall4(NR_rt_sigprocmask, 0, 0, (uint64_t)&machine->uc_sigmask, 8);
}

// The guest's handler, too, runs on this stack: the one that was interrupted may be exhausted.
static void on_fault(int signal, siginfo_t* info, void* context) {
    ucontext_t* machine = context;
    uintptr_t resume;
    const uintptr_t instruction = cpu_instruction(machine);
    if (info->si_code <= 0) {
        signal_sent(signal, (const union siginfo*)info);
        keep_mask(machine);
        return;
    }
    if (guest_copy_recovers(instruction, &resume)) {
        cpu_continue_at(machine, resume);
        return;
    }
    const wasm_rt_trap_t trap = trap_of(signal, info, cpu_stack_pointer(machine));
    if (trap == WASM_RT_TRAP_NONE) trap_end(trap);
    const uintptr_t address = (uintptr_t)info->si_addr;
    if (!guest_handles(trap, in_memory(address) ? address : 0)) trap_end(trap);
    keep_mask(machine);
}

void fault_no_room(void) {
    if (!guest_handles(WASM_RT_TRAP_EXHAUSTION, 0)) trap_end(WASM_RT_TRAP_EXHAUSTION);
}

// --- at the start ---

static const int host_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

static void install(int signal) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

void fault_handlers_install(void) {
    const uint64_t all = HOST_SIGNALS;
    uint64_t before = 0;
    for (size_t i = 0; i < sizeof host_signals / sizeof *host_signals; ++i) install(host_signals[i]);
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_UNBLOCK, (uint64_t)&all, (uint64_t)&before, sizeof all);
    sigmask_hold(before);
}

// --- execve: the kernel hands on what it knows ---

bool signals_hand_on(uint64_t* mask) {
    const uint64_t held = sigmask_held();
    bool any = held != 0;
    for (size_t i = 0; i < sizeof host_signals / sizeof *host_signals; ++i)
        any = any || signal_is_ignored((uint32_t)host_signals[i]);
    if (!any) return false;
    for (size_t i = 0; i < sizeof host_signals / sizeof *host_signals; ++i)
        if (signal_is_ignored((uint32_t)host_signals[i])) signal(host_signals[i], SIG_IGN);
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_BLOCK, (uint64_t)&held, (uint64_t)mask, sizeof held);
    return true;
}

void signals_take_back(uint64_t mask) {
    for (size_t i = 0; i < sizeof host_signals / sizeof *host_signals; ++i)
        if (signal_is_ignored((uint32_t)host_signals[i])) install(host_signals[i]);
    signals_restore(mask);
}
