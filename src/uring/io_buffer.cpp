// SPDX-License-Identifier: BSL-1.0
#include <wali/uring/io_buffer.hpp>

#include <cstdlib>
#include <cstring>

namespace wali {

result<IoBuffer> IoBuffer::allocate(usize size) noexcept {
    constexpr usize page = 4096;
    if (size > ~usize{0} / 2) return Errno::NOMEM;
    const usize whole_pages = (size + page - 1) / page * page;
    IoBuffer buffer;
    void* const memory = size < page ? std::malloc(size != 0 ? size : 1) : std::aligned_alloc(page, whole_pages);
    if (memory == nullptr) return Errno::NOMEM;
    buffer.memory_ = static_cast<std::byte*>(memory);
    buffer.capacity_ = buffer.size_ = size;
    return buffer;
}

result<IoBuffer> IoBuffer::copy_of(ConstBytes bytes) noexcept {
    result<IoBuffer> buffer = allocate(bytes.size());
    if (buffer && !bytes.empty()) std::memcpy(buffer.assume_value().memory_, bytes.data(), bytes.size());
    return buffer;
}

void IoBuffer::release() noexcept {
    std::free(std::exchange(memory_, nullptr));
    capacity_ = begin_ = size_ = 0;
    registration_ = 0;
}

}  // namespace wali
