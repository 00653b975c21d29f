// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <utility>

#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/directory.hpp>

WALI_EXPORT namespace wali {
/// Copies all that is below one directory into another, a piece at a time, so that the program can show how far it is,
/// and can stop.
///
///     wali::TreeCopy copy(std::move(from), std::move(to));
///     for (;;) {
///         WALI_TRY(const bool more, copy.step());
///         if (!more) break;
///         show(copy.bytes(), copy.path());
///     }
///
/// No symbolic link is followed on either side: see TreeWalk for how, and for what it needs; here it is two descriptors
/// for each level. Copied are files with their data and holes, directories, symbolic links, pipes and devices, with
/// permissions and times of change (of pipes and devices what the umask leaves; SUID and SGID only where the copy has
/// the same owner and group); not owners, extended attributes or that two names are of one file. Directories that exist
/// are filled, other names must be new (EXIST). INVAL when a directory would be copied into or onto itself. Move-only.
class TreeCopy {
  public:
    /// What may be different.
    struct Options {
        bool replace = false;  ///< files, links and the like that exist are removed first
    };
    /// Begins; uses the list of names of `from`. Allocates.
    TreeCopy(Directory from, Directory to, const Options& options);
    TreeCopy(Directory from, Directory to);
    TreeCopy(TreeCopy&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    TreeCopy& operator=(TreeCopy&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    TreeCopy(const TreeCopy&) = delete;
    TreeCopy& operator=(const TreeCopy&) = delete;
    ~TreeCopy();

    /// Copies one entry, or at most 1 MiB of a file; false when all is done, and where this was moved from. An error
    /// ends the copy. openat(2), fstat(2), copy_file_range(2), fchmod(2), utimensat(2) and others, tiers spec and
    /// named; without copy_file_range it reads and writes. EINTR is retried. Allocates for each level of directories,
    /// and path().
    result<bool> step();

    /// The bytes of files that have been copied so far.
    u64 bytes() const noexcept;
    /// The entries that have been begun so far.
    u64 entries() const noexcept;
    /// The last of them, or the one at which the error came, from the root on. Valid until the next step.
    std::string_view path() const noexcept WALI_LIFETIMEBOUND;

  private:
    struct State;
    State* state_;
};

namespace fs {
/// All of it at once: what is below `from` into `to`, which is made if it does not exist. Paths start at the current
/// directory and are followed. Allocates.
result<void> copy_tree(PathView from, PathView to);

/// Copies the data of one regular file, from its start on, into another that is empty, with its holes where the file
/// system knows them. copy_file_range(2) and lseek(2), or pread(2) and pwrite(2). EINTR is retried. Returns the number
/// of bytes. Moves the file offset of `from`.
result<u64> copy_contents(BorrowedFd from, BorrowedFd to) noexcept;
}  // namespace fs

}  // namespace wali
