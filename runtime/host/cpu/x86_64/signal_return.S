// SPDX-License-Identifier: BSL-1.0
//
// void cpu_signal_return(void)
// The C library's instructions, by which unwinders know the frame of a signal. They look at the byte before, too: it
// must not belong to another function.
        .text
        nop
        .globl  cpu_signal_return
        .hidden cpu_signal_return
        .type   cpu_signal_return, @function
cpu_signal_return:
        movq    $15, %rax       // rt_sigreturn
        syscall
        .size   cpu_signal_return, . - cpu_signal_return
        .section .note.GNU-stack, "", @progbits
