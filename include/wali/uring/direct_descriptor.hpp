// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <utility>

#include <wali/core/fd.hpp>

WALI_EXPORT namespace wali {
namespace detail {
struct IoRing;
}  // namespace detail

/// An open file that only a ring has, in its table, and no number of the process leads to: operations of the ring get
/// at it faster. Made by operations such as IoUring::accept_direct; IoUring::install makes a descriptor of it. Closed
/// exactly once, when this ends, with io_uring_register(2), tier named; when the ring ended first, that has closed it.
/// Move-only, and of the ring's thread.
class DirectDescriptor {
  public:
    DirectDescriptor() noexcept = default;
    DirectDescriptor(DirectDescriptor&& other) noexcept
        : ring_(std::exchange(other.ring_, nullptr)), index_(other.index_) {}
    DirectDescriptor& operator=(DirectDescriptor&& other) noexcept {
        if (this != &other) {
            close();
            ring_ = std::exchange(other.ring_, nullptr);
            index_ = other.index_;
        }
        return *this;
    }
    DirectDescriptor(const DirectDescriptor&) = delete;
    DirectDescriptor& operator=(const DirectDescriptor&) = delete;
    ~DirectDescriptor() { close(); }

    /// Whether there is one.
    explicit operator bool() const noexcept { return ring_ != nullptr; }
    /// Its place in the ring's table.
    u32 index() const noexcept { return index_; }
    /// The end of this, now: io_uring_register(2), tier named. Operations that are under way keep the file open.
    void close() noexcept;

  private:
    friend struct detail::IoRing;
    friend class IoUring;
    friend class IoTarget;
    DirectDescriptor(detail::IoRing* ring, u32 index) noexcept : ring_(ring), index_(index) {}

    detail::IoRing* ring_ = nullptr;
    u32 index_ = 0;
};

/// What an operation works on: a descriptor, or a direct descriptor of the same ring. It views either, which stays open
/// until the operation has completed.
class WALI_VIEW IoTarget {
  public:
    template <class T>
        requires std::convertible_to<const T&, BorrowedFd>
    IoTarget(const T& descriptor WALI_LIFETIMEBOUND) noexcept : raw_(static_cast<BorrowedFd>(descriptor).raw()) {}
    IoTarget(const DirectDescriptor& descriptor WALI_LIFETIMEBOUND) noexcept
        : raw_(descriptor.ring_ != nullptr ? static_cast<i32>(descriptor.index_) : -1), ring_(descriptor.ring_) {}

  private:
    friend class IoUring;
    i32 raw_;
    const detail::IoRing* ring_ = nullptr;  // of a direct descriptor
};

}  // namespace wali
