// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

/// Reading and writing through any descriptor: files, sockets, pipes, terminals. File and Socket offer the same under
/// their own names. EINTR comes back as Errno::INTR from the single calls and is retried by the *_all functions; on a
/// non-blocking descriptor Errno::AGAIN means that the call would have waited. Async-signal-safe.
WALI_EXPORT namespace wali {
/// read(2): up to buffer.size() bytes; 0 at the end of a file or when the writers of a pipe or connection are gone.
inline result<usize> read(BorrowedFd fd, MutableBytes buffer) noexcept {
    return to_result<usize>(sys::read(fd.raw(), buffer.data(), buffer.size()));
}

/// write(2): the number of bytes taken, which may be less than all. A pipe or socket without readers raises SIGPIPE
/// and answers Errno::PIPE; Socket::send only answers.
inline result<usize> write(BorrowedFd fd, ConstBytes bytes) noexcept {
    return to_result<usize>(sys::write(fd.raw(), bytes.data(), bytes.size()));
}

/// Reads until the buffer is full or the input ends, over as many calls as it takes. Returns the bytes read: fewer
/// than buffer.size() only at the end. Bytes read before an error are lost to the caller.
inline result<usize> read_all(BorrowedFd fd, MutableBytes buffer) noexcept {
    usize done = 0;
    while (done < buffer.size()) {
        WALI_TRY(const usize n, retry_interrupted([&] { return read(fd, buffer.subspan(done)); }));
        if (n == 0) break;
        done += n;
    }
    return done;
}

/// Writes everything, over as many calls as it takes.
inline result<void> write_all(BorrowedFd fd, ConstBytes bytes) noexcept {
    while (!bytes.empty()) {
        WALI_TRY(const usize n, retry_interrupted([&] { return write(fd, bytes); }));
        bytes = bytes.subspan(n);
    }
    return success();
}

inline result<void> write_all(BorrowedFd fd, std::string_view text) noexcept { return write_all(fd, as_bytes(text)); }

}  // namespace wali
