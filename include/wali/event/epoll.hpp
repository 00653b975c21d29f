// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <ratio>
#include <span>
#include <utility>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/event.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/signal.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/id.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
using abi::EpollEvents;

/// Which registration an event belongs to: a number that the program chose and a serial, which is used again only after
/// 2^32 registrations. An event
/// that was fetched before its registration ended, or that comes from a descriptor which a child process keeps open,
/// has the key of nothing that is alive. It is a number, not an address: at the worst it is unknown, it never dangles.
class EpollKey {
  public:
    constexpr EpollKey() noexcept = default;
    /// The number that the program chose.
    constexpr u32 index() const noexcept { return index_; }
    /// Whether both are of the same registration.
    constexpr bool operator==(const EpollKey&) const noexcept = default;

  private:
    friend class Epoll;
    friend class EpollEvent;
    constexpr EpollKey(u32 index, u32 serial) noexcept : index_(index), serial_(serial) {}

    u32 index_ = 0;
    u32 serial_ = 0;
};

template <class T>
class EpollRegistration;

/// One event of an epoll instance: what a descriptor is ready for, and whose. Exactly the kernel's struct epoll_event
/// (12 bytes, packed), so an array of these crosses without a copy.
class EpollEvent : private abi::epoll_event {
  public:
    constexpr EpollEvent() noexcept : epoll_event{0, 0} {}

    /// What the descriptor is ready for.
    constexpr EpollEvents ready() const noexcept { return static_cast<EpollEvents>(events); }
    /// Whether at least one of `wanted` is ready.
    constexpr bool has(EpollEvents wanted) const noexcept { return intersects(ready(), wanted); }

    /// Whose event it is.
    constexpr EpollKey key() const noexcept { return {static_cast<u32>(data), static_cast<u32>(data >> 32)}; }
    /// The number that the program gave to Epoll::add. Compare the key, too, if the number is used again.
    constexpr u32 index() const noexcept { return key().index(); }
    /// Whether the event belongs to this registration.
    template <class T>
    bool is_for(const EpollRegistration<T>& registration) const noexcept;

  private:
    friend class Epoll;
    constexpr EpollEvent(EpollEvents wanted, EpollKey key) noexcept
        : epoll_event{abi::bits(wanted), key.index_ | u64{key.serial_} << 32} {}
};
static_assert(sizeof(EpollEvent) == sizeof(abi::epoll_event));

/// An epoll instance: waits for many descriptors at once. See epoll(7). Threads may share an Epoll: add, modify and
/// wait may run at the same time. Its registrations must not outlive it: in a class, declare it before
/// them. A forked child shares the instance: events
/// that the parent asked for come to whoever waits first, so let the child make its own.
class Epoll : public Descriptor<Epoll> {
  public:
    Epoll() noexcept = default;

    /// epoll_create1(2), tier spec, close-on-exec. Errors: MFILE, NFILE, NOMEM.
    static result<Epoll> create() noexcept {
        return to_descriptor<Epoll>(Call::epoll_create1, sys::epoll_create1(abi::bits(abi::EpollFlags::CLOEXEC)));
    }

    /// epoll_ctl(2) EPOLL_CTL_ADD and getpid(2), tier spec: watches a descriptor for `events`, as long as the returned
    /// registration lives. It owns what is watched: a Socket, a File, a type of the program's own that converts to
    /// BorrowedFd; or it borrows, given a BorrowedFd that stays open for as long. `index` comes back with each event,
    /// to find what belongs to it. ERR and HUP are always watched. Errors: EXIST (already added), PERM (a regular file,
    /// which is always ready), NOSPC; then the descriptor is closed if it was given away.
    template <class T>
        requires std::convertible_to<const T&, BorrowedFd>
    result<EpollRegistration<T>> add(T descriptor, EpollEvents events, u32 index = 0) const noexcept WALI_LIFETIMEBOUND;

    /// epoll_pwait(2), tier spec: waits until a descriptor is ready or a signal handler has run (Errno::INTR, never
    /// retried here). While waiting, the thread's signal mask is `mask`, if given. Returns the filled part of `events`,
    /// of which there must be one at least (INVAL).
    result<std::span<EpollEvent>> wait(std::span<EpollEvent> events WALI_LIFETIMEBOUND,
                                       const SignalSet* mask = nullptr) const noexcept {
        return wait_milliseconds(events, -1, mask);
    }

    /// The same until `timeout` has passed; then it returns no events. 0 and less do not wait, the longest duration of
    /// its type, such as forever(), waits without end. With a timeout in milliseconds, or in a longer unit, this is
    /// epoll_pwait(2), tier spec, and waits 24.8 days at most; for a finer unit epoll_pwait2(2), tier named,
    /// Linux 5.11, and rounds up to milliseconds where that is missing, or refused by a container that does not know it
    /// (EPERM).
    template <class Rep, class Period>
    result<std::span<EpollEvent>> wait(std::span<EpollEvent> events WALI_LIFETIMEBOUND,
                                       std::chrono::duration<Rep, Period> timeout,
                                       const SignalSet* mask = nullptr) const noexcept {
        if (Timeout(timeout) == forever()) return wait(events, mask);
        if constexpr (!std::ratio_greater_equal_v<Period, std::milli>) {
            const abi::timespec time = to_timespec(timeout);
            const long raw = sys::epoll_pwait2(fd().raw(), out(events), static_cast<int>(events.size()), &time,
                                               mask ? mask->raw() : nullptr, sizeof(abi::sigset_t));
            const bool missing = raw == -static_cast<long>(Errno::NOSYS) || raw == -static_cast<long>(Errno::PERM);
            if (!missing) return filled(Call::epoll_pwait2, events, raw);
        }
        return wait_milliseconds(events, to_milliseconds(timeout), mask);
    }

