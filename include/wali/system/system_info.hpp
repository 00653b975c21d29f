// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/system.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/system.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/system.hpp>

WALI_EXPORT namespace wali {
/// How many processes wanted to run or waited for a disk, on average over the last minutes.
struct LoadAverage {
    double one_minute;
    double five_minutes;
    double fifteen_minutes;
};

/// How much memory there is, how busy the system is and how long it has been up: a snapshot, in bytes. It is the whole
/// machine's: the limits of a container are those of its cgroup.
class SystemInfo : private abi::sysinfo {
  public:
    /// All zero; system::info() fills it in.
    constexpr SystemInfo() noexcept : sysinfo{} {}

    /// Since the start of the system, time asleep included, to the second.
    constexpr Duration uptime() const noexcept { return std::chrono::seconds(sysinfo::uptime); }
    /// Over the last 1, 5 and 15 minutes.
    constexpr LoadAverage load() const noexcept { return {load_at(0), load_at(1), load_at(2)}; }
    /// What the kernel can use.
    constexpr u64 total_memory() const noexcept { return bytes(totalram); }
    /// What nobody uses. What the kernel would give back if asked, such as its cache of files, is not in it:
    /// MemAvailable of /proc/meminfo is the better guess at what a program can still have.
    constexpr u64 free_memory() const noexcept { return bytes(freeram); }
    /// In tmpfs and in shared memory.
    constexpr u64 shared_memory() const noexcept { return bytes(sharedram); }
    /// Buffers of block devices.
    constexpr u64 buffer_memory() const noexcept { return bytes(bufferram); }
    /// Swap space.
    constexpr u64 total_swap() const noexcept { return bytes(totalswap); }
    constexpr u64 free_swap() const noexcept { return bytes(freeswap); }
    /// How many threads there are; the kernel counts them in 16 bits.
    constexpr u32 threads() const noexcept { return procs; }

    /// For the raw call.
    abi::sysinfo* out() noexcept { return this; }

  private:
    constexpr u64 bytes(u64 units) const noexcept { return units * mem_unit; }
    constexpr double load_at(usize index) const noexcept {
        return static_cast<double>(loads[index]) / (1U << abi::bits(abi::LoadAverage::SHIFT));
    }
};
}  // namespace wali

WALI_EXPORT namespace wali::system {
/// sysinfo(2), tier spec. Does not fail. Async-signal-safe.
inline result<SystemInfo> info() noexcept {
    SystemInfo info;
    const long raw = sys::sysinfo(info.out());
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::sysinfo, raw);
    return info;
}

}  // namespace wali::system
