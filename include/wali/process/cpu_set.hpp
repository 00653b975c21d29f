// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>

#include <wali/abi/structs/sched.hpp>
#include <wali/core/id.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/sched.hpp>

WALI_EXPORT namespace wali {
/// A set of processors, by number: cpuset(7), CPU_SET(3). A value of 128 bytes, for 1024 processors.
class CpuSet {
  public:
    /// No processor.
    constexpr CpuSet() noexcept = default;
    constexpr CpuSet(std::initializer_list<u32> processors) noexcept {
        for (const u32 processor : processors) add(processor);
    }

    /// How many processors there is room for.
    static constexpr u32 capacity() noexcept { return 1024; }

    /// Adds a processor; a number from capacity() on changes nothing.
    constexpr CpuSet& add(u32 processor) noexcept {
        if (processor < capacity()) raw_.bits[processor / 64] |= u64{1} << processor % 64;
        return *this;
    }
    /// Takes a processor out.
    constexpr CpuSet& remove(u32 processor) noexcept {
        if (processor < capacity()) raw_.bits[processor / 64] &= ~(u64{1} << processor % 64);
        return *this;
    }
    /// Whether the processor is in the set.
    constexpr bool contains(u32 processor) const noexcept {
        return processor < capacity() && (raw_.bits[processor / 64] >> processor % 64 & 1) != 0;
    }
    /// How many are in the set.
    constexpr u32 count() const noexcept {
        u32 count = 0;
        for (const u64 word : raw_.bits) count += static_cast<u32>(__builtin_popcountll(word));
        return count;
    }
    /// Whether both hold the same processors.
    constexpr bool operator==(const CpuSet& other) const noexcept {
        for (u32 i = 0; i < capacity() / 64; ++i)
            if (raw_.bits[i] != other.raw_.bits[i]) return false;
        return true;
    }

    /// For the raw calls: the set as the kernel reads it.
    const abi::cpu_set_t* raw() const noexcept { return &raw_; }
    /// For the raw calls that fill a set in.
    abi::cpu_set_t* out() noexcept { return &raw_; }

  private:
    abi::cpu_set_t raw_{};
};
}  // namespace wali

/// On which processors a thread may run, which threads and children that it starts inherit. Async-signal-safe.
WALI_EXPORT namespace wali::process {
/// sched_getaffinity(2), tier spec: where the calling thread may run. INVAL where the machine has more processors than
/// the set has room for.
inline result<CpuSet> affinity() noexcept {
    CpuSet set;
    const long raw = sys::sched_getaffinity(0, sizeof(abi::cpu_set_t), set.out());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::sched_getaffinity, raw);
    return set;
}

/// sched_setaffinity(2), tier named: where the calling thread may run from now on. INVAL if none of the processors is
/// there and allowed.
inline result<void> set_affinity(const CpuSet& set) noexcept {
    return to_result<void>(Call::sched_setaffinity, sys::sched_setaffinity(0, sizeof(abi::cpu_set_t), set.raw()));
}

/// sched_getaffinity(2), tier spec, and sched_setaffinity(2), tier named: for another thread, or for a process's first
/// one, Tid(child.id().raw()). Errors: SRCH, PERM, INVAL.
inline result<CpuSet> affinity(Tid thread) noexcept {
    CpuSet set;
    const long raw = sys::sched_getaffinity(thread.raw(), sizeof(abi::cpu_set_t), set.out());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::sched_getaffinity, raw);
    return set;
}
inline result<void> set_affinity(Tid thread, const CpuSet& set) noexcept {
    return to_result<void>(Call::sched_setaffinity,
                           sys::sched_setaffinity(thread.raw(), sizeof(abi::cpu_set_t), set.raw()));
}

}  // namespace wali::process
