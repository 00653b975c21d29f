// SPDX-License-Identifier: BSL-1.0
#include <string_view>
#include <utility>

#include <wali/fs/entry.hpp>
#include <wali/fs/path_name.hpp>
#include <wali/fs/tree_removal.hpp>
#include <wali/fs/tree_walk.hpp>
#include <wali/try.hpp>

namespace wali::fs {

namespace {

/// Another round is needed only where somebody adds what we have just removed.
constexpr int rounds = 64;

/// What others do to a name between our look at it and our call: the next round sees it as it is then.
bool is_left_to_next_round(Error error) noexcept {
    return error == Errno::NOENT || error == Errno::ISDIR || error == Errno::NOTDIR || error == Errno::NOTEMPTY;
}

result<void> empty(Directory directory) {
    TreeWalk walk(std::move(directory));
    for (;;) {
        WALI_TRY(const TreeEntry* entry, walk.next());
        if (entry == nullptr) return success();
        if (entry->visit == Visit::ENTER) continue;
        const result<void> removed = entry->visit == Visit::LEAVE ? remove_directory_at(entry->directory, entry->name)
                                                                  : unlink_at(entry->directory, entry->name);
        if (removed.has_error() && !is_left_to_next_round(removed.assume_error())) return removed;
    }
}

result<void> remove(BorrowedFd directory, PathView path) {
    result<void> removed = unlink_at(directory, path);
    if (removed.has_value() || removed.assume_error() != Errno::ISDIR) return removed;
    for (int round = 0; round < rounds; ++round) {
        auto opened = File::open_at(directory, path, OpenFlags::RDONLY | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW);
        if (opened.has_value()) {
            WALI_TRY(empty(Directory::from_fd(std::move(opened).assume_value().into_fd())));
            removed = remove_directory_at(directory, path);
        } else if (opened.assume_error() == Errno::NOTDIR || opened.assume_error() == Errno::LOOP) {
            removed = unlink_at(directory, path);
        } else {
            removed = opened.assume_error();
        }
        if (removed.has_value() || removed.assume_error() == Errno::NOENT) return success();
        if (!is_left_to_next_round(removed.assume_error())) return removed;
    }
    return removed;
}

}  // namespace

result<void> remove_tree_at(BorrowedFd directory, PathView path) {
    return path.with_c_str([&](const char* text) -> result<void> {
        const std::string_view whole = text;
        if (whole.empty()) return Error(Errno::NOENT, Call::unlinkat);
        const std::string_view name = base_name(whole);
        // What has no name in its parent could be emptied, not removed.
        if (name == "." || name == ".." || name == "/") return Error(Errno::INVAL, Call::unlinkat);
        // With a slash behind it, the kernel would follow a link.
        return remove(directory, whole.substr(0, static_cast<usize>(name.data() - whole.data()) + name.size()));
    });
}

}  // namespace wali::fs
