// SPDX-License-Identifier: BSL-1.0
#include <wali/mem/byte_buffer.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>

#include <wali/abi/constants/errno.hpp>

namespace wali {

result<MutableBytes> ByteBuffer::reserve(usize size) noexcept {
    if (empty()) begin_ = end_ = 0;  // not before: room that was given out is to be committed
    const usize used = this->size();
    if (used > limit_ || size > limit_ - used) return Errno::NOBUFS;
    const usize needed = used + size;
    if (size > capacity_ - end_) {
        if (needed <= capacity_ && (used <= begin_ || capacity_ == limit_)) {
            // Moves no more than what was consumed since the last time, or there is nowhere else.
            std::memmove(memory_, memory_ + begin_, used);
        } else {
            constexpr usize least = 512;
            const usize twice = capacity_ > limit_ / 2 ? limit_ : 2 * capacity_;
            const usize wanted = std::max({needed, twice, std::min(least, limit_)});
            auto* const memory = static_cast<std::byte*>(std::malloc(wanted));
            if (memory == nullptr) return Errno::NOMEM;
            if (used != 0) std::memcpy(memory, memory_ + begin_, used);
            std::free(memory_);
            memory_ = memory;
            capacity_ = wanted;
        }
        begin_ = 0;
        end_ = used;
    }
    return MutableBytes(std::span(memory_ + end_, capacity_ - end_));
}

result<void> ByteBuffer::append(ConstBytes bytes) noexcept {
    if (bytes.empty()) return success();
    // Of the buffer's own data, where it is may change.
    const bool own = std::less_equal<>()(memory_ + begin_, bytes.data()) && std::less<>()(bytes.data(), memory_ + end_);
    const usize offset = own ? static_cast<usize>(bytes.data() - (memory_ + begin_)) : 0;
    const result<MutableBytes> room = reserve(bytes.size());
    if (room.has_error()) return room.assume_error();
    std::memcpy(memory_ + end_, own ? memory_ + begin_ + offset : bytes.data(), bytes.size());
    end_ += bytes.size();
    return success();
}

void ByteBuffer::release() noexcept {
    std::free(std::exchange(memory_, nullptr));
    capacity_ = begin_ = end_ = 0;
}

}  // namespace wali
