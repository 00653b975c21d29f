// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/fd.hpp>
#include <wali/core/path.hpp>
#include <wali/core/result.hpp>

WALI_EXPORT namespace wali::fs {
/// Removes what has the name, and if that is a directory all that is in it. A symbolic link is removed, never followed,
/// also if somebody puts one in a directory's place meanwhile: see TreeWalk for how, and for what it needs. Slashes at
/// the end are ignored; a path whose last component is `.` or `..`, and `/`, are INVAL. What others
/// add at the same time is removed, too, or the error is NOTEMPTY after some rounds. It stops at the first error; what
/// has vanished is none, but for `path` itself (NOENT). What is mounted below is emptied, too, and its mount point then
/// is BUSY. Allocates: without memory the program ends. unlinkat(2), openat(2), getdents64(2), tier spec.
result<void> remove_tree_at(BorrowedFd directory, PathView path);
/// The same for a path that starts at the current directory. Allocates.
inline result<void> remove_tree(PathView path) { return remove_tree_at(current_directory(), path); }
}  // namespace wali::fs
