// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/bytes.hpp>

WALI_EXPORT namespace wali {
namespace detail {
struct IoRing;
}  // namespace detail

/// A group of buffers out of which the kernel takes one whenever something has come: IoUring::provide_buffers.
class IoBufferGroup {
  public:
    /// Of no buffers: NOBUFS.
    constexpr IoBufferGroup() noexcept = default;
    /// The kernel's number of it.
    constexpr u16 number() const noexcept { return number_; }

  private:
    friend class IoUring;
    explicit constexpr IoBufferGroup(u16 number) noexcept : number_(number) {}
    u16 number_ = 0xffff;  // no ring makes so many
};

/// What the kernel has received into a buffer of a group. The buffer is the program's until this ends, which gives it
/// back to the group. It may outlive the IoUring, whose memory lives on for as long. Move-only, and of the ring's
/// thread.
class [[nodiscard]] ProvidedBuffer {
  public:
    ProvidedBuffer() noexcept = default;
    ProvidedBuffer(ProvidedBuffer&& other) noexcept
        : ring_(std::exchange(other.ring_, nullptr)),
          group_(other.group_),
          id_(other.id_),
          bytes_(std::exchange(other.bytes_, {})) {}
    ProvidedBuffer& operator=(ProvidedBuffer&& other) noexcept {
        if (this != &other) {
            give_back();
            ring_ = std::exchange(other.ring_, nullptr);
            group_ = other.group_;
            id_ = other.id_;
            bytes_ = std::exchange(other.bytes_, {});
        }
        return *this;
    }
    ProvidedBuffer(const ProvidedBuffer&) = delete;
    ProvidedBuffer& operator=(const ProvidedBuffer&) = delete;
    ~ProvidedBuffer() { give_back(); }

    /// Whether there is a buffer.
    explicit operator bool() const noexcept { return ring_ != nullptr; }
    /// What was received; the program may change it.
    MutableBytes bytes() noexcept WALI_LIFETIMEBOUND { return bytes_; }
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(bytes_); }
    /// The end of this, now.
    void give_back() noexcept;

  private:
    friend struct detail::IoRing;
    ProvidedBuffer(detail::IoRing* ring, u16 group, u16 id, std::span<std::byte> bytes) noexcept
        : ring_(ring), group_(group), id_(id), bytes_(bytes) {}

    detail::IoRing* ring_ = nullptr;
    u16 group_ = 0;
    u16 id_ = 0;
    std::span<std::byte> bytes_;
};

}  // namespace wali
