// SPDX-License-Identifier: BSL-1.0
// uring-copy FROM TO: copies the file FROM to TO, which is made or emptied, with eight reads and writes at once through
// an io_uring, and shows on standard error how far it is.
#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <wali/try.hpp>

#include "progress_bar.hpp"

import wali;

namespace {

/// The result of an operation when nothing else is under way.
template <class T>
wali::result<T> finish(wali::IoUring& ring, wali::result<wali::IoKey<T>> added) {
    WALI_TRY(const wali::IoKey<T> key, std::move(added));
    WALI_TRY(wali::IoCompletion done, wali::retry_interrupted([&] { return ring.wait(); }));
    return done.get(key);
}

/// A copy in blocks: each is read, written, and followed by the next one.
class Copy {
  public:
    Copy(wali::IoUring& ring, const wali::File& source, const wali::File& target, wali::u64 size)
        : ring_(ring), source_(source), target_(target), size_(size), bar_(size) {}

    wali::result<void> run() {
        std::array<wali::IoBuffer, blocks> buffers;
        for (wali::IoBuffer& buffer : buffers) WALI_TRY(buffer, wali::IoBuffer::allocate(block_size));
        (void)ring_.register_buffers(buffers);  // where locked memory is short, it works without
        bar_.show(0);
        for (wali::u32 i = 0; i < blocks; ++i) WALI_TRY(begin(i, std::move(buffers[i])));
        while (ring_.operations() != 0) {
            WALI_TRY(wali::IoCompletion done, wali::retry_interrupted([&] { return ring_.wait(); }));
            const wali::u32 index = done.index();
            WALI_TRY(const wali::usize count, done.get<wali::usize>());
            WALI_TRY(go_on(index, count, done.take_buffer()));
        }
        wali::result<void> ended = wali::success();
        if (copied_ < size_) ended = wali::Errno::NODATA;  // somebody has cut it off
        ProgressBar::end();
        return ended;
    }

  private:
    static constexpr wali::u32 blocks = 8;
    static constexpr wali::usize block_size = 128 << 10;
    struct Block {
        wali::u64 offset;
        wali::u64 end;
        bool is_written;
    };

    wali::result<void> begin(wali::u32 index, wali::IoBuffer buffer) {
        if (next_ >= size_) return wali::success();
        blocks_[index] = {next_, std::min(size_, next_ + block_size), false};
        next_ = blocks_[index].end;
        return read(index, std::move(buffer));
    }

    wali::result<void> read(wali::u32 index, wali::IoBuffer buffer) {
        Block& block = blocks_[index];
        block.is_written = false;
        buffer.select(0, static_cast<wali::usize>(block.end - block.offset));
        WALI_TRY(ring_.read(source_, std::move(buffer), block.offset, {.index = index}));
        return wali::success();
    }

    wali::result<void> go_on(wali::u32 index, wali::usize count, wali::IoBuffer buffer) {
        Block& block = blocks_[index];
        if (count == 0) return wali::success();
        if (!block.is_written) {
            block.is_written = true;
            buffer.select(0, count);
        } else {
            block.offset += count;
            bar_.show(copied_ += count);
            buffer.consume(count);
            if (buffer.size() == 0)
                return block.offset < block.end ? read(index, std::move(buffer)) : begin(index, std::move(buffer));
        }
        WALI_TRY(ring_.write(target_, std::move(buffer), block.offset, {.index = index}));
        return wali::success();
    }

    wali::IoUring& ring_;
    const wali::File& source_;
    const wali::File& target_;
    wali::u64 size_;
    wali::u64 next_ = 0;
    wali::u64 copied_ = 0;
    std::array<Block, blocks> blocks_{};
    ProgressBar bar_;
};

wali::result<void> copy(const char* from, const char* to) {
    WALI_TRY(wali::IoUring ring, wali::IoUring::create());
    const wali::BorrowedFd here = wali::current_directory();
    WALI_TRY(const wali::ExtendedStatus status,
             finish(ring, ring.status_at(here, from, wali::StatxMask::BASIC_STATS, wali::AtFlags{})));
    if (status.type() != wali::FileType::REGULAR) return wali::Errno::INVAL;
    WALI_TRY(const wali::File source, finish(ring, ring.open_at(here, from, {})));
    using wali::OpenFlags;
    const OpenFlags makes = OpenFlags::WRONLY | OpenFlags::CREAT;
    WALI_TRY(const wali::File target,
             finish(ring, ring.open_at(here, to, {.flags = makes, .permissions = status.permissions()})));
    WALI_TRY(const wali::FileStatus from_status, source.status());
    WALI_TRY(const wali::FileStatus to_status, target.status());
    if (from_status.device() == to_status.device() && from_status.inode() == to_status.inode())
        return wali::Errno::INVAL;  // nothing of it would be left
    if (to_status.type() == wali::FileType::REGULAR) WALI_TRY(target.truncate(0));
    return Copy(ring, source, target, status.size()).run();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: uring-copy FROM TO\n", stderr);
        return 2;
    }
    return wali::exit_status("uring-copy", copy(argv[1], argv[2]));
}
