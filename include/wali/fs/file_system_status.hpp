// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::FsMagic;
using abi::StatfsFlags;

/// What statfs(2) tells about a file system.
///
///     WALI_TRY(const auto status, wali::fs::file_system_status("/var"));
///     if (status.available() < needed) ...
class FileSystemStatus {
  public:
    /// Wraps what the raw call has filled in.
    explicit FileSystemStatus(const abi::statfs& raw) noexcept : raw_(raw) {}

    /// Which kind it is: EXT4, TMPFS, ...
    FsMagic type() const noexcept { return static_cast<FsMagic>(raw_.f_type); }
    /// Bytes in all, bytes that are free, and of these what a user without privileges may take.
    u64 capacity() const noexcept { return raw_.f_blocks * block_size(); }
    u64 free() const noexcept { return raw_.f_bfree * block_size(); }
    u64 available() const noexcept { return raw_.f_bavail * block_size(); }
    /// The unit in which space is given out, in bytes.
    u64 block_size() const noexcept { return static_cast<u64>(raw_.f_frsize != 0 ? raw_.f_frsize : raw_.f_bsize); }
    /// How many files it can have, and how many more; 0 where it does not count them.
    u64 files() const noexcept { return raw_.f_files; }
    u64 free_files() const noexcept { return raw_.f_ffree; }
    /// The longest name of a file, in bytes.
    u64 longest_name() const noexcept { return static_cast<u64>(raw_.f_namelen); }
    /// How it is mounted: RDONLY, NOEXEC, ...
    StatfsFlags flags() const noexcept { return static_cast<StatfsFlags>(raw_.f_flags); }

    /// The kernel's structure.
    const abi::statfs& raw() const noexcept { return raw_; }

  private:
    abi::statfs raw_;
};

namespace fs {
/// statfs(2) and fstatfs(2), tier spec: of the file system that the file is on. EINTR comes back.
inline result<FileSystemStatus> file_system_status(PathView path) noexcept {
    return path.with_c_str([](const char* text) noexcept -> result<FileSystemStatus> {
        abi::statfs status{};
        const long raw = sys::statfs(text, &status);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::statfs, raw);
        return FileSystemStatus(status);
    });
}
inline result<FileSystemStatus> file_system_status(BorrowedFd file) noexcept {
    abi::statfs status{};
    const long raw = sys::fstatfs(file.raw(), &status);
    if (is_error(raw)) [[unlikely]]
        return Error::of_raw(Call::fstatfs, raw);
    return FileSystemStatus(status);
}
}  // namespace fs

}  // namespace wali
