// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/core/read_to_end.hpp>
#include <wali/fs/extended_status.hpp>
#include <wali/fs/file_lock.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/fs/file_time.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::FileAdvice;
using abi::OpenFlags;
using abi::ReadWriteFlags;
using abi::SyncFileRangeFlags;
using abi::Whence;

/// An open file: a descriptor with the operations of read(2), write(2) and their family.
///
///     WALI_TRY(const auto log, wali::File::open("log", wali::OpenFlags::WRONLY | wali::OpenFlags::APPEND));
///     WALI_TRY(log.write_all("started\n"));
///     WALI_TRY(log.sync_data());
///
/// Each function makes one system call of tier spec unless it says otherwise. EINTR comes back as Errno::INTR; the
/// *_all functions retry it, and wali::retry_interrupted does so for one call. On a non-blocking descriptor
/// Errno::AGAIN means that the call would have waited. Threads may share a File; read, write and seek share its one
/// offset, read_at and write_at do not use it. Everything is async-signal-safe.
class File : public Descriptor<File> {
  public:
    File() noexcept = default;

    /// The permissions of new files before the umask takes bits away: rw-rw-rw-.
    static constexpr Permissions default_permissions{0666};

    /// openat(2) from the current directory. O_CLOEXEC is always added: a descriptor that children shall inherit is
    /// made so on purpose. Errors a caller will want to handle: NOENT, ACCES, EXIST (with CREAT | EXCL), ISDIR,
    /// LOOP, MFILE.
    [[gnu::always_inline]] static result<File> open(PathView path, OpenFlags flags = OpenFlags::RDONLY,
                                                    Permissions permissions = default_permissions) noexcept {
        return open_at(current_directory(), path, flags, permissions);
    }

    /// openat(2): a relative path starts at `directory`; NOTDIR when that is none.
    [[gnu::always_inline]] static result<File> open_at(BorrowedFd directory, PathView path,
                                                       OpenFlags flags = OpenFlags::RDONLY,
                                                       Permissions permissions = default_permissions) noexcept {
        return path.with_c_str([&](const char* text) noexcept {
            return to_descriptor<File>(
                Call::openat,
                sys::openat(directory.raw(), text, abi::bits(flags | OpenFlags::CLOEXEC), abi::bits(permissions)));
        });
    }

    /// Opens for writing, making the file or emptying it: open with WRONLY | CREAT | TRUNC.
    static result<File> create(PathView path, Permissions permissions = default_permissions) noexcept {
        return open(path, OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC, permissions);
    }

    /// read(2) at the file offset; see wali::read.
    result<usize> read(MutableBytes buffer) const noexcept { return wali::read(fd(), buffer); }

    /// write(2) at the file offset; see wali::write.
    result<usize> write(ConstBytes bytes) const noexcept { return wali::write(fd(), bytes); }

    /// pread(2): reads at `offset` and leaves the file offset alone. SPIPE for pipes and sockets.
    result<usize> read_at(MutableBytes buffer, u64 offset) const noexcept {
        return to_result<usize>(Call::pread64,
                                sys::pread64(fd().raw(), buffer.data(), buffer.size(), static_cast<i64>(offset)));
    }

    /// pwrite(2): writes at `offset` and leaves the file offset alone (but appends if the file is open with APPEND).
    result<usize> write_at(ConstBytes bytes, u64 offset) const noexcept {
        return to_result<usize>(Call::pwrite64,
                                sys::pwrite64(fd().raw(), bytes.data(), bytes.size(), static_cast<i64>(offset)));
    }

    /// readv(2): fills the buffers in order; INVAL for more than 1024.
    result<usize> read_vectored(std::span<const MutableBuffer> buffers) const noexcept {
        return to_result<usize>(Call::readv, sys::readv(fd().raw(), reinterpret_cast<const abi::iovec*>(buffers.data()),
                                                        static_cast<int>(buffers.size())));
    }

