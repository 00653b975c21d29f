// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/io.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

WALI_EXPORT namespace wali {
using abi::FileAdvice;
using abi::FlockOperation;
using abi::Mode;
using abi::OpenFlags;
using abi::Whence;

/// An open file: a descriptor with the operations of read(2), write(2) and their family.
///
/// Each function makes one system call unless it says otherwise. EINTR comes back as Errno::INTR; the *_all
/// functions retry it, and wali::retry_interrupted does so for one call. On a non-blocking descriptor Errno::AGAIN
/// means that the call would have waited. Threads may share a File; read, write and seek share its one offset,
/// read_at and write_at do not use it. Everything is async-signal-safe.
class File {
  public:
    /// The mode of new files before the umask takes bits away: rw-rw-rw-.
    static constexpr Mode default_mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH;

    /// openat(2) from the current directory. O_CLOEXEC is always added: a descriptor that children shall inherit is
    /// made so on purpose. Errors a caller will want to handle: NOENT, ACCES, EXIST (with CREAT | EXCL), ISDIR,
    /// LOOP, MFILE.
    static result<File> open(PathView path, OpenFlags flags = OpenFlags::RDONLY, Mode mode = default_mode) noexcept {
        return open_at(current_directory(), path, flags, mode);
    }

    /// openat(2): a relative path starts at `directory`; NOTDIR when that is none.
    static result<File> open_at(BorrowedFd directory, PathView path, OpenFlags flags = OpenFlags::RDONLY,
                                Mode mode = default_mode) noexcept {
        if (!path.valid()) return Errno::INVAL;
        return adopt(
            sys::openat(directory.raw(), path.c_str(), abi::bits(flags | OpenFlags::CLOEXEC), abi::bits(mode)));
    }

    /// Opens for writing, making the file or emptying it: open with WRONLY | CREAT | TRUNC.
    static result<File> create(PathView path, Mode mode = default_mode) noexcept {
        return open(path, OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC, mode);
    }

    File() noexcept = default;
    explicit File(Fd fd) noexcept : fd_(std::move(fd)) {}

    BorrowedFd fd() const noexcept [[clang::lifetimebound]] { return fd_.borrow(); }
    operator BorrowedFd() const noexcept [[clang::lifetimebound]] { return fd_.borrow(); }
    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
    Fd into_fd() && noexcept { return std::move(fd_); }
    /// Closes; see Fd::close for the errors that come this late.
    result<void> close() noexcept { return fd_.close(); }

    /// read(2) at the file offset; see wali::read.
    result<usize> read(MutableBytes buffer) const noexcept { return wali::read(fd(), buffer); }

    /// write(2) at the file offset; see wali::write.
    result<usize> write(ConstBytes bytes) const noexcept { return wali::write(fd(), bytes); }

    /// pread(2): reads at `offset` and leaves the file offset alone. SPIPE for pipes and sockets.
    result<usize> read_at(MutableBytes buffer, u64 offset) const noexcept {
        return to_result<usize>(sys::pread64(fd_.raw(), buffer.data(), buffer.size(), static_cast<i64>(offset)));
    }

    /// pwrite(2): writes at `offset` and leaves the file offset alone (but appends if the file is open with
    /// APPEND).
    result<usize> write_at(ConstBytes bytes, u64 offset) const noexcept {
        return to_result<usize>(sys::pwrite64(fd_.raw(), bytes.data(), bytes.size(), static_cast<i64>(offset)));
    }

    /// readv(2): fills the buffers in order; INVAL for more than 1024.
    result<usize> read_vectored(std::span<const MutableBuffer> buffers) const noexcept {
        return to_result<usize>(sys::readv(fd_.raw(), reinterpret_cast<const abi::iovec*>(buffers.data()),
                                           static_cast<int>(buffers.size())));
    }

    /// writev(2): takes the buffers in order, as one write; INVAL for more than 1024.
    result<usize> write_vectored(std::span<const ConstBuffer> buffers) const noexcept {
        return to_result<usize>(sys::writev(fd_.raw(), reinterpret_cast<const abi::iovec*>(buffers.data()),
                                            static_cast<int>(buffers.size())));
    }

    /// Reads until the buffer is full or the file ends; see wali::read_all.
    result<usize> read_all(MutableBytes buffer) const noexcept { return wali::read_all(fd(), buffer); }

    /// Writes everything; see wali::write_all.
    result<void> write_all(ConstBytes bytes) const noexcept { return wali::write_all(fd(), bytes); }
    result<void> write_all(std::string_view text) const noexcept { return wali::write_all(fd(), text); }

    /// lseek(2): moves the file offset and returns it.
    result<u64> seek(i64 offset, Whence whence = Whence::SET) const noexcept {
        return to_result<u64>(sys::lseek(fd_.raw(), offset, abi::bits(whence)));
    }

    /// fstat(2).
    result<FileStatus> status() const noexcept {
        return FileStatus::from([&](abi::stat* out) noexcept { return sys::fstat(fd_.raw(), out); });
    }

    /// The size in bytes, by fstat(2).
    result<u64> size() const noexcept {
        WALI_TRY(const FileStatus status, this->status());
        return status.size();
    }

    /// ftruncate(2): cuts the file or extends it with zeros.
    result<void> truncate(u64 size) const noexcept {
        return to_void_result(sys::ftruncate(fd_.raw(), static_cast<i64>(size)));
    }

    /// fsync(2): waits until data and metadata are on the device.
    result<void> sync() const noexcept { return to_void_result(sys::fsync(fd_.raw())); }

    /// fdatasync(2): as sync(), without metadata that reading the data back does not need.
    result<void> sync_data() const noexcept { return to_void_result(sys::fdatasync(fd_.raw())); }

    /// fchmod(2).
    result<void> set_permissions(Mode mode) const noexcept {
        return to_void_result(sys::fchmod(fd_.raw(), abi::bits(mode)));
    }

    /// flock(2): an advisory lock on the open file; waits unless NB is given, then Errno::AGAIN.
    result<void> lock(FlockOperation operation) const noexcept {
        return to_void_result(sys::flock(fd_.raw(), abi::bits(operation)));
    }

    /// posix_fadvise(2) for `length` bytes from `offset`; 0 means to the end.
    result<void> advise(FileAdvice advice, u64 offset = 0, u64 length = 0) const noexcept {
        return to_void_result(
            sys::fadvise(fd_.raw(), static_cast<i64>(offset), static_cast<i64>(length), abi::bits(advice)));
    }

  private:
    static result<File> adopt(long raw) noexcept {
        if (raw < 0) [[unlikely]]
            return static_cast<Errno>(-raw);
        return File(Fd::from_raw(static_cast<int>(raw)));
    }

    Fd fd_;
};

/// pipe2(2): the reading and the writing end, both close-on-exec.
struct Pipe {
    File reader;
    File writer;

    /// `flags`: NONBLOCK and DIRECT have a meaning here. Errors: MFILE, NFILE.
    static result<Pipe> create(OpenFlags flags = OpenFlags{}) noexcept {
        int ends[2] = {-1, -1};
        const long raw = sys::pipe2(ends, abi::bits(flags | OpenFlags::CLOEXEC));
        if (raw < 0) return static_cast<Errno>(-raw);
        return Pipe{File(Fd::from_raw(ends[0])), File(Fd::from_raw(ends[1]))};
    }
};

}  // namespace wali
