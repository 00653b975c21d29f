// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali { using abi::SpliceFlags; }  // namespace wali

/// Moving bytes from one descriptor to another inside of the kernel. Each is one call of tier named and returns the
/// number of bytes moved, which may be less than `count` and is 0 at the end of the input. EINTR comes back as
/// Errno::INTR, Errno::AGAIN from a descriptor that is non-blocking. Async-signal-safe.
WALI_EXPORT namespace wali::fs {
/// Where to read and write. Without a pointer the file's own offset is used and moved on, with one the number that it
/// points to.
struct CopyOffsets {
    u64* from = nullptr;  ///< of the file that is read
    u64* to = nullptr;    ///< of the file that is written
};

/// copy_file_range(2): from one regular file to another, which may share the blocks afterwards. Errors: XDEV (between
/// kinds of file systems), INVAL (not two regular files, or ranges of one file that overlap), BADF (open for append).
inline result<usize> copy_range(BorrowedFd from, BorrowedFd to, usize count, CopyOffsets offsets) noexcept {
    return to_result<usize>(Call::copy_file_range,
                            sys::copy_file_range(from.raw(), reinterpret_cast<i64*>(offsets.from), to.raw(),
                                                 reinterpret_cast<i64*>(offsets.to), count, 0));
}
inline result<usize> copy_range(BorrowedFd from, BorrowedFd to, usize count) noexcept {
    return copy_range(from, to, count, {});
}

/// sendfile(2): from what can be mapped, such as a regular file, to anything, such as a socket. `offset` is as
/// CopyOffsets::from. Errors: INVAL (an input that cannot be mapped).
inline result<usize> send_file(BorrowedFd to, BorrowedFd from, usize count, u64* offset) noexcept {
    return to_result<usize>(Call::sendfile, sys::sendfile(to.raw(), from.raw(), reinterpret_cast<i64*>(offset), count));
}
inline result<usize> send_file(BorrowedFd to, BorrowedFd from, usize count) noexcept {
    return send_file(to, from, count, nullptr);
}

/// splice(2): between a pipe and anything. Errors: INVAL (neither is a pipe, or an output open for append), SPIPE (an
/// offset for a pipe).
inline result<usize> splice(BorrowedFd from, BorrowedFd to, usize count, CopyOffsets offsets,
                            SpliceFlags flags) noexcept {
    return to_result<usize>(Call::splice, sys::splice(from.raw(), reinterpret_cast<i64*>(offsets.from), to.raw(),
                                                      reinterpret_cast<i64*>(offsets.to), count, abi::bits(flags)));
}
inline result<usize> splice(BorrowedFd from, BorrowedFd to, usize count) noexcept {
    return splice(from, to, count, {}, SpliceFlags{});
}

/// tee(2): from one pipe to another, and leaves the bytes in the first.
inline result<usize> tee(BorrowedFd from, BorrowedFd to, usize count, SpliceFlags flags) noexcept {
    return to_result<usize>(Call::tee, sys::tee(from.raw(), to.raw(), count, abi::bits(flags)));
}
inline result<usize> tee(BorrowedFd from, BorrowedFd to, usize count) noexcept {
    return tee(from, to, count, SpliceFlags{});
}

}  // namespace wali::fs
