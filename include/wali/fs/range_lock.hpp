// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/fs/file_lock.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
/// Which bytes of a file a lock is for; a length of 0 means to the end, however far the file grows.
struct FileRange {
    u64 offset = 0;  ///< the first byte
    u64 length = 0;  ///< how many; INVAL from 2^63 on
};

/// Whose a lock is: of an open file description, as flock(2)'s, or of the process, as POSIX wanted it.
enum class LockOwner : u8 { OPEN_FILE, PROCESS };

/// An advisory lock of a range of a file, given back when this ends: fcntl(2), and getpid(2) for whose it is, tier
/// spec.
///
///     WALI_TRY(const auto lock, wali::RangeLock::exclusive(file, {.offset = 512, .length = 64}));
///
/// Shared locks need a file that is open for reading, exclusive ones for writing (BADF). The file must stay open for as
/// long. Ranges that one owner locks again change its lock instead of meeting it: let guards of one owner not overlap.
/// Move-only; threads may hand it over. The end of a copy in a forked child leaves the parent's lock alone.
template <LockOwner lock_owner>
class [[nodiscard]] BasicRangeLock {
  public:
    /// F_OFD_SETLKW or F_SETLKW: waits until no other owner has a lock of the range that excludes this one. Errors:
    /// INTR, DEADLK (of a process's locks alone), NOLCK.
    static result<BasicRangeLock> shared(BorrowedFd file WALI_LIFETIMEBOUND, FileRange range) noexcept {
        return acquire(file, abi::LockType::RDLCK, range, wait);
    }
    static result<BasicRangeLock> exclusive(BorrowedFd file WALI_LIFETIMEBOUND, FileRange range) noexcept {
        return acquire(file, abi::LockType::WRLCK, range, wait);
    }

    /// The same without waiting: F_OFD_SETLK or F_SETLK; Errno::AGAIN when another owner has such a lock.
    static result<BasicRangeLock> try_shared(BorrowedFd file WALI_LIFETIMEBOUND, FileRange range) noexcept {
        return acquire(file, abi::LockType::RDLCK, range, try_once);
    }
    static result<BasicRangeLock> try_exclusive(BorrowedFd file WALI_LIFETIMEBOUND, FileRange range) noexcept {
        return acquire(file, abi::LockType::WRLCK, range, try_once);
    }

    /// The same for at most `timeout`, then Errno::TIMEDOUT: asks again and again, with clock_nanosleep(2).
    static result<BasicRangeLock> shared(BorrowedFd file WALI_LIFETIMEBOUND, FileRange range,
                                         Timeout timeout) noexcept {
        return detail::lock_within(timeout, [&]() noexcept { return try_shared(file, range); });
    }
    static result<BasicRangeLock> exclusive(BorrowedFd file WALI_LIFETIMEBOUND, FileRange range,
                                            Timeout timeout) noexcept {
        return detail::lock_within(timeout, [&]() noexcept { return try_exclusive(file, range); });
    }

    BasicRangeLock() noexcept = default;
    BasicRangeLock(BasicRangeLock&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), process_(other.process_), range_(other.range_) {}
    BasicRangeLock& operator=(BasicRangeLock&& other) noexcept {
        if (this != &other) {
            release();
            fd_ = std::exchange(other.fd_, -1);
            process_ = other.process_;
            range_ = other.range_;
        }
        return *this;
    }
    BasicRangeLock(const BasicRangeLock&) = delete;
    BasicRangeLock& operator=(const BasicRangeLock&) = delete;
    ~BasicRangeLock() { release(); }

    /// Whether a lock is held.
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives the lock back before the end.
    void release() noexcept {
        if (fd_ < 0) return;
        const int fd = std::exchange(fd_, -1);
        if (sys::getpid() == process_) set(fd, abi::LockType::UNLCK, range_, try_once);
    }

  private:
    static constexpr abi::FcntlCommand wait =
        lock_owner == LockOwner::PROCESS ? abi::FcntlCommand::SETLKW : abi::FcntlCommand::OFD_SETLKW;
    static constexpr abi::FcntlCommand try_once =
        lock_owner == LockOwner::PROCESS ? abi::FcntlCommand::SETLK : abi::FcntlCommand::OFD_SETLK;

    BasicRangeLock(int fd, i32 process, FileRange range) noexcept : fd_(fd), process_(process), range_(range) {}

    static long set(int fd, abi::LockType type, FileRange range, abi::FcntlCommand command) noexcept {
        abi::flock lock{};
        lock.l_type = abi::bits(type);
        lock.l_whence = static_cast<u16>(abi::Whence::SET);
        lock.l_start = static_cast<i64>(range.offset);
        lock.l_len = static_cast<i64>(range.length);
        return sys::fcntl(fd, abi::bits(command), reinterpret_cast<usize>(&lock));
    }

    static result<BasicRangeLock> acquire(BorrowedFd file, abi::LockType type, FileRange range,
                                          abi::FcntlCommand command) noexcept {
        // To the kernel that would be a negative length: the bytes before the offset.
        if (static_cast<i64>(range.length) < 0) return Error(Errno::INVAL, Call::fcntl);
        const long raw = set(file.raw(), type, range, command);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::fcntl, raw);
        return BasicRangeLock(file.raw(), static_cast<i32>(sys::getpid()), range);
    }

    int fd_ = -1;
    i32 process_ = 0;
    FileRange range_;
};

/// The kind to use: two open files exclude each other, also in one process.
using RangeLock = BasicRangeLock<LockOwner::OPEN_FILE>;
/// For programs that others expect this of: the process loses it when it closes any descriptor of the file.
using ProcessRangeLock = BasicRangeLock<LockOwner::PROCESS>;

}  // namespace wali
