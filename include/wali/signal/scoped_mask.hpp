// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/result.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/signal/signal_mask.hpp>

WALI_EXPORT namespace wali {
/// Signals that the calling thread keeps waiting until this ends, when the mask is what it was before: sigprocmask(2),
/// tier spec. Must end in the thread that has made it, and the last made first. Move-only. Async-signal-safe.
class [[nodiscard]] ScopedSignalMask {
  public:
    /// Blocks signals in addition to those already blocked. See signal::block.
    static result<ScopedSignalMask> block(const SignalSet& set) noexcept { return holding(signal::block(set)); }
    /// Lets signals through. See signal::unblock.
    static result<ScopedSignalMask> unblock(const SignalSet& set) noexcept { return holding(signal::unblock(set)); }

    ScopedSignalMask(ScopedSignalMask&& other) noexcept
        : before_(other.before_), holds_(std::exchange(other.holds_, false)) {}
    ScopedSignalMask& operator=(ScopedSignalMask&&) = delete;
    ~ScopedSignalMask() {
        if (holds_) (void)signal::set_mask(before_);
    }

    /// The mask that comes back: what Epoll::wait takes, to let the signals through while it waits.
    const SignalSet& before() const noexcept WALI_LIFETIMEBOUND { return before_; }

  private:
    explicit ScopedSignalMask(const SignalSet& before) noexcept : before_(before) {}
    static result<ScopedSignalMask> holding(const result<SignalSet>& before) noexcept {
        if (before.has_error()) [[unlikely]]
            return before.assume_error();
        return ScopedSignalMask(before.assume_value());
    }

    SignalSet before_;
    bool holds_ = true;
};

}  // namespace wali
