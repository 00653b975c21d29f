// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/id.hpp>
#include <wali/core/lifetime.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
/// An object of IPC that others find by its name, key or number, which this removes: who has made the object owns this,
/// and at its end nobody finds the object any more. Those who have opened a MessageQueue or SharedMemory go on with it;
/// a SysvMessageQueue and SysvSemaphores are gone at once, for all (IDRM). So:
///
/// | made or opened by | removed |
/// |---|---|
/// | `create()`, `publish()` | when the IpcOwner ends; never if keep() was called, or the process was killed |
/// | `open()` | never |
/// | `Object::remove()` | at once |
///
/// What somebody else has put under the name meanwhile stays. Move-only. The end of a copy in a forked child removes
/// nothing; but process 1 of a PID namespace must end none that process 1 of the one above has made, as both have the
/// same number.
template <class Object>
class [[nodiscard]] IpcOwner {
  public:
    /// By what others find the object.
    using Name = typename Object::Name;  // NOLINT(readability-redundant-typename): Clang 14 needs it

    /// Of nothing.
    IpcOwner() noexcept = default;
    /// Takes over what this process has made, and removes it under this name: see getpid(2), tier spec.
    IpcOwner(Object object, const Name& name) noexcept
        : object_(std::move(object)), name_(name), process_(static_cast<i32>(sys::getpid())) {}

    IpcOwner(IpcOwner&& other) noexcept
        : object_(std::move(other.object_)), name_(other.name_), process_(std::exchange(other.process_, 0)) {}
    IpcOwner& operator=(IpcOwner&& other) noexcept {
        if (this != &other) {
            remove();
            object_ = std::move(other.object_);
            name_ = other.name_;
            process_ = std::exchange(other.process_, 0);
        }
        return *this;
    }
    IpcOwner(const IpcOwner&) = delete;
    IpcOwner& operator=(const IpcOwner&) = delete;
    ~IpcOwner() { remove(); }

    /// The object.
    const Object& operator*() const noexcept WALI_LIFETIMEBOUND { return object_; }
    /// Its members: `queue->send("job")`.
    const Object* operator->() const noexcept WALI_LIFETIMEBOUND { return &object_; }
    /// By what it is found.
    const Name& name() const noexcept WALI_LIFETIMEBOUND { return name_; }

    /// Gives the object away and leaves its name, which somebody else removes.
    Object keep() && noexcept {
        process_ = 0;
        return std::move(object_);
    }

  private:
    void remove() noexcept {
        const i32 process = std::exchange(process_, 0);
        if (process == 0 || sys::getpid() != process) return;
        if constexpr (requires { object_.has_name(name_); }) {  // the kernel gives no id twice
            const result<bool> ours = object_.has_name(name_);
            // After other errors than NOENT, a queue has its name yet, and memory cannot be removed either.
            if (ours.has_value() ? !ours.assume_value() : ours.assume_error() == Errno::NOENT) return;
        }
        (void)Object::remove(name_);
    }

    Object object_;
    Name name_{};
    i32 process_ = 0;  // who has made it; 0 if there is nothing to remove
};

}  // namespace wali
