// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/types.hpp>

/// The `syscall` instruction of x86-64 Linux: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9; the result comes
/// back in rax; rcx and r11 are lost. See syscall(2).
WALI_EXPORT namespace wali::sys::x86_64 {
/// An argument as the register holds it.
[[gnu::always_inline]] inline long argument(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }
[[gnu::always_inline]] inline long argument(long value) noexcept { return value; }
[[gnu::always_inline]] inline long argument(unsigned long value) noexcept { return static_cast<long>(value); }
[[gnu::always_inline]] inline long argument(int value) noexcept { return value; }
[[gnu::always_inline]] inline long argument(unsigned int value) noexcept { return static_cast<long>(value); }

[[gnu::always_inline]] inline long syscall0(long number) noexcept {
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
    return result;
}

[[gnu::always_inline]] inline long syscall1(long number, long a) noexcept {
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a) : "rcx", "r11", "memory");
    return result;
}

[[gnu::always_inline]] inline long syscall2(long number, long a, long b) noexcept {
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return result;
}

[[gnu::always_inline]] inline long syscall3(long number, long a, long b, long c) noexcept {
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

[[gnu::always_inline]] inline long syscall4(long number, long a, long b, long c, long d) noexcept {
    long result;
    register const long r10 asm("r10") = d;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}

[[gnu::always_inline]] inline long syscall5(long number, long a, long b, long c, long d, long e) noexcept {
    long result;
    register const long r10 asm("r10") = d;
    register const long r8 asm("r8") = e;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                 : "rcx", "r11", "memory");
    return result;
}

[[gnu::always_inline]] inline long syscall6(long number, long a, long b, long c, long d, long e, long f) noexcept {
    long result;
    register const long r10 asm("r10") = d;
    register const long r8 asm("r8") = e;
    register const long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

}  // namespace wali::sys::x86_64
