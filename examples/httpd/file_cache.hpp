// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "file_tree.hpp"
#include "served_file.hpp"

import wali;

namespace httpd {

/// Finds files in a FileTree and keeps those used last open.
///
/// A kept file is served again only if fstat(2) says that it is what it was, so a change of the file, its removal and
/// its replacement show at once. What happens to the directories above it (a rename, say) shows after `lifetime`.
class FileCache {
  public:
    using Time = wali::MonotonicClock::time_point;
    static constexpr auto lifetime = std::chrono::seconds(1);

    explicit FileCache(FileTree tree) noexcept : tree_(std::move(tree)) {}

    /// The file that `path` names; null when it names a directory without the slash at its end. Errors: those of
    /// FileTree::find(), and NOMEM.
    wali::result<std::shared_ptr<const ServedFile>> find(std::string_view path, Time now) noexcept;

  private:
    static constexpr wali::usize slot_count = 64;

    /// Two paths that fall on the same slot replace each other.
    struct Slot {
        std::array<char, 255> path;  // a longer path is not kept
        wali::u8 path_size = 0;
        Time expires;
        std::shared_ptr<const ServedFile> file;

        std::string_view key() const noexcept { return {path.data(), path_size}; }
    };

    FileTree tree_;
    std::array<Slot, slot_count> slots_;
};

}  // namespace httpd
