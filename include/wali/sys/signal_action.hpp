// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/structs/signal.hpp>

#if defined(__x86_64__)
// The kernel returns from a handler through this: it must not touch the stack, so it is written in assembly. Weak,
// because the header may be in many files.
asm(R"(
.pushsection .text.wali_rt_sigreturn,"ax",@progbits
.weak wali_rt_sigreturn
.hidden wali_rt_sigreturn
.type wali_rt_sigreturn,@function
wali_rt_sigreturn:
    mov $15, %eax
    syscall
.size wali_rt_sigreturn, .-wali_rt_sigreturn
.popsection
)");
extern "C" void wali_rt_sigreturn() noexcept;
#endif

/// What differs between the targets in the kernel's struct sigaction.
WALI_EXPORT namespace wali::sys {
/// The handler values that are no functions. In wasm, 1 is a valid function index, so WALI ignores with -2.
inline void* signal_default() noexcept { return nullptr; }
inline void* signal_ignore() noexcept {
#if defined(__wasm32__)
    return reinterpret_cast<void*>(-2L);
#else
    return reinterpret_cast<void*>(1L);
#endif
}

/// A filled-in action; natively with the restorer that the kernel needs.
inline abi::k_sigaction make_k_sigaction(void* handler, u64 flags, u64 mask) noexcept {
    abi::k_sigaction action{};
    action.handler = reinterpret_cast<std::uintptr_t>(handler);
    action.flags = flags;
    action.mask = mask;
#if defined(__x86_64__)
    action.flags |= abi::bits(abi::SigactionFlags::RESTORER);
    action.restorer = reinterpret_cast<std::uintptr_t>(&wali_rt_sigreturn);
#endif
    return action;
}

}  // namespace wali::sys
