// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include <wali/abi/structs/fs.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/transfer.hpp>
#include <wali/fs/kernel_copy.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

#include "file_copy.hpp"

namespace wali::detail {

namespace {

constexpr u64 to_the_end = std::numeric_limits<i64>::max();

result<u64> seek(BorrowedFd file, u64 offset, abi::Whence whence) noexcept {
    return to_result<u64>(Call::lseek, sys::lseek(file.raw(), static_cast<i64>(offset), abi::bits(whence)));
}

}  // namespace

/// Goes to the next data; false where there is none.
result<bool> FileCopy::find_extent() noexcept {
    if (extent_end_ == to_the_end) return false;
    const result<u64> data = seek(from_, offset_, abi::Whence::DATA);
    if (data.has_error()) {
        if (data.assume_error() == Errno::NXIO && offset_ != 0) return false;
        if (data.assume_error() == Errno::NXIO) {
            abi::stat status;
            WALI_TRY(to_result<void>(Call::fstat, sys::fstat(from_.raw(), &status)));
            if (status.st_size != 0) return false;
        }
        extent_end_ = to_the_end;  // a file system that knows of no holes, or a file of /proc that says it is empty
        return true;
    }
    const result<u64> hole = seek(from_, data.assume_value(), abi::Whence::HOLE);
    if (hole.has_error() && hole.assume_error() == Errno::NXIO) return false;  // cut off meanwhile
    WALI_TRY(extent_end_, hole);
    offset_ = data.assume_value();
    return true;
}

result<usize> FileCopy::copy(usize count) noexcept {
    if (in_kernel_) {
        u64 in = offset_;
        u64 out = offset_;
        const result<usize> copied =
            retry_interrupted([&] { return fs::copy_range(from_, to_, count, {.from = &in, .to = &out}); });
        if (copied.has_value() && copied.assume_value() != 0) return copied;
        // 0 is the end, or a file of /proc; an error is that of these two files, or one that writing has as well.
        in_kernel_ = false;
    }
    std::array<std::byte, 32768> buffer;
    const usize wanted = std::min(count, buffer.size());
    WALI_TRY(const usize got, retry_interrupted([&] {
                 return to_result<usize>(Call::pread64,
                                         sys::pread64(from_.raw(), buffer.data(), wanted, static_cast<i64>(offset_)));
             }));
    const Transfer written = transfer_all(Call::pwrite64, got, [&](usize done) noexcept {
        return to_result<usize>(Call::pwrite64, sys::pwrite64(to_.raw(), buffer.data() + done, got - done,
                                                              static_cast<i64>(offset_ + done)));
    });
    if (written.has_error()) return written.assume_error();
    return got;
}

/// A hole at the end.
result<void> FileCopy::finish() noexcept {
    abi::stat status;
    WALI_TRY(to_result<void>(Call::fstat, sys::fstat(from_.raw(), &status)));
    if (static_cast<u64>(status.st_size) <= offset_) return success();
    return to_result<void>(Call::ftruncate, sys::ftruncate(to_.raw(), status.st_size));
}

result<usize> FileCopy::step(usize most) noexcept {
    for (;;) {
        if (offset_ == extent_end_) {
            const result<bool> found = find_extent();
            if (found.has_error()) return found.assume_error();
            if (!found.assume_value()) {
                WALI_TRY(finish());
                return usize{0};
            }
        }
        WALI_TRY(const usize copied, copy(static_cast<usize>(std::min<u64>(most, extent_end_ - offset_))));
        offset_ += copied;
        if (copied != 0) return copied;
        // The end, or the file has been cut off.
        extent_end_ = to_the_end;
        offset_ = to_the_end;
        return usize{0};
    }
}

}  // namespace wali::detail
