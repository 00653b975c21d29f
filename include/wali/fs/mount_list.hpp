// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/file.hpp>

WALI_EXPORT namespace wali {
/// A mount, in the buffer that it was read into: a line of /proc/PID/mountinfo. See proc_pid_mountinfo(5).
struct MountEntry {
    u64 id = 0;                        ///< of the mount; used again when it is gone
    u64 parent = 0;                    ///< of the mount that it is on; its own for the root
    u32 major = 0;                     ///< of its device, as in st_dev
    u32 minor = 0;                     ///< the same
    std::string_view root{};           ///< which directory of the file system is mounted
    std::string_view point{};          ///< where, below the process's root
    std::string_view options{};        ///< of the mount: "rw,nosuid"
    std::string_view type{};           ///< of the file system: "ext4"
    std::string_view source{};         ///< what is mounted: "/dev/sda1", or of the file system's own
    std::string_view super_options{};  ///< of the file system: "rw,errors=remount-ro"
};

/// The mounts that the process sees, read into a buffer of the caller's; nothing is allocated.
///
///     std::array<char, 4096> buffer;
///     WALI_TRY(auto mounts, wali::MountList::open(buffer));
///     for (;;) {
///         WALI_TRY(const wali::MountEntry* mount, mounts.next());
///         if (mount == nullptr) break;
///         ...
///     }
///
/// Mounts that come and go meanwhile may be missed or seen twice.
class MountList {
  public:
    /// Opens /proc/self/mountinfo, or the same file of another process. openat(2), tier spec.
    static result<MountList> open(std::span<char> buffer WALI_LIFETIMEBOUND,
                                  PathView path = "/proc/self/mountinfo") noexcept;

    /// The next mount; nullptr at the end. Valid until the next call. read(2), tier spec. Errors: NOBUFS (a line that
    /// is longer than the buffer), BADMSG (a line that is none of mountinfo).
    result<const MountEntry*> next() noexcept WALI_LIFETIMEBOUND;

  private:
    MountList(File file, std::span<char> buffer) noexcept : file_(std::move(file)), buffer_(buffer) {}

    File file_;
    std::span<char> buffer_;
    usize begin_ = 0;  // of what has been read and not been shown
    usize end_ = 0;
    MountEntry entry_;
};

}  // namespace wali
