// SPDX-License-Identifier: BSL-1.0
//
// uint64_t open_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
// A system call that makes a descriptor. A signal handler that interrupts it can tell how far it came: before
// open_call_returned there is no descriptor, at it the result is in %rax, behind it in open_result.
        .text
        .globl  open_call
        .hidden open_call
        .globl  open_call_returned
        .hidden open_call_returned
        .type   open_call, @function
open_call:
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        syscall
open_call_returned:
        movq    %rax, %fs:open_result@tpoff
        ret
        .size   open_call, . - open_call
        .section .note.GNU-stack, "", @progbits