    /// writev(2): takes the buffers in order, as one write; INVAL for more than 1024.
    result<usize> write_vectored(std::span<const ConstBuffer> buffers) const noexcept {
        return to_result<usize>(Call::writev,
                                sys::writev(fd().raw(), reinterpret_cast<const abi::iovec*>(buffers.data()),
                                            static_cast<int>(buffers.size())));
    }

    /// preadv(2), tier named: fills the buffers in order from `offset` on, and leaves the file offset alone.
    result<usize> read_vectored_at(std::span<const MutableBuffer> buffers, u64 offset) const noexcept {
        return to_result<usize>(
            Call::preadv, sys::preadv(fd().raw(), reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size(),
                                      static_cast<long>(offset), 0));
    }

    /// pwritev(2), tier named: takes the buffers in order, as one write at `offset`.
    result<usize> write_vectored_at(std::span<const ConstBuffer> buffers, u64 offset) const noexcept {
        return to_result<usize>(
            Call::pwritev, sys::pwritev(fd().raw(), reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size(),
                                        static_cast<long>(offset), 0));
    }

    /// preadv2(2), tier named: the same with flags for this one transfer. AGAIN with NOWAIT when it would wait for the
    /// device; OPNOTSUPP for flags that the file does not know.
    result<usize> read_vectored_at(std::span<const MutableBuffer> buffers, u64 offset,
                                   ReadWriteFlags flags) const noexcept {
        return to_result<usize>(
            Call::preadv2, sys::preadv2(fd().raw(), reinterpret_cast<const abi::iovec*>(buffers.data()), buffers.size(),
                                        position(offset), 0, abi::bits(flags)));
    }

    /// pwritev2(2), tier named: the same with flags for this one transfer, such as DSYNC to have it on the device.
    result<usize> write_vectored_at(std::span<const ConstBuffer> buffers, u64 offset,
                                    ReadWriteFlags flags) const noexcept {
        return to_result<usize>(Call::pwritev2,
                                sys::pwritev2(fd().raw(), reinterpret_cast<const abi::iovec*>(buffers.data()),
                                              buffers.size(), position(offset), 0, abi::bits(flags)));
    }

    /// Reads to the end into a std::string or std::vector<std::byte>, at most `limit` bytes; see wali::read_to_end.
    template <GrowingBytes Container>
    Transfer read_to_end(Container& out, usize limit) const {
        return wali::read_to_end(fd(), out, limit);
    }

    /// Reads until the buffer is full or the file ends; see wali::read_all.
    Transfer read_all(MutableBytes buffer) const noexcept { return wali::read_all(fd(), buffer); }

    /// Writes everything; see wali::write_all.
    Transfer write_all(ConstBytes bytes) const noexcept { return wali::write_all(fd(), bytes); }

    /// pread(2) until the buffer is full or the file ends, from `offset` on, over as many calls as it takes.
    Transfer read_all_at(MutableBytes buffer, u64 offset) const noexcept {
        return transfer_all(buffer.size(),
                            [&](usize done) noexcept { return read_at(buffer.subspan(done), offset + done); });
    }

    /// pwrite(2) until everything is written, from `offset` on, over as many calls as it takes.
    Transfer write_all_at(ConstBytes bytes, u64 offset) const noexcept {
        return transfer_all(Call::pwrite64, bytes.size(),
                            [&](usize done) noexcept { return write_at(bytes.subspan(done), offset + done); });
    }

    /// lseek(2): moves the file offset and returns it. With Whence::DATA and Whence::HOLE to the next data or hole from
    /// `offset` on; NXIO when there is none before the end.
    result<u64> seek(i64 offset, Whence whence = Whence::SET) const noexcept {
        return to_result<u64>(Call::lseek, sys::lseek(fd().raw(), offset, abi::bits(whence)));
    }

