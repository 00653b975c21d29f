// SPDX-License-Identifier: BSL-1.0
// tree-copy FROM TO: copies what is below the folder FROM into TO, which is made if it is missing, and shows on
// standard error how far it is. Existing folders are filled, an existing file ends the copy.
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <wali/try.hpp>

#include "progress_bar.hpp"

import wali;

namespace {

/// The bytes of all files below a folder.
wali::result<wali::u64> size_of_tree(const wali::Directory& root) {
    WALI_TRY(wali::Directory opened, root.open_directory("."));
    wali::TreeWalk walk(std::move(opened));
    for (wali::u64 size = 0;;) {
        WALI_TRY(const wali::TreeEntry* entry, walk.next());
        if (entry == nullptr) return size;
        if (entry->type != wali::EntryType::REG) continue;
        const auto status = wali::fs::status_at(entry->directory, entry->name, wali::AtFlags::SYMLINK_NOFOLLOW);
        if (status) size += status.value().size();
    }
}

wali::result<void> copy_tree(const char* from, const char* to) {
    WALI_TRY(wali::Directory source, wali::Directory::open(from));
    const wali::result<void> made = wali::fs::make_directory(to, wali::Permissions{0777});
    if (made.has_error() && made.error() != wali::Errno::EXIST) return made;
    WALI_TRY(wali::Directory target, wali::Directory::open(to));
    WALI_TRY(const wali::u64 total, size_of_tree(source));

    ProgressBar bar(total);
    wali::TreeCopy copy(std::move(source), std::move(target));
    for (;;) {
        const wali::result<bool> more = copy.step();
        if (more.has_error()) {
            ProgressBar::end();
            std::fprintf(stderr, "tree-copy: %s:\n", std::string(copy.path()).c_str());
            return more.error();
        }
        if (!more.value()) break;
        // Of holes only the walk has counted the bytes: the last step makes it whole.
        bar.show(std::min(copy.bytes(), total == 0 ? 0 : total - 1));
    }
    bar.show(total);
    ProgressBar::end();
    std::printf("%llu files and folders, %llu bytes\n", static_cast<unsigned long long>(copy.entries()),
                static_cast<unsigned long long>(copy.bytes()));
    return wali::success();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: tree-copy FROM TO\n", stderr);
        return 2;
    }
    return wali::exit_status("tree-copy", copy_tree(argv[1], argv[2]));
}
