// SPDX-License-Identifier: BSL-1.0
//
// void signal_entry(int signal, siginfo_t* info, ucontext_t* context), and fault_entry
// The native handlers. Before one has looked at what it interrupted, another signal can interrupt the handler itself,
// and run a handler of the guest first. So each puts its context on a list, linked by uc_link: signal_interrupts looks
// at all. Until signal_entry_listed the context is in %rdx.
        .text
        .globl  signal_entry
        .hidden signal_entry
        .globl  signal_entry_listed
        .hidden signal_entry_listed
        .type   signal_entry, @function
signal_entry:
        movq    %fs:signal_contexts@tpoff, %rcx
        movq    %rcx, 8(%rdx)           // uc_link
        movq    %rdx, %fs:signal_contexts@tpoff
signal_entry_listed:
        jmp     on_signal
        .size   signal_entry, . - signal_entry

        .globl  fault_entry
        .hidden fault_entry
        .globl  fault_entry_listed
        .hidden fault_entry_listed
        .type   fault_entry, @function
fault_entry:
        movq    %fs:signal_contexts@tpoff, %rcx
        movq    %rcx, 8(%rdx)
        movq    %rdx, %fs:signal_contexts@tpoff
fault_entry_listed:
        jmp     on_fault
        .size   fault_entry, . - fault_entry
        .section .note.GNU-stack, "", @progbits
