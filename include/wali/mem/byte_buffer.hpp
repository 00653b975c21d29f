// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/bytes.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
/// Bytes on their way between a descriptor and a protocol: a growable buffer, written at its end and read at its front.
///
///     WALI_TRY(const wali::MutableBytes space, buffer.reserve(4096));
///     WALI_TRY(const wali::usize size, socket.receive(space));
///     buffer.commit(size);
///     while (const auto message = parse(buffer.data())) buffer.consume(message.size());
///
/// Memory is allocated in reserve() and append() alone, which say so when there is none, and never above the buffer's
/// limit: what a peer sends does not decide how much memory it gets. data() and what reserve() gave are views that end
/// with the next reserve(), append() or shrink(). Move-only; one thread at a time.
class ByteBuffer {
  public:
    /// Takes no memory yet.
    ByteBuffer() noexcept = default;
    /// Never holds more than `limit` bytes.
    explicit constexpr ByteBuffer(usize limit) noexcept : limit_(limit) {}

    ByteBuffer(ByteBuffer&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)),
          capacity_(std::exchange(other.capacity_, 0)),
          begin_(std::exchange(other.begin_, 0)),
          end_(std::exchange(other.end_, 0)),
          limit_(other.limit_) {}
    ByteBuffer& operator=(ByteBuffer&& other) noexcept {
        if (this != &other) {
            release();
            memory_ = std::exchange(other.memory_, nullptr);
            capacity_ = std::exchange(other.capacity_, 0);
            begin_ = std::exchange(other.begin_, 0);
            end_ = std::exchange(other.end_, 0);
            limit_ = other.limit_;
        }
        return *this;
    }
    ByteBuffer(const ByteBuffer&) = delete;
    ByteBuffer& operator=(const ByteBuffer&) = delete;
    ~ByteBuffer() { release(); }

    /// The bytes that were committed and not consumed.
    ConstBytes data() const noexcept WALI_LIFETIMEBOUND { return std::span<const std::byte>(memory_ + begin_, size()); }
    /// The same to change in place.
    MutableBytes mutable_data() noexcept WALI_LIFETIMEBOUND { return std::span<std::byte>(memory_ + begin_, size()); }
    /// How many bytes there are.
    usize size() const noexcept { return end_ - begin_; }
    /// Whether there are none.
    bool empty() const noexcept { return begin_ == end_; }
    /// How many bytes there is memory for.
    usize capacity() const noexcept { return capacity_; }
    /// The most that it will hold.
    usize limit() const noexcept { return limit_; }

    /// Room for at least `size` bytes behind the data: all the room there is. Moves the data to the front or to more
    /// memory, twice as much each time, so that many small ones cost little. Errors: NOBUFS (the limit), NOMEM; then
    /// nothing has changed.
    result<MutableBytes> reserve(usize size) noexcept WALI_LIFETIMEBOUND;

    /// The first `size` bytes of the room are data now. More than the room is a mistake of the program: it traps.
    void commit(usize size) noexcept {
        if (size > capacity_ - end_) [[unlikely]]
            __builtin_trap();
        end_ += size;
    }

    /// reserve(), copy and commit(). `bytes` may be a part of the buffer's own data.
    result<void> append(ConstBytes bytes) noexcept;

    /// Takes `size` bytes off the front. More than there are is a mistake of the program: it traps.
    void consume(usize size) noexcept {
        if (size > this->size()) [[unlikely]]
            __builtin_trap();
        begin_ += size;
    }

    /// Takes all off; the memory stays.
    void clear() noexcept { begin_ = end_; }

    /// Gives the memory back if there is no data: for connections that wait for long.
    void shrink() noexcept {
        if (empty()) release();
    }

  private:
    void release() noexcept;

    std::byte* memory_ = nullptr;
    usize capacity_ = 0;
    usize begin_ = 0;
    usize end_ = 0;
    usize limit_ = ~usize{0} / 2;
};

}  // namespace wali
