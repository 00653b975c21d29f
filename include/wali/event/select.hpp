// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <bit>
#include <span>

#include <wali/abi/constants/errno.hpp>
#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/event.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/deadline.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/signal_set.hpp>
#include <wali/sys/event.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
/// A set of descriptors as select(2) takes it, a bit for each number, in words of the caller's: as many as the program
/// needs, where the C library's fd_set ends at FD_SETSIZE and is overrun by what is above. It views the words.
class WALI_VIEW DescriptorSet {
  public:
    /// No descriptors, and no room for any.
    constexpr DescriptorSet() noexcept = default;
    /// Takes the words as they are: zeros are an empty set.
    explicit constexpr DescriptorSet(std::span<u64> words WALI_LIFETIMEBOUND) noexcept : words_(words) {}

    /// How many words descriptors below `count` need.
    static constexpr usize words_for(usize count) noexcept { return (count + 63) / 64; }

    /// Adds a descriptor. Errors: BADF for an empty one, INVAL where it has no room in the words.
    constexpr result<void> add(BorrowedFd descriptor) noexcept {
        if (descriptor.raw() < 0) return Errno::BADF;
        if (word_of(descriptor) >= words_.size()) return Errno::INVAL;
        words_[word_of(descriptor)] |= bit_of(descriptor);
        return success();
    }
    /// Takes a descriptor out, if it is in the set.
    constexpr void remove(BorrowedFd descriptor) noexcept {
        if (word_of(descriptor) < words_.size()) words_[word_of(descriptor)] &= ~bit_of(descriptor);
    }
    /// Whether a descriptor is in the set.
    constexpr bool contains(BorrowedFd descriptor) const noexcept {
        return word_of(descriptor) < words_.size() && (words_[word_of(descriptor)] & bit_of(descriptor)) != 0;
    }
    /// Takes all out.
    constexpr void clear() noexcept { std::ranges::fill(words_, u64{0}); }

    /// One more than the highest number in the set; 0 for an empty one.
    constexpr usize end() const noexcept {
        for (usize i = words_.size(); i > 0; --i)
            if (words_[i - 1] != 0) return i * 64 - static_cast<usize>(std::countl_zero(words_[i - 1]));
        return 0;
    }
    /// For the raw calls; no address for a set without room.
    constexpr std::span<u64> words() const noexcept { return words_; }

  private:
    // Of an empty descriptor, -1, a word that no set has.
    static constexpr usize word_of(BorrowedFd descriptor) noexcept { return static_cast<u32>(descriptor.raw()) / 64; }
    static constexpr u64 bit_of(BorrowedFd descriptor) noexcept {
        return u64{1} << (static_cast<u32>(descriptor.raw()) % 64);
    }

    std::span<u64> words_;
};

/// What select waits for. Sets that are left out have no descriptors.
struct SelectSets {
    DescriptorSet readable{};     ///< ready to be read
    DescriptorSet writable{};     ///< ready to be written
    DescriptorSet exceptional{};  ///< with an exceptional condition, such as urgent data
};
}  // namespace wali

WALI_EXPORT namespace wali::event {
namespace detail {
inline result<usize> pselect6(const SelectSets& sets, abi::timespec* timeout, const SignalSet* mask) noexcept {
    const usize end = std::max({sets.readable.end(), sets.writable.end(), sets.exceptional.end()});
    const auto words_of = [&](const DescriptorSet& set) noexcept {
        return set.words().empty() ? nullptr : reinterpret_cast<abi::fd_set*>(set.words().data());
    };
    // The kernel reads and writes that many words of each.
    for (const DescriptorSet& set : {sets.readable, sets.writable, sets.exceptional})
        if (!set.words().empty() && set.words().size() < DescriptorSet::words_for(end))
            return Error(Errno::INVAL, Call::pselect6);
    // It passes over what is above the process's table, and leaves it in the sets. The table reaches to the highest
    // number that is open, and to 64 at least.
    if (end > 64) {
        const long raw = sys::fcntl(static_cast<int>(end - 1), abi::bits(abi::FcntlCommand::GETFD), 0);
        if (is_error(raw)) return Error::of_raw(Call::fcntl, raw);
    }
    abi::pselect6_sigmask signals{};
    if (mask != nullptr) {
        signals.ss = reinterpret_cast<decltype(signals.ss)>(const_cast<abi::sigset_t*>(mask->raw()));
        signals.ss_len = sizeof(abi::sigset_t);
    }
    return to_result<usize>(Call::pselect6,
                            sys::pselect6(static_cast<int>(end), words_of(sets.readable), words_of(sets.writable),
                                          words_of(sets.exceptional), timeout, mask != nullptr ? &signals : nullptr));
}
}  // namespace detail

/// select(2), as pselect6, and fcntl(2) above descriptor 63, tier spec, for sets of any size: waits until a descriptor
/// is ready or a signal handler has run (Errno::INTR, never retried here). Leaves in the sets what is ready, and
/// returns how many that are, each counted in each set. While waiting, the thread's signal mask is `mask`, if there is
/// one. After an error the sets are as they were. For programs that think in sets; event::poll costs what it waits for,
/// and this what the highest number is. Errors: BADF (a descriptor that is not open), INTR, INVAL (a set with fewer
/// words than another one needs).
inline result<usize> select(const SelectSets& sets, const SignalSet* mask) noexcept {
    return detail::pselect6(sets, nullptr, mask);
}
inline result<usize> select(const SelectSets& sets) noexcept { return select(sets, nullptr); }

/// select(2) and fcntl(2), tier spec: the same until `timeout` has passed; then the sets are empty. 0 and less do not
/// wait, forever() waits without end.
inline result<usize> select(const SelectSets& sets, Timeout timeout, const SignalSet* mask) noexcept {
    if (timeout == forever()) return select(sets, mask);
    abi::timespec time = to_timespec(timeout);
    return detail::pselect6(sets, &time, mask);
}
inline result<usize> select(const SelectSets& sets, Timeout timeout) noexcept { return select(sets, timeout, nullptr); }

/// select(2), tier spec: the same until a point in time.
inline result<usize> select_until(const SelectSets& sets, Deadline deadline, const SignalSet* mask) noexcept {
    return select(sets, deadline.remaining(), mask);
}
inline result<usize> select_until(const SelectSets& sets, Deadline deadline) noexcept {
    return select_until(sets, deadline, nullptr);
}

}  // namespace wali::event
