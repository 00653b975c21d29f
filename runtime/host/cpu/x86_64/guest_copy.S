// SPDX-License-Identifier: BSL-1.0
//
// int64_t guest_copy(void *to, const void *from, size_t size)
// The only instructions of the host that may fault on guest memory: fault.c resumes at guest_copy_failed. 16 bytes, a
// time for example, are worth not starting `rep movsb`, which takes longer than to ask the kernel's clock. Four bytes
// are copied at once: words of a ring, which another thread may be changing.
        .text
        .globl  guest_copy
        .hidden guest_copy
        .globl  guest_copy_begin
        .hidden guest_copy_begin
        .globl  guest_copy_failed
        .hidden guest_copy_failed
        .type   guest_copy, @function
guest_copy:
guest_copy_begin:
        cmpq    $16, %rdx
        jne     1f
        movups  (%rsi), %xmm0
        movups  %xmm0, (%rdi)
        xorl    %eax, %eax
        ret
1:      cmpq    $4, %rdx
        jne     2f
        movl    (%rsi), %ecx
        movl    %ecx, (%rdi)
        xorl    %eax, %eax
        ret
2:      movq    %rdx, %rcx
        rep movsb
        xorl    %eax, %eax
        ret
guest_copy_failed:
        movq    $-14, %rax
        ret
        .size   guest_copy, . - guest_copy
        .section .note.GNU-stack, "", @progbits
