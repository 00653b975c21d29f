// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/process.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/process.hpp>
#include <wali/core/duration.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/process.hpp>

WALI_EXPORT namespace wali {
/// What a process, its children or a thread have used: the kernel's struct rusage, with units.
class ResourceUsage {
  public:
    constexpr ResourceUsage() noexcept = default;

    /// Processor time in the program itself, and in the kernel for it.
    constexpr Duration user_time() const noexcept { return time(raw_.ru_utime); }
    constexpr Duration system_time() const noexcept { return time(raw_.ru_stime); }
    /// The most memory that was resident at once, in bytes. Of children, that of the largest.
    constexpr u64 max_resident() const noexcept { return static_cast<u64>(raw_.ru_maxrss) * 1024; }
    /// Page faults that took no input, and that took some.
    constexpr u64 minor_faults() const noexcept { return static_cast<u64>(raw_.ru_minflt); }
    constexpr u64 major_faults() const noexcept { return static_cast<u64>(raw_.ru_majflt); }
    /// How often it waited for something, and how often the processor was taken from it.
    constexpr u64 voluntary_switches() const noexcept { return static_cast<u64>(raw_.ru_nvcsw); }
    constexpr u64 involuntary_switches() const noexcept { return static_cast<u64>(raw_.ru_nivcsw); }
    /// Blocks of 512 bytes that were read from and written to devices.
    constexpr u64 blocks_read() const noexcept { return static_cast<u64>(raw_.ru_inblock); }
    constexpr u64 blocks_written() const noexcept { return static_cast<u64>(raw_.ru_oublock); }

    /// The kernel's structure.
    constexpr const abi::rusage& raw() const noexcept { return raw_; }
    /// For the raw calls that fill it in.
    abi::rusage* out() noexcept { return &raw_; }

  private:
    static constexpr Duration time(const abi::timeval& time) noexcept {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    }

    abi::rusage raw_{};
};
}  // namespace wali

WALI_EXPORT namespace wali::process {
namespace detail {
inline ResourceUsage usage_of(abi::RusageWho who) noexcept {
    ResourceUsage usage;
    sys::getrusage(abi::bits(who), usage.out());
    return usage;
}
}  // namespace detail

/// getrusage(2), tier spec: of this process, of its children that were waited for (and theirs), and of the calling
/// thread. Cannot fail. Async-signal-safe.
inline ResourceUsage resource_usage() noexcept { return detail::usage_of(abi::RusageWho::SELF); }
inline ResourceUsage children_resource_usage() noexcept { return detail::usage_of(abi::RusageWho::CHILDREN); }
inline ResourceUsage thread_resource_usage() noexcept { return detail::usage_of(abi::RusageWho::THREAD); }

}  // namespace wali::process
