// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/io.hpp>
#include <wali/core/transfer.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
/// What grows to hold what is read: std::string, std::vector<std::byte> and their like.
template <class Container>
concept GrowingBytes = detail::OwningBytes<Container> && requires(Container& container, usize size) {
    container.resize(size);
    container.max_size();
};

/// read(2), tier spec, until the input ends: appends to `out`, which allocates as it does. Of input that has more than
/// `limit` bytes, or than `out` can hold, the first of them are in `out` and the error is Errno::FBIG. On any error
/// `out` has what was read before. EINTR is retried. Asks fstat(2) first how much there may be.
template <GrowingBytes Container>
Transfer read_to_end(BorrowedFd fd, Container& out, usize limit) {
    constexpr usize usual = 4096;
    const usize start = out.size();
    const usize possible = static_cast<usize>(out.max_size()) - start;
    const usize most = limit < possible ? limit + 1 : possible;  // one byte more tells whether the input ends there
    limit = most - 1;
    abi::stat status;
    usize room = usual;
    if (!is_error(sys::fstat(fd.raw(), &status)) && status.st_size > 0)
        room = static_cast<u64>(status.st_size) < most ? static_cast<usize>(status.st_size) + 1 : most;
    for (usize done = 0;; room = room > most / 2 ? most : 2 * room) {
        room = room < most ? room : most;
        out.resize(start + room);
        const Transfer read = read_all(fd, MutableBytes(out).subspan(start + done));
        done += read.transferred();
        if (read.has_value() && done == room && room < most) continue;
        const usize kept = done < limit ? done : limit;
        out.resize(start + kept);
        if (read.has_error()) return {kept, read.assume_error()};
        if (done > limit) return {kept, Errno::FBIG};
        return kept;
    }
}

}  // namespace wali
