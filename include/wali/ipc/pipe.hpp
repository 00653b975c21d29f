// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/file.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
/// pipe2(2), tier spec: the reading and the writing end, both close-on-exec. See pipe(7). The reader meets the end when
/// all writers are closed, in children, too; a write without readers raises SIGPIPE and answers Errno::PIPE.
/// Async-signal-safe.
struct Pipe {
    File reader;
    File writer;

    /// A stream of bytes. `flags`: NONBLOCK has a meaning here. Errors: MFILE, NFILE.
    static result<Pipe> create(OpenFlags flags = OpenFlags{}) noexcept {
        int ends[2] = {-1, -1};
        const long raw = sys::pipe2(ends, abi::bits(flags | OpenFlags::CLOEXEC));
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::pipe2, raw);
        return Pipe{File::from_fd(Fd::from_raw(ends[0])), File::from_fd(Fd::from_raw(ends[1]))};
    }

    /// Packet mode (O_DIRECT): each write of up to 4096 bytes is read by one read, which drops what its buffer has no
    /// room for. A longer write is several packets.
    static result<Pipe> create_packets(OpenFlags flags = OpenFlags{}) noexcept {
        return create(flags | OpenFlags::DIRECT);
    }
};

}  // namespace wali

/// Pipes and what else processes talk through. Async-signal-safe.
WALI_EXPORT namespace wali::ipc {
/// fcntl(2) F_GETPIPE_SZ, tier spec: how many bytes the pipe of this end holds. BADF for what is no pipe.
inline result<usize> pipe_capacity(BorrowedFd end) noexcept {
    return to_result<usize>(Call::fcntl, sys::fcntl(end.raw(), abi::bits(abi::FcntlCommand::GETPIPE_SZ), 0));
}

/// fcntl(2) F_SETPIPE_SZ, tier spec: makes the pipe hold `bytes` at least, and returns how many it holds now. Errors:
/// BUSY (it holds more than that now), PERM (above /proc/sys/fs/pipe-max-size), INVAL (above 2 GiB).
inline result<usize> set_pipe_capacity(BorrowedFd end, usize bytes) noexcept {
    if (bytes > usize{1} << 31) return Error(Errno::INVAL, Call::fcntl);  // newer kernels read 32 bits of it
    return to_result<usize>(Call::fcntl, sys::fcntl(end.raw(), abi::bits(abi::FcntlCommand::SETPIPE_SZ), bytes));
}

}  // namespace wali::ipc
