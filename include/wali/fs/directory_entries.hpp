// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <wali/abi/constants/fs.hpp>
#include <wali/core/bytes.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali {
using abi::EntryType;

/// A name in a directory, in the buffer that it was read into.
struct DirectoryEntry {
    std::string_view name;  ///< up to 255 bytes, of any kind but '/' and NUL
    EntryType type{};       ///< UNKNOWN on file systems that do not say; a link's is LNK
    u64 inode = 0;          ///< as FileStatus::inode, but of what is mounted over
};

/// The names in a directory, read into a buffer of the caller's; nothing is allocated.
///
///     std::array<std::byte, 4096> buffer;
///     wali::DirectoryEntries entries(directory, buffer);
///     for (;;) {
///         WALI_TRY(const wali::DirectoryEntry* entry, entries.next());
///         if (entry == nullptr) break;
///         ...
///     }
///
/// It uses the directory's file offset, from where that is: two at a time must open the directory each, as duplicates
/// of a descriptor share it. Whether names that come and go meanwhile are seen is not defined; all others are seen
/// once. The buffer holds 512 bytes at least.
class DirectoryEntries {
  public:
    DirectoryEntries(BorrowedFd directory, MutableBytes buffer WALI_LIFETIMEBOUND) noexcept
        : directory_(directory), buffer_(buffer) {}

    /// The next name, but for those of the directory itself and its parent; nullptr at the end. Valid until the next
    /// call. getdents64(2), tier spec, once per filled buffer. Errors: NOTDIR, NOENT (the directory has been removed),
    /// INVAL (a buffer too small).
    result<const DirectoryEntry*> next() noexcept WALI_LIFETIMEBOUND;

    /// From the first name on again, with those that have come since: lseek(2), tier spec.
    result<void> rewind() noexcept;

  private:
    BorrowedFd directory_;
    MutableBytes buffer_;
    usize position_ = 0;
    usize filled_ = 0;
    DirectoryEntry entry_;
};

}  // namespace wali
