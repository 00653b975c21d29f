// SPDX-License-Identifier: BSL-1.0
#include <wali/mem/ring_buffer.hpp>

#include <algorithm>
#include <bit>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/sys/fs.hpp>

namespace wali {
namespace {

constexpr usize header_size = MemoryMap::page_size;
constexpr usize smallest = MemoryMap::page_size;
constexpr usize largest = usize{1} << 30;

bool is_capacity(u64 size) noexcept { return std::has_single_bit(size) && size >= smallest && size <= largest; }

}  // namespace

// --- making and mapping ---

result<RingBuffer> RingBuffer::create(usize capacity) noexcept {
    if (!is_capacity(capacity)) return Errno::INVAL;
    result<Fd> made = to_descriptor<Fd>(
        Call::memfd_create,
        sys::memfd_create("ring", abi::bits(abi::MemfdFlags::CLOEXEC | abi::MemfdFlags::ALLOW_SEALING)));
    if (made.has_error()) return made.assume_error();
    const int fd = made.assume_value().raw();
    const auto sized = to_result<void>(Call::ftruncate, sys::ftruncate(fd, static_cast<i64>(header_size + capacity)));
    if (sized.has_error()) return sized.assume_error();
    // A file that became smaller would raise SIGBUS in the other process.
    const auto seals = abi::bits(abi::Seals::SHRINK | abi::Seals::GROW | abi::Seals::SEAL);
    const auto sealed = to_result<void>(Call::fcntl, sys::fcntl(fd, abi::bits(abi::FcntlCommand::ADD_SEALS), seals));
    if (sealed.has_error()) return sealed.assume_error();
    return map(std::move(made).assume_value(), capacity);
}

result<RingBuffer> RingBuffer::open(BorrowedFd fd) noexcept {
    const long seals = sys::fcntl(fd.raw(), abi::bits(abi::FcntlCommand::GET_SEALS), 0);
    if (is_error(seals)) return Error::of_raw(Call::fcntl, seals);
    abi::stat status;
    const long raw = sys::fstat(fd.raw(), &status);
    if (is_error(raw)) return Error::of_raw(Call::fstat, raw);
    const u64 capacity = static_cast<u64>(status.st_size) - header_size;
    if ((seals & abi::bits(abi::Seals::SHRINK)) == 0 || !is_capacity(capacity)) return Errno::INVAL;
    result<Fd> own =
        to_descriptor<Fd>(Call::fcntl, sys::fcntl(fd.raw(), abi::bits(abi::FcntlCommand::DUPFD_CLOEXEC), 0));
    if (own.has_error()) return own.assume_error();
    return map(std::move(own).assume_value(), static_cast<usize>(capacity));
}

// Reserves the whole range, and maps the file over it: everything, and the data once more.
result<RingBuffer> RingBuffer::map(Fd fd, usize capacity) noexcept {
    result<MutableMemoryMap> reserved = MutableMemoryMap::anonymous(header_size + 2 * capacity);
    if (reserved.has_error()) return reserved.assume_error();
    std::byte* const begin = reserved.assume_value().bytes().data();
    const auto over = [&](usize offset, usize length, usize of_file) noexcept {
        return to_result<void>(
            Call::mmap, sys::mmap(begin + offset, length, abi::bits(Protection::READ | Protection::WRITE),
                                  abi::bits(MapFlags::SHARED | MapFlags::FIXED), fd.raw(), static_cast<i64>(of_file)));
    };
    for (const result<void>& mapped :
         {over(0, header_size + capacity, 0), over(header_size + capacity, capacity, header_size)})
        if (mapped.has_error()) return mapped.assume_error();
    RingBuffer ring;
    ring.fd_ = std::move(fd);
    ring.memory_ = std::move(reserved).assume_value();
    ring.capacity_ = capacity;
    return ring;
}

// --- positions ---

// The file begins as zeros, which are atomics of 0.
RingBuffer::Header& RingBuffer::header() const noexcept {
    static_assert(sizeof(Header) <= header_size);
    if (!memory_) [[unlikely]]
        __builtin_trap();  // in a module, the memory at address 0 is somebody's
    return *const_cast<Header*>(reinterpret_cast<const Header*>(memory_.bytes().data()));
}

std::byte* RingBuffer::at(u32 position) const noexcept {
    return const_cast<std::byte*>(memory_.bytes().data()) + header_size + position % capacity_;
}

// At most the capacity, whatever another process has written there.
u32 RingBuffer::used() const noexcept {
    const u32 taken = header().taken.position.load(std::memory_order_acquire);
    const u32 written = header().written.position.load(std::memory_order_acquire);
    return std::min(written - taken, static_cast<u32>(capacity_));
}

void RingBuffer::Side::advance(u32 size) noexcept {
    position.fetch_add(size, std::memory_order_release);
    news.fetch_add(1);
    if (waiters.load() != 0) (void)thread::futex_wake_all(news);
}

template <class Ready>
result<void> RingBuffer::Side::wait(Ready ready, Deadline deadline) noexcept {
    waiters.fetch_add(1);
    result<void> waited = success();
    while (waited) {
        const u32 seen = news.load();
        if (ready()) break;
        waited = thread::futex_wait_until(news, seen, deadline);
        // The other process may have changed the number in between, and may do so for ever.
        if (waited.has_error() && waited.assume_error() == Errno::AGAIN) {
            if (deadline.has_passed()) break;
            waited = success();
        }
    }
    waiters.fetch_sub(1);
    if (waited.has_error() && waited.assume_error() == Errno::AGAIN) return Error(Errno::TIMEDOUT, Call::futex);
    return waited;
}

// --- the writer ---

MutableBytes RingBuffer::room() noexcept {
    const u32 position = header().written.position.load(std::memory_order_relaxed);
    return std::span(at(position), capacity_ - used());
}

void RingBuffer::commit(usize size) noexcept {
    if (size > capacity_) __builtin_trap();
    header().written.advance(static_cast<u32>(size));
}

result<void> RingBuffer::wait_for_room(Deadline deadline) noexcept {
    return header().taken.wait([&] { return used() < capacity_; }, deadline);
}

void RingBuffer::finish() noexcept {
    header().finished.store(1, std::memory_order_release);
    header().written.advance(0);
}

// --- the reader ---

ConstBytes RingBuffer::data() const noexcept {
    const u32 position = header().taken.position.load(std::memory_order_relaxed);
    return std::span<const std::byte>(at(position), used());
}

void RingBuffer::consume(usize size) noexcept {
    if (size > capacity_) __builtin_trap();
    header().taken.advance(static_cast<u32>(size));
}

result<void> RingBuffer::wait_for_data(Deadline deadline) noexcept {
    return header().written.wait([&] { return used() != 0 || header().finished.load(std::memory_order_acquire) != 0; },
                                 deadline);
}

bool RingBuffer::at_end() const noexcept {
    return header().finished.load(std::memory_order_acquire) != 0 && used() == 0;
}

}  // namespace wali
