// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/transfer.hpp>
#include <wali/sys/fs.hpp>

/// Reading and writing through any descriptor: files, sockets, pipes, terminals. File and Socket offer the same under
/// their own names. EINTR comes back as Errno::INTR from the single calls and is retried by the *_all functions; on a
/// non-blocking descriptor Errno::AGAIN means that the call would have waited. Async-signal-safe.
WALI_EXPORT namespace wali {
/// read(2), tier spec: up to buffer.size() bytes; 0 at the end of a file, when the writers of a pipe or connection are
/// gone, and for an empty buffer.
inline result<usize> read(BorrowedFd fd, MutableBytes buffer) noexcept {
    return to_result<usize>(Call::read, sys::read(fd.raw(), buffer.data(), buffer.size()));
}

/// write(2), tier spec: the number of bytes taken, which may be less than all. A pipe or socket without readers raises
/// SIGPIPE and answers Errno::PIPE; Socket::send only answers.
inline result<usize> write(BorrowedFd fd, ConstBytes bytes) noexcept {
    return to_result<usize>(Call::write, sys::write(fd.raw(), bytes.data(), bytes.size()));
}

/// read(2), tier spec, until the buffer is full or the input ends: over as many calls as it takes. Fewer than
/// buffer.size() bytes are a success only at the end.
inline Transfer read_all(BorrowedFd fd, MutableBytes buffer) noexcept {
    return transfer_all(buffer.size(), [&](usize done) noexcept { return read(fd, buffer.subspan(done)); });
}

/// write(2), tier spec, until everything is written: over as many calls as it takes. Errno::IO if one takes nothing.
inline Transfer write_all(BorrowedFd fd, ConstBytes bytes) noexcept {
    return transfer_all(Call::write, bytes.size(), [&](usize done) noexcept { return write(fd, bytes.subspan(done)); });
}

}  // namespace wali
