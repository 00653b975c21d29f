// SPDX-License-Identifier: BSL-1.0
#include <wali/thread/parking_lot.hpp>

#include <array>
#include <cstdint>
#include <mutex>

#include <wali/abi/constants/errno.hpp>
#include <wali/thread/futex.hpp>
#include <wali/thread/futex_mutex.hpp>

namespace wali::thread {
namespace {

constexpr FutexOptions of_process{.scope = FutexScope::PRIVATE};

// A parked thread, on its stack for as long as it is in a queue or somebody wakes it.
struct Waiter {
    const void* address;
    Waiter* next = nullptr;
    FutexWord unparked = 0;
};

// Threads whose addresses fall into the same one, the oldest first.
struct alignas(64) Queue {
    FutexMutex mutex;
    Waiter* first = nullptr;

    void append(Waiter& waiter) noexcept {
        Waiter** end = &first;
        while (*end != nullptr) end = &(*end)->next;
        *end = &waiter;
    }

    // Takes the first out that `wanted` is true of; nullptr if there is none.
    template <class Wanted>
    Waiter* take(Wanted wanted) noexcept {
        for (Waiter** at = &first; *at != nullptr; at = &(*at)->next) {
            Waiter* const found = *at;
            if (!wanted(*found)) continue;
            *at = found->next;
            return found;
        }
        return nullptr;
    }
};

constinit std::array<Queue, 256> queues;

Queue& queue_of(const void* address) noexcept {
    const u64 mixed = u64{reinterpret_cast<std::uintptr_t>(address)} * 0x9e37'79b9'7f4a'7c15;
    return queues[mixed >> 56];
}

// The waiter's stack may be gone as soon as it sees the word, so waking only uses the word's address.
void wake(Waiter& waiter) noexcept {
    FutexWord& word = waiter.unparked;
    word.store(1, std::memory_order_release);
    (void)futex_wake(word, 1, of_process);
}

}  // namespace

namespace detail {

Parked park(const void* address, Validate validate, Prepare before_sleep, void* context, Deadline deadline) noexcept {
    Queue& queue = queue_of(address);
    Waiter self{address};
    {
        const std::lock_guard lock(queue.mutex);
        if (!validate(context)) return Parked::NOT_VALID;
        queue.append(self);
    }
    before_sleep(context);
    while (self.unparked.load(std::memory_order_acquire) == 0) {
        const auto woken = futex_wait_until(self.unparked, 0, deadline, of_process);
        if (woken.has_value() || woken.assume_error() != Errno::TIMEDOUT) continue;
        const std::lock_guard lock(queue.mutex);
        if (queue.take([&](const Waiter& waiter) { return &waiter == &self; }) != nullptr) return Parked::TIMED_OUT;
        deadline = Deadline::never();  // somebody has taken it out, and wakes it now
    }
    return Parked::UNPARKED;
}

}  // namespace detail

bool unpark_one(const void* address) noexcept {
    Queue& queue = queue_of(address);
    queue.mutex.lock();
    Waiter* const waiter = queue.take([&](const Waiter& other) { return other.address == address; });
    queue.mutex.unlock();
    if (waiter != nullptr) wake(*waiter);
    return waiter != nullptr;
}

usize unpark_all(const void* address) noexcept {
    Queue& queue = queue_of(address);
    Waiter* taken = nullptr;
    Waiter** end = &taken;
    {
        const std::lock_guard lock(queue.mutex);
        while (Waiter* const waiter = queue.take([&](const Waiter& other) { return other.address == address; })) {
            waiter->next = nullptr;
            *end = waiter;
            end = &waiter->next;
        }
    }
    usize count = 0;
    while (taken != nullptr) {
        Waiter& waiter = *taken;
        taken = waiter.next;  // before it is woken and gone
        wake(waiter);
        ++count;
    }
    return count;
}

}  // namespace wali::thread
