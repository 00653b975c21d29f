// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <wali/abi/structs/fs.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/tree_copy.hpp>
#include <wali/fs/tree_walk.hpp>
#include <wali/sys/fs.hpp>
#include <wali/try.hpp>

#include "file_copy.hpp"

namespace wali {

namespace {

constexpr usize piece = 1 << 20;

/// A directory that is being filled, and what it shall look like in the end, unless it is the root.
struct Level {
    Directory directory;
    std::optional<FileStatus> source;
};

/// A file of which a part has been copied.
struct OpenCopy {
    File from;
    File to;
    FileStatus source;
    detail::FileCopy data;
};

bool is_same(const FileStatus& a, const FileStatus& b) noexcept {
    return a.device() == b.device() && a.inode() == b.inode();
}

/// Permissions and times, when nothing is written any more.
result<void> finish(BorrowedFd fd, const FileStatus& source) noexcept {
    WALI_TRY(to_result<void>(Call::fchmod, sys::fchmod(fd.raw(), abi::bits(source.permissions()))));
    const abi::timespec times[2] = {FileTime::keep().raw(), source.raw().st_mtim};
    return to_result<void>(Call::utimensat, sys::utimensat(fd.raw(), nullptr, times, 0));
}

result<void> copy_time(const FileStatus& source, BorrowedFd to, std::string_view name) noexcept {
    return fs::set_times_at(to, name, FileTime::keep(), source.modified(), AtFlags::SYMLINK_NOFOLLOW);
}

result<void> copy_link(const TreeEntry& entry, BorrowedFd to) noexcept {
    std::array<char, PathView::capacity> target;
    WALI_TRY(const std::string_view text, fs::read_link_at(entry.directory, entry.name, target));
    WALI_TRY(fs::symlink_at(text, to, entry.name));
    WALI_TRY(const FileStatus source, fs::status_at(entry.directory, entry.name, AtFlags::SYMLINK_NOFOLLOW));
    return copy_time(source, to, entry.name);
}

result<void> copy_special(const TreeEntry& entry, BorrowedFd to) noexcept {
    WALI_TRY(const FileStatus source, fs::status_at(entry.directory, entry.name, AtFlags::SYMLINK_NOFOLLOW));
    WALI_TRY(PathView(entry.name).with_c_str([&](const char* name) noexcept {
        return to_result<void>(Call::mknodat, sys::mknodat(to.raw(), name, source.raw().st_mode,
                                                           static_cast<unsigned int>(source.raw().st_rdev)));
    }));
    return copy_time(source, to, entry.name);
}

}  // namespace

struct TreeCopy::State {
    State(Directory from, Directory to, const Options& chosen) : walk(std::move(from)), options(chosen) {
        levels.push_back({std::move(to), std::nullopt});
    }

    result<void> enter(const TreeEntry& entry);
    result<void> leave() noexcept;
    result<void> copy(const TreeEntry& entry);
    result<void> open(const TreeEntry& entry) noexcept;

    TreeWalk walk;
    Options options;
    std::vector<Level> levels;
    std::optional<OpenCopy> file;
    std::optional<FileStatus> target;  // the root that is filled
    std::string path;
    u64 bytes = 0;
    u64 entries = 0;
};

TreeCopy::TreeCopy(Directory from, Directory to, const Options& options)
    : state_(new State(std::move(from), std::move(to), options)) {}
TreeCopy::TreeCopy(Directory from, Directory to) : TreeCopy(std::move(from), std::move(to), Options()) {}
TreeCopy::~TreeCopy() { delete state_; }

u64 TreeCopy::bytes() const noexcept { return state_->bytes; }
u64 TreeCopy::entries() const noexcept { return state_->entries; }
std::string_view TreeCopy::path() const noexcept { return state_->path; }

result<void> TreeCopy::State::enter(const TreeEntry& entry) {
    const BorrowedFd to = levels.back().directory;
    WALI_TRY(const FileStatus source, FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept {
                 return sys::fstat(entry.opened.raw(), out);
             }));
    if (is_same(source, *target)) return Error(Errno::INVAL, Call::mkdirat);
    const result<void> made = fs::make_directory_at(to, entry.name);
    if (made.has_error() && made.assume_error() != Errno::EXIST) return made;
    WALI_TRY(File opened,
             File::open_at(to, entry.name, OpenFlags::RDONLY | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW));
    levels.push_back({Directory::from_fd(std::move(opened).into_fd()), source});
    return success();
}

result<void> TreeCopy::State::leave() noexcept {
    WALI_TRY(finish(levels.back().directory, *levels.back().source));
    levels.pop_back();
    return success();
}

result<void> TreeCopy::State::open(const TreeEntry& entry) noexcept {
    const BorrowedFd to = levels.back().directory;
    // NONBLOCK: it may be a pipe by now, whose open would wait for a writer.
    WALI_TRY(File source,
             File::open_at(entry.directory, entry.name, OpenFlags::RDONLY | OpenFlags::NOFOLLOW | OpenFlags::NONBLOCK));
    WALI_TRY(const FileStatus status, source.status());
    if (status.type() != FileType::REGULAR) return Error(Errno::INVAL, Call::openat);
    WALI_TRY(File copy, File::open_at(to, entry.name, OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL,
                                      Permissions::RUSR | Permissions::WUSR));
    const detail::FileCopy data(source, copy);
    file.emplace(OpenCopy{std::move(source), std::move(copy), status, data});
    return success();
}

result<void> TreeCopy::State::copy(const TreeEntry& entry) {
    const BorrowedFd to = levels.back().directory;
    if (options.replace) {
        const result<void> removed = fs::unlink_at(to, entry.name);
        if (removed.has_error() && removed.assume_error() != Errno::NOENT) return removed;
    }
    switch (entry.type) {
        case EntryType::REG: return open(entry);
        case EntryType::LNK: return copy_link(entry, to);
        default: return copy_special(entry, to);
    }
}

result<bool> TreeCopy::step() {
    State& state = *state_;
    if (!state.target) {
        WALI_TRY(state.target, state.levels.front().directory.own_status());
    }
    if (state.file) {
        WALI_TRY(const usize copied, state.file->data.step(piece));
        state.bytes += copied;
        if (copied == 0) {
            WALI_TRY(finish(state.file->to, state.file->source));
            WALI_TRY(state.file->to.close());
            state.file.reset();
        }
        return true;
    }
    WALI_TRY(const TreeEntry* entry, state.walk.next());
    if (entry == nullptr) return false;
    state.path = entry->path;
    if (entry->visit == Visit::LEAVE) {
        WALI_TRY(state.leave());
        return true;
    }
    ++state.entries;
    WALI_TRY(entry->visit == Visit::ENTER ? state.enter(*entry) : state.copy(*entry));
    return true;
}

namespace fs {

result<void> copy_tree(PathView from, PathView to) {
    WALI_TRY(Directory source, Directory::open(from));
    const result<void> made = make_directory(to);
    if (made.has_error() && made.assume_error() != Errno::EXIST) return made;
    WALI_TRY(Directory target, Directory::open(to));
    TreeCopy copy(std::move(source), std::move(target));
    for (;;) {
        WALI_TRY(const bool more, copy.step());
        if (!more) return success();
    }
}

result<u64> copy_contents(BorrowedFd from, BorrowedFd to) noexcept {
    detail::FileCopy copy(from, to);
    for (u64 bytes = 0;;) {
        WALI_TRY(const usize copied, copy.step(piece));
        if (copied == 0) return bytes;
        bytes += copied;
    }
}

}  // namespace fs

}  // namespace wali
