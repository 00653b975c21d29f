// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// Memory that operations of an IoUring read or fill, with one owner: the program, or the operation that it was moved
/// into, until the completion gives it back. So nobody can free or change what the kernel still uses.
///
///     WALI_TRY(wali::IoBuffer buffer, wali::IoBuffer::allocate(65536));
///     WALI_TRY(ring.read(file, std::move(buffer), 0));          // buffer is empty now
///     WALI_TRY(wali::IoCompletion done, ring.wait());
///     WALI_TRY(const wali::usize size, done.get<wali::usize>());
///     buffer = done.take_buffer();
///     buffer.select(0, size);                                   // what was read, to be written
///
/// Operations use the selected part: all of it at first. Moving one moves no bytes. Move-only; one thread at a time.
class IoBuffer {
  public:
    /// Empty.
    IoBuffer() noexcept = default;
    /// Allocates `size` bytes of any value; pages from 4096 bytes on, as O_DIRECT needs. Errors: NOMEM.
    static result<IoBuffer> allocate(usize size) noexcept;
    /// Allocates a copy of `bytes`. Errors: NOMEM.
    static result<IoBuffer> copy_of(ConstBytes bytes) noexcept;

    IoBuffer(IoBuffer&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)),
          capacity_(std::exchange(other.capacity_, 0)),
          begin_(std::exchange(other.begin_, 0)),
          size_(std::exchange(other.size_, 0)),
          registration_(std::exchange(other.registration_, 0)),
          registered_index_(other.registered_index_) {}
    IoBuffer& operator=(IoBuffer&& other) noexcept {
        if (this != &other) {
            release();
            memory_ = std::exchange(other.memory_, nullptr);
            capacity_ = std::exchange(other.capacity_, 0);
            begin_ = std::exchange(other.begin_, 0);
            size_ = std::exchange(other.size_, 0);
            registration_ = std::exchange(other.registration_, 0);
            registered_index_ = other.registered_index_;
        }
        return *this;
    }
    IoBuffer(const IoBuffer&) = delete;
    IoBuffer& operator=(const IoBuffer&) = delete;
    ~IoBuffer() { release(); }

    /// Whether there is memory.
    explicit operator bool() const noexcept { return memory_ != nullptr; }
    /// The selected part.
    MutableBytes bytes() noexcept WALI_LIFETIMEBOUND { return std::span<std::byte>(memory_ + begin_, size_); }
    ConstBytes bytes() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(memory_ + begin_, size_); }
    /// How many bytes are selected.
    usize size() const noexcept { return size_; }
    /// How many bytes there are.
    usize capacity() const noexcept { return capacity_; }

    /// Selects `size` bytes from `begin` on. More than there are is a mistake of the program: it traps.
    void select(usize begin, usize size) noexcept {
        if (begin > capacity_ || size > capacity_ - begin) [[unlikely]]
            __builtin_trap();
        begin_ = begin;
        size_ = size;
    }
    /// Selects everything.
    void select_all() noexcept { select(0, capacity_); }
    /// Takes `count` bytes off the front of the selected part: what was written already. Traps for more.
    void consume(usize count) noexcept {
        if (count > size_) [[unlikely]]
            __builtin_trap();
        begin_ += count;
        size_ -= count;
    }

  private:
    friend class IoUring;
    void release() noexcept;

    std::byte* memory_ = nullptr;
    usize capacity_ = 0;
    usize begin_ = 0;
    usize size_ = 0;
    u32 registration_ = 0;  // where it is one of the registered buffers: IoUring::register_buffers
    u32 registered_index_ = 0;
};

}  // namespace wali
