// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <utility>

#include <wali/abi/constants/fs.hpp>
#include <wali/core/fd.hpp>
#include <wali/core/result.hpp>
#include <wali/fs/directory.hpp>

WALI_EXPORT namespace wali {
/// Why TreeWalk shows an entry: it is no directory; it is one, whose contents follow; these have been shown.
enum class Visit : u8 { ENTRY, ENTER, LEAVE };

/// Something in a tree of directories.
struct TreeEntry {
    Visit visit{};
    EntryType type{};         ///< never UNKNOWN; DIR for ENTER and LEAVE
    BorrowedFd directory;     ///< that the entry is in, open while it is shown
    std::string_view name{};  ///< in that directory
    std::string_view path{};  ///< from the root of the walk
    BorrowedFd opened;        ///< for ENTER, the directory itself, open until it is left; else of no meaning
    usize depth = 0;          ///< 0 for what is in the root
};

/// Goes through all that is below a directory, each directory before and after what is in it.
///
///     wali::TreeWalk walk(std::move(directory));
///     for (;;) {
///         WALI_TRY(const wali::TreeEntry* entry, walk.next());
///         if (entry == nullptr) break;
///         ...
///     }
///
/// No symbolic link is followed and no path is looked up twice: each directory is opened in its own parent, which stays
/// open, so that nobody can lead the walk out of the tree by renaming. Work on an entry by `directory` and `name`, with
/// functions that do not follow links. It needs a descriptor for each level (MFILE) and allocates 4 KiB for each, and
/// `path`. A directory that moves while it is being walked is walked to its end. Move-only.
class TreeWalk {
  public:
    /// Begins in `root`, whose list of names it uses. Allocates.
    explicit TreeWalk(Directory root);
    TreeWalk(TreeWalk&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    TreeWalk& operator=(TreeWalk&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    TreeWalk(const TreeWalk&) = delete;
    TreeWalk& operator=(const TreeWalk&) = delete;
    ~TreeWalk();

    /// The next entry; nullptr at the end, and where this was moved from. Valid until the next call. What has vanished
    /// is not shown. After an error the walk goes on behind what it could not read. openat(2), getdents64(2),
    /// newfstatat(2), tier spec.
    result<const TreeEntry*> next() WALI_LIFETIMEBOUND;

    /// After an ENTER: shows nothing of that directory, not even that it is left. At the end there is nothing to skip.
    void skip() noexcept;

  private:
    struct State;
    State* state_;
};

}  // namespace wali
