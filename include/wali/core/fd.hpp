// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
/// A descriptor that somebody else owns and keeps open for as long as this is used. A value: copy it freely.
/// Functions that use a descriptor without keeping it take one of these.
class WALI_VIEW BorrowedFd {
  public:
    /// Names nothing: calls through it fail with Errno::BADF.
    constexpr BorrowedFd() noexcept = default;
    /// Wraps a number that is known to stay open, such as one inherited from the parent process.
    static constexpr BorrowedFd from_raw(int fd) noexcept { return BorrowedFd(fd); }

    /// The number, for the raw calls.
    constexpr int raw() const noexcept { return fd_; }
    /// Whether both are the same number.
    constexpr bool operator==(const BorrowedFd&) const noexcept = default;

  private:
    explicit constexpr BorrowedFd(int fd) noexcept : fd_(fd) {}
    int fd_ = -1;
};

/// The streams every process starts with.
constexpr BorrowedFd standard_input() noexcept { return BorrowedFd::from_raw(0); }
constexpr BorrowedFd standard_output() noexcept { return BorrowedFd::from_raw(1); }
constexpr BorrowedFd standard_error() noexcept { return BorrowedFd::from_raw(2); }

/// The current directory, for the calls that take a directory descriptor.
constexpr BorrowedFd current_directory() noexcept { return BorrowedFd::from_raw(abi::bits(abi::SpecialFd::FDCWD)); }

/// An open descriptor with one owner: closed exactly once, when its owner ends or calls close(). Move-only. After a
/// move, release() or close() it is empty (raw() is -1), and calls through it fail with Errno::BADF.
class Fd {
  public:
    constexpr Fd() noexcept = default;
    /// Takes over a number that the caller owns.
    static constexpr Fd from_raw(int fd) noexcept { return Fd(fd); }

    constexpr Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    constexpr Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    constexpr ~Fd() { reset(); }

    /// The number, for the raw calls; -1 when empty.
    constexpr int raw() const noexcept { return fd_; }
    /// Whether there is a descriptor.
    constexpr explicit operator bool() const noexcept { return fd_ >= 0; }

    /// A view that must not outlive this owner.
    constexpr BorrowedFd borrow() const noexcept WALI_LIFETIMEBOUND { return BorrowedFd::from_raw(fd_); }
    constexpr operator BorrowedFd() const noexcept WALI_LIFETIMEBOUND { return borrow(); }

    /// Gives the number away without closing it.
    [[nodiscard]] constexpr int release() noexcept { return std::exchange(fd_, -1); }

    /// close(2), tier spec, with its error: EIO, ENOSPC and EDQUOT report writes that failed late. Linux has closed the
    /// number even when it answers EINTR, so this never closes twice; the Fd is empty afterwards in every case.
    result<void> close() noexcept {
        if (fd_ < 0) return Error(Errno::BADF, Call::close);
        const auto closed = to_result<void>(Call::close, sys::close(std::exchange(fd_, -1)));
        if (closed.has_error() && closed.assume_error() == Errno::INTR) return success();
        return closed;
    }

    /// fcntl(2) F_DUPFD_CLOEXEC, tier spec: a second descriptor of the same open file description, close-on-exec.
    /// Errors: MFILE at the limit of open descriptors.
    result<Fd> duplicate() const noexcept {
        const long raw = sys::fcntl(fd_, abi::bits(abi::FcntlCommand::DUPFD_CLOEXEC), 0);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::fcntl, raw);
        return Fd(static_cast<int>(raw));
    }

  private:
    explicit constexpr Fd(int fd) noexcept : fd_(fd) {}
    constexpr void reset() noexcept {
        if (fd_ >= 0) sys::close(std::exchange(fd_, -1));
    }

    int fd_ = -1;
};

/// fcntl(2) F_GETFL and F_SETFL, tier spec: makes calls through `fd` fail with Errno::AGAIN instead of waiting, or the
/// reverse. The mode belongs to the open file description, so duplicates share it.
inline result<void> set_non_blocking(BorrowedFd fd, bool enabled) noexcept {
    const long flags = sys::fcntl(fd.raw(), abi::bits(abi::FcntlCommand::GETFL), 0);
    if (is_error(flags)) return Error::of_raw(Call::fcntl, flags);
    const auto bit = static_cast<unsigned long>(abi::bits(abi::OpenFlags::NONBLOCK));
    const auto old = static_cast<unsigned long>(flags);
    return to_result<void>(Call::fcntl,
                           sys::fcntl(fd.raw(), abi::bits(abi::FcntlCommand::SETFL), enabled ? old | bit : old & ~bit));
}

}  // namespace wali
