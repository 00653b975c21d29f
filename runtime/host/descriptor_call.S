// SPDX-License-Identifier: BSL-1.0
//
// uint64_t descriptor_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint32_t changed)
// A system call that changes what the descriptor `changed` stands for: -EBADF if that is one of the host's. A handler
// of the guest that runs between the comparison and the call could make the host take that number; so
// the native handler goes back to descriptor_call_check from there.
        .text
        .globl  descriptor_call
        .hidden descriptor_call
        .globl  descriptor_call_check
        .hidden descriptor_call_check
        .globl  descriptor_call_returned
        .hidden descriptor_call_returned
        .type   descriptor_call, @function
descriptor_call:
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
descriptor_call_check:
        movl    %r8d, %ecx
        subl    descriptors_first(%rip), %ecx
        cmpl    $17, %ecx               // HOST_DESCRIPTORS
        jb      refuse
        syscall
descriptor_call_returned:
        ret
refuse:
        movq    $-9, %rax               // -EBADF
        ret
        .size   descriptor_call, . - descriptor_call
        .section .note.GNU-stack, "", @progbits
