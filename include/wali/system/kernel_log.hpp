// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/constants/system.hpp>
#include <wali/abi/flags.hpp>
#include <wali/core/descriptor.hpp>
#include <wali/core/duration.hpp>
#include <wali/sys/fs.hpp>
#include <wali/sys/system.hpp>

WALI_EXPORT namespace wali {
using abi::SyslogFacility;
using abi::SyslogPriority;

/// One record of the kernel's log. The views are of the buffer that it was read into.
struct KernelLogRecord {
    SyslogPriority priority;
    SyslogFacility facility;  ///< KERN is the kernel itself; what programs write is never that
    u64 sequence;             ///< one more for each record, so that a gap shows
    Duration time;            ///< since the machine has started, on a clock near to that of MonotonicClock
    /// Control characters, backslashes and what is no UTF-8 are written as \\xNN, as the kernel gives them.
    std::string_view text;
    /// Lines " KEY=value", such as " SUBSYSTEM=pci" and " DEVICE=+pci:0000:00:1f.0"; empty for most records.
    std::string_view fields;
};

/// The kernel's log by /dev/kmsg, record after record, for each reader all of them. Readable for Epoll when there is a
/// next one. Needs CAP_SYSLOG where kernel.dmesg_restrict is on (PERM). For one thread at a time.
class KernelLog : public Descriptor<KernelLog> {
  public:
    /// Room for the longest record.
    static constexpr usize record_size_max = 8192;

    KernelLog() noexcept = default;

    /// openat(2) of /dev/kmsg, tier spec: at the oldest record. Errors: NOENT (no such device here), PERM, ACCES.
    static result<KernelLog> open() noexcept;

    /// read(2), tier spec: the next record; waits for it, or is AGAIN after set_non_blocking(true). Errors: INTR, PIPE
    /// (records were overwritten before they were read: the next call goes on behind them), INVAL (the buffer is too
    /// small), BADMSG (it is no record).
    result<KernelLogRecord> read(std::span<char> buffer WALI_LIFETIMEBOUND) const noexcept;

    /// lseek(2), tier spec: goes to the oldest record, behind the newest one, or behind those that were hidden by
    /// dmesg's --clear.
    result<void> seek_begin() const noexcept { return seek(abi::Whence::SET); }
    result<void> seek_end() const noexcept { return seek(abi::Whence::END); }
    result<void> seek_cleared() const noexcept { return seek(abi::Whence::DATA); }

  private:
    result<void> seek(abi::Whence where) const noexcept {
        return to_result<void>(Call::lseek, sys::lseek(fd().raw(), 0, abi::bits(where)));
    }
};
}  // namespace wali

WALI_EXPORT namespace wali::system {
/// openat(2) of /dev/kmsg and write(2), tier spec: writes a record of at most about 1000 bytes (else INVAL) to the
/// kernel's log, where it is also when no daemon keeps one. The facility is not KERN, which becomes USER. Errors:
/// ACCES.
result<void> write_kernel_log(SyslogPriority priority, SyslogFacility facility, std::string_view text) noexcept;

/// syslog(2) SYSLOG_ACTION_SIZE_BUFFER, tier named: the size of the kernel's log, in bytes. PERM as KernelLog.
inline result<usize> kernel_log_size() noexcept {
    return to_result<usize>(Call::syslog, sys::syslog(abi::bits(abi::SyslogAction::SIZE_BUFFER), nullptr, 0));
}
/// syslog(2) SYSLOG_ACTION_READ_ALL, tier named: the newest records that fit into the buffer, as the lines that
/// dmesg(1)
/// --raw prints: "<6>[    0.000000] Linux version ...". PERM as KernelLog.
inline result<std::string_view> read_kernel_log(std::span<char> buffer WALI_LIFETIMEBOUND) noexcept {
    constexpr usize most = 0x7fffffff;
    const long raw = sys::syslog(abi::bits(abi::SyslogAction::READ_ALL), buffer.data(),
                                 static_cast<int>(buffer.size() < most ? buffer.size() : most));
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::syslog, raw);
    return std::string_view(buffer.data(), static_cast<usize>(raw));
}

}  // namespace wali::system
