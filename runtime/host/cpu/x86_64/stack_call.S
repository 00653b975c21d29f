// SPDX-License-Identifier: BSL-1.0
//
// void cpu_stack_call(void (*function)(void), uint64_t top)
        .text
        .globl  cpu_stack_call
        .hidden cpu_stack_call
        .type   cpu_stack_call, @function
cpu_stack_call:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        movq    %rsi, %rsp
        callq   *%rdi
        leaveq
        .cfi_def_cfa %rsp, 8
        retq
        .cfi_endproc
        .size   cpu_stack_call, . - cpu_stack_call
        .section .note.GNU-stack, "", @progbits