    /// The same until a point in time.
    result<std::span<EpollEvent>> wait_until(std::span<EpollEvent> events WALI_LIFETIMEBOUND, Deadline deadline,
                                             const SignalSet* mask = nullptr) const noexcept {
        return wait(events, deadline.remaining(), mask);
    }

  private:
    template <class T>
    friend class EpollRegistration;

    /// Serial numbers are the process's, not the instance's: they stay different when an instance takes another's
    /// place.
    static u32 next_serial() noexcept {
        static constinit u32 last = 0;
        return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    }

    static result<void> control(int epoll, abi::EpollOperation operation, int fd, EpollEvents events = {},
                                EpollKey key = {}) noexcept {
        EpollEvent event(events, key);
        return to_result<void>(Call::epoll_ctl, sys::epoll_ctl(epoll, abi::bits(operation), fd, &event));
    }

    static abi::epoll_event* out(std::span<EpollEvent> events) noexcept {
        return reinterpret_cast<abi::epoll_event*>(events.data());
    }

    static result<std::span<EpollEvent>> filled(Call call, std::span<EpollEvent> events, long raw) noexcept {
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(call, raw);
        return events.first(static_cast<usize>(raw));
    }

    result<std::span<EpollEvent>> wait_milliseconds(std::span<EpollEvent> events, int timeout,
                                                    const SignalSet* mask) const noexcept {
        return filled(Call::epoll_pwait, events,
                      sys::epoll_pwait(fd().raw(), out(events), static_cast<int>(events.size()), timeout,
                                       mask ? mask->raw() : nullptr, sizeof(abi::sigset_t)));
    }
};

/// A descriptor that an Epoll watches, and the watch: made by Epoll::add, ended together. `->` and `*` reach the
/// descriptor. Move-only. In a forked child the end of its copy leaves the parent's watch alone.
template <class T>
class [[nodiscard]] EpollRegistration {
  public:
    EpollRegistration() noexcept = default;
    EpollRegistration(EpollRegistration&& other) noexcept
        : descriptor_(std::move(other.descriptor_)),
          epoll_(std::exchange(other.epoll_, -1)),
          key_(other.key_),
          process_(other.process_) {}
    EpollRegistration& operator=(EpollRegistration&& other) noexcept {
        if (this != &other) {
            end();
            descriptor_ = std::move(other.descriptor_);
            epoll_ = std::exchange(other.epoll_, -1);
            key_ = other.key_;
            process_ = other.process_;
        }
        return *this;
    }
    EpollRegistration(const EpollRegistration&) = delete;
    EpollRegistration& operator=(const EpollRegistration&) = delete;
    ~EpollRegistration() { end(); }

    /// Whether there is a watch.
    explicit operator bool() const noexcept { return epoll_ >= 0; }
    /// The descriptor that is watched. It cannot be closed or moved away here: that would leave the watch behind.
    const T& operator*() const noexcept WALI_LIFETIMEBOUND { return descriptor_; }
    /// Its members: `registration->receive(buffer)`.
    const T* operator->() const noexcept WALI_LIFETIMEBOUND { return &descriptor_; }
    /// A view of the descriptor that must not outlive this.
    operator BorrowedFd() const noexcept WALI_LIFETIMEBOUND { return descriptor_; }

    /// What its events carry.
    EpollKey key() const noexcept { return key_; }

    /// epoll_ctl(2) EPOLL_CTL_MOD, tier spec: watches for other events; arms a ONESHOT watch again.
    result<void> modify(EpollEvents events) const noexcept {
        return Epoll::control(epoll_, abi::EpollOperation::CTL_MOD, raw(), events, key_);
    }

    /// Ends the watch and gives the descriptor back: getpid(2) and epoll_ctl(2) EPOLL_CTL_DEL, tier spec.
    T into_inner() && noexcept {
        end();
        return std::move(descriptor_);
    }

  private:
    friend class Epoll;
    EpollRegistration(T descriptor, int epoll, EpollKey key, i32 process) noexcept
        : descriptor_(std::move(descriptor)), epoll_(epoll), key_(key), process_(process) {}

    int raw() const noexcept { return static_cast<BorrowedFd>(descriptor_).raw(); }

    // The kernel watches the open file, not the number: were it only closed, a duplicate (in a child, say) would keep
    // the watch alive.
    void end() noexcept {
        if (epoll_ < 0) return;
        const int epoll = std::exchange(epoll_, -1);
        if (sys::getpid() == process_) (void)Epoll::control(epoll, abi::EpollOperation::CTL_DEL, raw());
    }

    T descriptor_;
    int epoll_ = -1;
    EpollKey key_;
    i32 process_ = 0;
};

template <class T>
    requires std::convertible_to<const T&, BorrowedFd>
result<EpollRegistration<T>> Epoll::add(T descriptor, EpollEvents events, u32 index) const noexcept {
    const EpollKey key(index, next_serial());
    const auto added =
        control(fd().raw(), abi::EpollOperation::CTL_ADD, static_cast<BorrowedFd>(descriptor).raw(), events, key);
    if (added.has_error()) [[unlikely]]
        return added.assume_error();
    return EpollRegistration<T>(std::move(descriptor), fd().raw(), key, static_cast<i32>(sys::getpid()));
}

template <class T>
bool EpollEvent::is_for(const EpollRegistration<T>& registration) const noexcept {
    return key() == registration.key();
}

}  // namespace wali
