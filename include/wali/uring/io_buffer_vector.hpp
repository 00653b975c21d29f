// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <utility>

#include <wali/abi/structs/fs.hpp>
#include <wali/core/result.hpp>
#include <wali/uring/io_buffer.hpp>

WALI_EXPORT namespace wali {
/// Several buffers that a vectored operation of an IoUring reads or fills in order, the selected part of each. One
/// owner has them all, as with IoBuffer: the program, or the operation that this was moved into. Move-only; one thread
/// at a time.
class IoBufferVector {
  public:
    /// The most buffers that one operation takes: IOV_MAX.
    static constexpr usize count_max = 1024;

    /// Empty.
    IoBufferVector() noexcept = default;
    /// Moves the buffers into room that it allocates; all stay the caller's when it fails. Errors: NOMEM, INVAL (more
    /// than count_max).
    static result<IoBufferVector> of(std::span<IoBuffer> buffers) noexcept;

    IoBufferVector(IoBufferVector&& other) noexcept
        : buffers_(std::exchange(other.buffers_, nullptr)), count_(std::exchange(other.count_, 0)) {}
    IoBufferVector& operator=(IoBufferVector&& other) noexcept {
        if (this != &other) {
            release();
            buffers_ = std::exchange(other.buffers_, nullptr);
            count_ = std::exchange(other.count_, 0);
        }
        return *this;
    }
    IoBufferVector(const IoBufferVector&) = delete;
    IoBufferVector& operator=(const IoBufferVector&) = delete;
    ~IoBufferVector() { release(); }

    /// How many there are.
    usize count() const noexcept { return count_; }
    /// The buffers, to be looked at, selected from or moved out.
    std::span<IoBuffer> buffers() noexcept WALI_LIFETIMEBOUND { return {buffers_, count_}; }
    std::span<const IoBuffer> buffers() const noexcept WALI_LIFETIMEBOUND { return {buffers_, count_}; }

  private:
    friend class IoUring;
    const abi::iovec* vector() noexcept;  // of what is selected now
    void release() noexcept;

    IoBuffer* buffers_ = nullptr;  // and behind them room for the vector
    usize count_ = 0;
};

}  // namespace wali