    /// fstat(2).
    result<FileStatus> status() const noexcept {
        return FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(fd().raw(), out); });
    }

    /// statx(2) with AT_EMPTY_PATH: what `mask` asks for, such as StatxMask::BIRTH_TIME.
    result<ExtendedStatus> extended_status(StatxMask mask = StatxMask::BASIC_STATS |
                                                            StatxMask::BIRTH_TIME) const noexcept {
        return fs::extended_status_at(fd(), "", mask, AtFlags::EMPTY_PATH);
    }

    /// The size in bytes, by fstat(2).
    result<u64> size() const noexcept {
        const result<FileStatus> status = this->status();
        if (status.has_error()) [[unlikely]]
            return status.assume_error();
        return status.assume_value().size();
    }

    /// ftruncate(2): cuts the file or extends it with zeros.
    result<void> truncate(u64 size) const noexcept {
        return to_result<void>(Call::ftruncate, sys::ftruncate(fd().raw(), static_cast<i64>(size)));
    }

    /// fallocate(2), tier named, in six meanings; each is told a range in bytes and answers OPNOTSUPP where the file
    /// system cannot do that. allocate() gives the range blocks, so that writing there does not fail with NOSPC, and
    /// extends the file to the range's end; reserve() does not extend it.
    result<void> allocate(u64 offset, u64 length) const noexcept {
        return fallocate(abi::FallocateMode{}, offset, length);
    }
    result<void> reserve(u64 offset, u64 length) const noexcept {
        return fallocate(abi::FallocateMode::KEEP_SIZE, offset, length);
    }
    /// fallocate(2), tier named: the range reads as zeros. Its blocks are given back (punch_hole) or kept for writing
    /// (zero_range). The first leaves the file's size as it is, the second extends it to the range's end.
    result<void> punch_hole(u64 offset, u64 length) const noexcept {
        return fallocate(abi::FallocateMode::PUNCH_HOLE | abi::FallocateMode::KEEP_SIZE, offset, length);
    }
    result<void> zero_range(u64 offset, u64 length) const noexcept {
        return fallocate(abi::FallocateMode::ZERO_RANGE, offset, length);
    }
    /// fallocate(2), tier named: takes the range out of the file, or makes room for it; what is behind moves. INVAL
    /// unless both numbers are multiples of the file system's block size and the range lies before the end.
    result<void> collapse_range(u64 offset, u64 length) const noexcept {
        return fallocate(abi::FallocateMode::COLLAPSE_RANGE, offset, length);
    }
    result<void> insert_range(u64 offset, u64 length) const noexcept {
        return fallocate(abi::FallocateMode::INSERT_RANGE, offset, length);
    }

    /// fsync(2): waits until data and metadata are on the device.
    result<void> sync() const noexcept { return to_result<void>(Call::fsync, sys::fsync(fd().raw())); }

    /// fdatasync(2): as sync(), without metadata that reading the data back does not need.
    result<void> sync_data() const noexcept { return to_result<void>(Call::fdatasync, sys::fdatasync(fd().raw())); }

    /// sync_file_range(2), tier named: writes back the pages of a range; 0 means to the end. It neither writes metadata
    /// nor empties the device's cache: only sync() and sync_data() survive a loss of power.
    result<void> sync_range(u64 offset, u64 length,
                            SyncFileRangeFlags flags = SyncFileRangeFlags::WRITE_AND_WAIT) const noexcept {
        return to_result<void>(Call::sync_file_range, sys::sync_file_range(fd().raw(), static_cast<i64>(offset),
                                                                           static_cast<i64>(length), abi::bits(flags)));
    }

    /// syncfs(2), tier named: as sync(), for the whole file system that the file is on.
    result<void> sync_file_system() const noexcept { return to_result<void>(Call::syncfs, sys::syncfs(fd().raw())); }

    /// fchown(2): of the owner, the group or both; what is not named stays. PERM for who may not; INVAL for no one's
    /// number.
    result<void> set_owner(Uid owner) const noexcept {
        if (owner.raw() == unchanged) return Error(Errno::INVAL, Call::fchown);
        return chown(owner.raw(), unchanged);
    }
    result<void> set_group(Gid group) const noexcept {
        if (group.raw() == unchanged) return Error(Errno::INVAL, Call::fchown);
        return chown(unchanged, group.raw());
    }
    result<void> set_owner(Uid owner, Gid group) const noexcept {
        if (owner.raw() == unchanged || group.raw() == unchanged) return Error(Errno::INVAL, Call::fchown);
        return chown(owner.raw(), group.raw());
    }

    /// utimensat(2): when the contents were read and changed last: a time, FileTime::now() or FileTime::keep().
    result<void> set_times(FileTime accessed, FileTime modified) const noexcept {
        const abi::timespec times[2] = {accessed.raw(), modified.raw()};
        return to_result<void>(Call::utimensat, sys::utimensat(fd().raw(), nullptr, times, 0));
    }

    /// fchmod(2).
    result<void> set_permissions(Permissions permissions) const noexcept {
        return to_result<void>(Call::fchmod, sys::fchmod(fd().raw(), abi::bits(permissions)));
    }

    /// flock(2): waits until no other open file description has an exclusive lock (lock_shared), or any lock at all
    /// (lock_exclusive), and holds that lock until the guard ends. Errors: INTR. A second lock through the same open
    /// file replaces the first; the guard that ends first gives it back.
    result<FileLock> lock_shared() const noexcept WALI_LIFETIMEBOUND {
        return FileLock::acquire(fd(), abi::FlockOperation::SH);
    }
    result<FileLock> lock_exclusive() const noexcept WALI_LIFETIMEBOUND {
        return FileLock::acquire(fd(), abi::FlockOperation::EX);
    }

    /// The same for at most `timeout`, then Errno::TIMEDOUT. Linux has no call for that: it asks again and again, with
    /// clock_nanosleep(2) for 1 to 50 ms, and EINTR does not end it. Locks of ranges: see RangeLock.
    result<FileLock> lock_shared(Timeout timeout) const noexcept WALI_LIFETIMEBOUND {
        return detail::lock_within(timeout, [&]() noexcept { return try_lock_shared(); });
    }
    result<FileLock> lock_exclusive(Timeout timeout) const noexcept WALI_LIFETIMEBOUND {
        return detail::lock_within(timeout, [&]() noexcept { return try_lock_exclusive(); });
    }

    /// flock(2) with LOCK_NB: the same without waiting; Errno::AGAIN when somebody else holds a lock.
    result<FileLock> try_lock_shared() const noexcept WALI_LIFETIMEBOUND {
        return FileLock::acquire(fd(), abi::FlockOperation::SH | abi::FlockOperation::NB);
    }
    result<FileLock> try_lock_exclusive() const noexcept WALI_LIFETIMEBOUND {
        return FileLock::acquire(fd(), abi::FlockOperation::EX | abi::FlockOperation::NB);
    }

    /// posix_fadvise(2) for `length` bytes from `offset`; 0 means to the end.
    result<void> advise(FileAdvice advice, u64 offset = 0, u64 length = 0) const noexcept {
        return to_result<void>(Call::fadvise, sys::fadvise(fd().raw(), static_cast<i64>(offset),
                                                           static_cast<i64>(length), abi::bits(advice)));
    }

  private:
    static constexpr u32 unchanged = 0xffffffff;  // no user or group has this number

    /// preadv2 and pwritev2 take -1 for the file's own position: as -2, it is INVAL like every other negative one.
    static constexpr long position(u64 offset) noexcept {
        return static_cast<long>(offset - (offset == ~u64{0} ? 1 : 0));
    }
    result<void> fallocate(abi::FallocateMode mode, u64 offset, u64 length) const noexcept {
        return to_result<void>(Call::fallocate, sys::fallocate(fd().raw(), abi::bits(mode), static_cast<i64>(offset),
                                                               static_cast<i64>(length)));
    }
    result<void> chown(u32 owner, u32 group) const noexcept {
        return to_result<void>(Call::fchown, sys::fchown(fd().raw(), owner, group));
    }
};

}  // namespace wali
