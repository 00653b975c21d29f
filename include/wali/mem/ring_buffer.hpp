// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/bytes.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/mem/memory_map.hpp>
#include <wali/thread/futex.hpp>

WALI_EXPORT namespace wali {
/// A stream of bytes in shared memory from one writer to one reader: threads, or processes that have its descriptor or
/// were forked. The memory is a file (memfd_create(2), tier named) whose data is mapped twice, one behind the other, so
/// that the data and the room are always in one piece and nothing is copied at the wrap.
///
///     writer:  const wali::MutableBytes room = ring.room();      reader:  const wali::ConstBytes data = ring.data();
///              ring.commit(fill(room));                                   ring.consume(use(data));
///
/// Each of the two uses its own functions, without a lock and without a call, but to wait and to wake who waits
/// (futex(2), tier spec). What another process writes there decides which bytes this one reads, never where it reads.
/// Nobody learns here that the other process is gone: wait until a deadline, or watch its PidFd. To use one of nothing,
/// such as one that was moved from, is a mistake of the program: it traps.
class RingBuffer {
  public:
    /// Makes one: memfd_create(2), tier named, ftruncate(2), fcntl(2) and mmap(2), tier spec. `capacity` is a power of
    /// two from 4096 to 2^30 (INVAL). Errors: MFILE, NFILE, NOMEM.
    static result<RingBuffer> create(usize capacity) noexcept;

    /// Maps one that another process has made, of its descriptor: fcntl(2), fstat(2) and mmap(2), tier spec. Errors:
    /// INVAL (no such file, or one that could be made smaller), MFILE, NOMEM.
    static result<RingBuffer> open(BorrowedFd fd) noexcept;

    RingBuffer() noexcept = default;
    RingBuffer(RingBuffer&& other) noexcept
        : fd_(std::move(other.fd_)),
          memory_(std::move(other.memory_)),
          capacity_(std::exchange(other.capacity_, usize{0})) {}
    RingBuffer& operator=(RingBuffer&& other) noexcept {
        fd_ = std::move(other.fd_);
        memory_ = std::move(other.memory_);
        if (this != &other) capacity_ = std::exchange(other.capacity_, usize{0});
        return *this;
    }

    /// Whether there is one.
    explicit operator bool() const noexcept { return static_cast<bool>(memory_); }
    /// To hand over: close-on-exec.
    BorrowedFd fd() const noexcept WALI_LIFETIMEBOUND { return fd_.borrow(); }
    /// How many bytes it holds.
    usize capacity() const noexcept { return capacity_; }

    /// The writer's: where it can write.
    MutableBytes room() noexcept WALI_LIFETIMEBOUND;
    /// The first `size` bytes of the room are data now. More than the capacity is a mistake of the program: it traps.
    void commit(usize size) noexcept;
    /// Waits until there is room, until the deadline (TIMEDOUT) or a signal handler (INTR).
    result<void> wait_for_room(Deadline deadline = {}) noexcept;
    /// Says that no more data comes.
    void finish() noexcept;

    /// The reader's: what it can read. Another process may change it meanwhile: copy what is checked and then used.
    ConstBytes data() const noexcept WALI_LIFETIMEBOUND;
    /// The first `size` bytes of the data are read. More than the capacity traps.
    void consume(usize size) noexcept;
    /// Waits until there is data or the writer has finished, until the deadline (TIMEDOUT) or a signal handler (INTR).
    result<void> wait_for_data(Deadline deadline = {}) noexcept;
    /// Whether the writer has finished and everything is read.
    bool at_end() const noexcept;

  private:
    // One direction of news, in a cache line of its own: who changes the position says so, who waits looks at `news`.
    struct alignas(64) Side {
        FutexWord position;  // bytes since the start, modulo 2^32
        FutexWord news;
        FutexWord waiters;

        void advance(u32 size) noexcept;
        template <class Ready>
        result<void> wait(Ready ready, Deadline deadline) noexcept;
    };
    // The first page of the file.
    struct Header {
        Side written;
        Side taken;
        FutexWord finished;
    };

    static result<RingBuffer> map(Fd fd, usize capacity) noexcept;
    Header& header() const noexcept;
    std::byte* at(u32 position) const noexcept;
    u32 used() const noexcept;

    Fd fd_;
    MutableMemoryMap memory_;
    usize capacity_ = 0;
};

}  // namespace wali
