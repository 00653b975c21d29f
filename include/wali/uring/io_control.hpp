// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/result.hpp>
#include <wali/net/control_message.hpp>

WALI_EXPORT namespace wali {
/// Room for the control messages that IoUring::receive_message receives. One owner has it, as with IoBuffer: the
/// program, or the operation that it was moved into. Descriptors among the messages that nobody takes are closed with
/// it. Move-only; one thread at a time.
class IoControl {
  public:
    /// No room.
    IoControl() noexcept = default;
    /// Allocates room for so many bytes: control_space(), descriptor_space(). Errors: NOMEM.
    static result<IoControl> allocate(usize room) noexcept;

    IoControl(IoControl&& other) noexcept : room_(std::exchange(other.room_, nullptr)) {}
    IoControl& operator=(IoControl&& other) noexcept {
        if (this != &other) {
            release();
            room_ = std::exchange(other.room_, nullptr);
        }
        return *this;
    }
    IoControl(const IoControl&) = delete;
    IoControl& operator=(const IoControl&) = delete;
    ~IoControl() { release(); }

    /// Whether there is room.
    explicit operator bool() const noexcept { return room_ != nullptr; }
    /// What was received. There must be room: it traps otherwise.
    IncomingControl& received() noexcept WALI_LIFETIMEBOUND;

  private:
    struct Room;
    void release() noexcept;

    Room* room_ = nullptr;
};

}  // namespace wali
