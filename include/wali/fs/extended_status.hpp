// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <wali/abi/constants/fs.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/structs/fs.hpp>
#include <wali/abi/structs/time.hpp>
#include <wali/core/clock.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/id.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/file_status.hpp>
#include <wali/sys/fs.hpp>

WALI_EXPORT namespace wali {
using abi::AtFlags;
using abi::StatxAttributes;
using abi::StatxMask;

/// What statx(2) tells about a file: more than stat(2), and only what is asked for.
///
///     WALI_TRY(const auto status, file.extended_status(wali::StatxMask::BIRTH_TIME));
///     if (const auto born = status.born()) ...
///
/// A field that was neither asked for nor filled in nevertheless is 0: see has().
class ExtendedStatus {
  public:
    /// Wraps what the raw call has filled in.
    explicit ExtendedStatus(const abi::statx& raw) noexcept : raw_(raw) {}

    /// Whether the kernel has filled in all these fields.
    bool has(StatxMask fields) const noexcept { return contains(static_cast<StatxMask>(raw_.stx_mask), fields); }

    /// As those of FileStatus.
    u64 size() const noexcept { return raw_.stx_size; }
    FileType type() const noexcept { return static_cast<FileType>(raw_.stx_mode & abi::bits(FileType::MASK)); }
    Permissions permissions() const noexcept {
        return static_cast<Permissions>(raw_.stx_mode & ~abi::bits(FileType::MASK));
    }
    Uid owner() const noexcept { return Uid(raw_.stx_uid); }
    Gid group() const noexcept { return Gid(raw_.stx_gid); }
    RealtimeClock::time_point accessed() const noexcept { return time(raw_.stx_atime); }
    RealtimeClock::time_point modified() const noexcept { return time(raw_.stx_mtime); }
    RealtimeClock::time_point status_changed() const noexcept { return time(raw_.stx_ctime); }
    u32 links() const noexcept { return raw_.stx_nlink; }
    u64 inode() const noexcept { return raw_.stx_ino; }

    /// When the file was made, if the file system keeps that.
    std::optional<RealtimeClock::time_point> born() const noexcept {
        if (!has(StatxMask::BIRTH_TIME)) return std::nullopt;
        return time(raw_.stx_btime);
    }
    /// Bytes that the file takes on its device.
    u64 allocated() const noexcept { return raw_.stx_blocks * 512; }
    /// The mount that the file is on, as in MountEntry::id. Linux 5.8.
    u64 mount_id() const noexcept { return raw_.stx_mnt_id; }
    /// Properties such as IMMUTABLE or MOUNT_ROOT that the file has.
    StatxAttributes attributes() const noexcept {
        return static_cast<StatxAttributes>(raw_.stx_attributes & raw_.stx_attributes_mask);
    }

    /// The kernel's structure.
    const abi::statx& raw() const noexcept { return raw_; }

  private:
    static RealtimeClock::time_point time(const abi::statx_timestamp& time) noexcept {
        return RealtimeClock::time_point(from_timespec({time.tv_sec, time.tv_nsec}));
    }

    abi::statx raw_;
};

namespace fs {
/// statx(2), tier spec: what `mask` asks for of a file. Follows a symbolic link unless SYMLINK_NOFOLLOW is given; with
/// EMPTY_PATH an empty path means `directory` itself, which may be any file. EINTR does not occur. Errors: NOENT,
/// NOTDIR, ACCES, LOOP. Async-signal-safe.
inline result<ExtendedStatus> extended_status_at(BorrowedFd directory, PathView path, StatxMask mask,
                                                 AtFlags flags) noexcept {
    return path.with_c_str([&](const char* text) noexcept -> result<ExtendedStatus> {
        abi::statx status{};
        const long raw = sys::statx(directory.raw(), text, abi::bits(flags), abi::bits(mask), &status);
        if (is_error(raw)) [[unlikely]]
            return Error::of_raw(Call::statx, raw);
        return ExtendedStatus(status);
    });
}
/// The same for a path that starts at the current directory and a link that is followed.
inline result<ExtendedStatus> extended_status(PathView path, StatxMask mask) noexcept {
    return extended_status_at(current_directory(), path, mask, AtFlags{});
}
}  // namespace fs

}  // namespace wali
