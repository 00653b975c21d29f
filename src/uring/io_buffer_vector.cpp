// SPDX-License-Identifier: BSL-1.0
#include <wali/uring/io_buffer_vector.hpp>

#include <cstdlib>
#include <memory>

namespace wali {

result<IoBufferVector> IoBufferVector::of(std::span<IoBuffer> buffers) noexcept {
    static_assert(sizeof(IoBuffer) % alignof(abi::iovec) == 0);
    if (buffers.size() > count_max) return Errno::INVAL;
    const usize size = buffers.size() * (sizeof(IoBuffer) + sizeof(abi::iovec));
    void* const memory = std::malloc(size != 0 ? size : 1);
    if (memory == nullptr) return Errno::NOMEM;
    IoBufferVector made;
    made.buffers_ = static_cast<IoBuffer*>(memory);
    made.count_ = buffers.size();
    std::uninitialized_move(buffers.begin(), buffers.end(), made.buffers_);
    return made;
}

const abi::iovec* IoBufferVector::vector() noexcept {
    auto* const vector = reinterpret_cast<abi::iovec*>(buffers_ + count_);
    for (usize i = 0; i < count_; ++i) vector[i] = {buffers_[i].bytes().data(), buffers_[i].size()};
    return vector;
}

void IoBufferVector::release() noexcept {
    std::destroy_n(buffers_, count_);
    std::free(std::exchange(buffers_, nullptr));
    count_ = 0;
}

}  // namespace wali
