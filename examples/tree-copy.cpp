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

import wali;

namespace {

/// A line that is drawn again whenever it changes.
class ProgressBar {
  public:
    explicit ProgressBar(wali::u64 total) noexcept : total_(total) {}

    void show(wali::u64 done) {
        constexpr wali::u64 width = 50;
        const wali::u64 percent = total_ == 0 ? 100 : std::min<wali::u64>(100, done * 100 / total_);
        if (percent == shown_) return;
        shown_ = percent;
        const auto full = static_cast<std::size_t>(percent * width / 100);
        std::string line = "\r[" + std::string(full, '#') + std::string(width - full, ' ') + "] ";
        line += std::to_string(percent) + " %";
        (void)wali::write_all(wali::standard_error(), line);
    }
    void end() const noexcept { (void)wali::write_all(wali::standard_error(), "\n"); }

  private:
    wali::u64 total_;
    wali::u64 shown_ = ~wali::u64{0};
};

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
            bar.end();
            std::fprintf(stderr, "tree-copy: %s:\n", std::string(copy.path()).c_str());
            return more.error();
        }
        if (!more.value()) break;
        // Of holes only the walk has counted the bytes: the last step makes it whole.
        bar.show(std::min(copy.bytes(), total == 0 ? 0 : total - 1));
    }
    bar.show(total);
    bar.end();
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
