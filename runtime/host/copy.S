// SPDX-License-Identifier: BSL-1.0
//
// int64_t guest_copy(void *to, const void *from, size_t size)
// The only instructions of the host that may fault on guest memory. fault.c resumes at guest_copy_failed.
        .text
        .globl  guest_copy
        .hidden guest_copy
        .globl  guest_copy_access
        .hidden guest_copy_access
        .globl  guest_copy_failed
        .hidden guest_copy_failed
        .type   guest_copy, @function
guest_copy:
        movq    %rdx, %rcx
guest_copy_access:
        rep movsb
        xorl    %eax, %eax
        ret
guest_copy_failed:
        movq    $-14, %rax
        ret
        .size   guest_copy, . - guest_copy
        .section .note.GNU-stack, "", @progbits
