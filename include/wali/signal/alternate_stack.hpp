// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/signal.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/signal.hpp>

WALI_EXPORT namespace wali {
/// The stack on which handlers with SigactionFlags::ONSTACK run in the calling thread, until this ends, when it is
/// again what it was before: sigaltstack(2), tier spec. What a handler needs that shall see the end of the other stack,
/// as SIGSEGV. Must end in the thread that has made it, and the last made first. Move-only.
class [[nodiscard]] AlternateStack {
  public:
    /// In memory of the caller's, which must live as long. NOMEM for less than 2048 bytes, or than the kernel saves of
    /// registers on this machine; 64 KiB are enough everywhere. PERM while a handler runs on the present one.
    static result<AlternateStack> use(MutableBytes memory) noexcept {
        abi::stack_t stack{};
        stack.ss_sp = memory.data();
        stack.ss_size = memory.size();
        AlternateStack made;
        const long raw = sys::sigaltstack(&stack, &made.before_);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::sigaltstack, raw);
        made.holds_ = true;
        return made;
    }

    AlternateStack(AlternateStack&& other) noexcept
        : before_(other.before_), holds_(std::exchange(other.holds_, false)) {}
    AlternateStack& operator=(AlternateStack&&) = delete;
    ~AlternateStack() {
        if (holds_) sys::sigaltstack(&before_, nullptr);
    }

  private:
    AlternateStack() noexcept = default;

    abi::stack_t before_{};
    bool holds_ = false;
};

}  // namespace wali
