// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// What a function of the *_all family did: a result<usize>, whose value is the number of bytes moved, and which knows
/// that number for an error, too. Where only success matters it converts to a result<void>.
class [[nodiscard]] Transfer : public result<usize> {
  public:
    Transfer(usize transferred) noexcept : result<usize>(transferred), transferred_(transferred) {}
    Transfer(usize transferred, Error error) noexcept : result<usize>(error), transferred_(transferred) {}

    /// The bytes moved, before the error if there is one.
    usize transferred() const noexcept { return transferred_; }

    /// Success or the error, without the number.
    operator result<void>() const noexcept {
        if (has_error()) return assume_error();
        return success();
    }

  private:
    usize transferred_;
};

/// Calls `step(done)`, which moves some of the bytes that are left, until `size` bytes are moved, it moves none (the
/// end of what is read) or it fails. EINTR is retried.
template <class Step>
Transfer transfer_all(usize size, Step&& step) noexcept {
    usize done = 0;
    while (done < size) {
        const result<usize> moved = retry_interrupted([&] { return step(done); });
        if (moved.has_error()) [[unlikely]]
            return {done, moved.assume_error()};
        if (moved.assume_value() == 0) break;
        done += moved.assume_value();
    }
    return done;
}

/// The same for what is written, which has no end: a `call` that takes nothing, as a broken driver's may, is Errno::IO.
template <class Step>
Transfer transfer_all(Call call, usize size, Step&& step) noexcept {
    const Transfer moved = transfer_all(size, static_cast<Step&&>(step));
    if (moved.has_value() && moved.transferred() < size) [[unlikely]]
        return {moved.transferred(), Error(Errno::IO, call)};
    return moved;
}

}  // namespace wali
