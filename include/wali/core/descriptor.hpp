// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>
#include <utility>

#include <wali/core/fd.hpp>

WALI_EXPORT namespace wali {
/// What File, Socket, Epoll and all other owners of a descriptor have in common. `Self` is the type that derives.
/// Move-only, as Fd is; empty when made without an argument.
template <class Self>
class Descriptor {
  public:
    /// Takes over a descriptor that is known to be of this kind, such as one that was inherited.
    static Self from_fd(Fd fd) noexcept {
        Self self;
        self.fd_ = std::move(fd);
        return self;
    }

    /// A view that must not outlive this owner.
    BorrowedFd fd() const noexcept WALI_LIFETIMEBOUND { return fd_.borrow(); }
    operator BorrowedFd() const noexcept WALI_LIFETIMEBOUND { return fd_.borrow(); }
    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

    /// Gives the descriptor away.
    Fd into_fd() && noexcept { return std::move(fd_); }

    /// Closes; see Fd::close for the errors that come this late.
    result<void> close() noexcept { return fd_.close(); }

    /// See Fd::duplicate.
    result<Self> duplicate() const noexcept {
        auto copy = fd_.duplicate();
        if (copy.has_error()) [[unlikely]]
            return copy.assume_error();
        return from_fd(std::move(copy).assume_value());
    }

    /// See wali::set_non_blocking.
    result<void> set_non_blocking(bool enabled) const noexcept { return wali::set_non_blocking(fd(), enabled); }

  private:
    friend Self;
    Descriptor() noexcept = default;
    ~Descriptor() = default;
    Descriptor(Descriptor&&) noexcept = default;
    Descriptor& operator=(Descriptor&&) noexcept = default;

    Fd fd_;
};

/// What the raw layer returned for `call`, a new descriptor, as its owner: an Fd or a type over Descriptor.
template <class Owner>
[[gnu::always_inline]] inline result<Owner> to_descriptor(Call call, long raw) noexcept {
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(call, raw);
    if constexpr (std::is_same_v<Owner, Fd>)
        return Fd::from_raw(static_cast<int>(raw));
    else
        return Owner::from_fd(Fd::from_raw(static_cast<int>(raw)));
}

}  // namespace wali
