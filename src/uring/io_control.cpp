// SPDX-License-Identifier: BSL-1.0
#include <wali/uring/io_control.hpp>

#include <cstdlib>
#include <memory>

namespace wali {

// The bytes lie behind it.
struct alignas(abi::cmsghdr) IoControl::Room final : IncomingControl {
    explicit Room(usize size) noexcept : IncomingControl(reinterpret_cast<std::byte*>(this + 1), size) {}
};

result<IoControl> IoControl::allocate(usize room) noexcept {
    if (room > ~usize{0} / 2) return Errno::NOMEM;
    void* const memory = std::malloc(sizeof(Room) + room);
    if (memory == nullptr) return Errno::NOMEM;
    IoControl made;
    made.room_ = std::construct_at(static_cast<Room*>(memory), room);
    return made;
}

IncomingControl& IoControl::received() noexcept {
    if (room_ == nullptr) [[unlikely]]
        __builtin_trap();
    return *room_;
}

void IoControl::release() noexcept {
    if (room_ == nullptr) return;
    std::destroy_at(room_);
    std::free(std::exchange(room_, nullptr));
}

}  // namespace wali
