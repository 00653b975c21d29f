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
struct CopyLevel {
    Directory directory;
    std::optional<FileStatus> source;
};

/// A file of which a part has been copied.
struct OpenCopy {
    File from;
    File to;
    FileStatus source;
    wali::detail::FileCopy data;
};

bool is_same(const FileStatus& a, const FileStatus& b) noexcept {
    return a.device() == b.device() && a.inode() == b.inode();
}

result<FileStatus> status_of(BorrowedFd fd) noexcept {
    return FileStatus::from(Call::fstat, [&](abi::stat* out) noexcept { return sys::fstat(fd.raw(), out); });
}

/// SUID and SGID lend the rights of the source's owner and group, so a copy that has others does not get them.
result<Permissions> permissions_of_copy(BorrowedFd copy, const FileStatus& source) noexcept {
    Permissions permissions = source.permissions();
    if (!intersects(permissions, Permissions::SUID | Permissions::SGID)) return permissions;
    WALI_TRY(const FileStatus status, status_of(copy));
    if (status.owner() != source.owner()) permissions &= ~Permissions::SUID;
    if (status.group() != source.group()) permissions &= ~Permissions::SGID;
    return permissions;
}

/// Permissions and times, when nothing is written any more.
result<void> finish(BorrowedFd fd, const FileStatus& source) noexcept {
    WALI_TRY(const Permissions permissions, permissions_of_copy(fd, source));
    WALI_TRY(to_result<void>(Call::fchmod, sys::fchmod(fd.raw(), abi::bits(permissions))));
    const abi::timespec times[2] = {FileTime::keep().raw(), source.raw().st_mtim};
    return to_result<void>(Call::utimensat, sys::utimensat(fd.raw(), nullptr, times, 0));
}

result<void> copy_time(const FileStatus& source, BorrowedFd to, std::string_view name) noexcept {
    return fs::set_times_at(to, name, FileTime::keep(), source.modified(), AtFlags::SYMLINK_NOFOLLOW);
}

}  // namespace

struct TreeCopy::State {
    State(Directory from, Directory to, const Options& chosen)
        : source(from.own_status()), walk(std::move(from)), options(chosen) {
        levels.push_back({std::move(to), std::nullopt});
    }

    result<void> enter(const TreeEntry& entry);
    result<void> leave() noexcept;
    result<void> copy(const TreeEntry& entry) noexcept;
    result<void> open(const TreeEntry& entry) noexcept;
    result<void> copy_link(const TreeEntry& entry) noexcept;
    result<void> copy_special(const TreeEntry& entry) noexcept;
    result<void> make_room(std::string_view name) noexcept;

    result<FileStatus> source;  // of the root that is copied
    TreeWalk walk;
    Options options;
    std::vector<CopyLevel> levels;
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

u64 TreeCopy::bytes() const noexcept { return state_ == nullptr ? 0 : state_->bytes; }
u64 TreeCopy::entries() const noexcept { return state_ == nullptr ? 0 : state_->entries; }
std::string_view TreeCopy::path() const noexcept {
    return state_ == nullptr ? std::string_view() : std::string_view(state_->path);
}

result<void> TreeCopy::State::enter(const TreeEntry& entry) {
    const BorrowedFd to = levels.back().directory;
    WALI_TRY(const FileStatus original, status_of(entry.opened));
    if (is_same(original, *target)) return Error(Errno::INVAL, Call::mkdirat);
    const result<void> made = fs::make_directory_at(to, entry.name);
    if (made.has_error() && made.assume_error() != Errno::EXIST) return made;
    WALI_TRY(File opened,
             File::open_at(to, entry.name, OpenFlags::RDONLY | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW));
    // Mounts can put one directory into both trees.
    WALI_TRY(const FileStatus filled, opened.status());
    if (is_same(original, filled)) return Error(Errno::INVAL, Call::mkdirat);
    levels.push_back({Directory::from_fd(std::move(opened).into_fd()), original});
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
    WALI_TRY(File original,
             File::open_at(entry.directory, entry.name, OpenFlags::RDONLY | OpenFlags::NOFOLLOW | OpenFlags::NONBLOCK));
    WALI_TRY(const FileStatus status, original.status());
    if (status.type() != FileType::REGULAR) return Error(Errno::INVAL, Call::openat);
    WALI_TRY(make_room(entry.name));
    WALI_TRY(File copy, File::open_at(to, entry.name, OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL,
                                      Permissions::RUSR | Permissions::WUSR));
    const wali::detail::FileCopy data(original, copy);
    file.emplace(OpenCopy{std::move(original), std::move(copy), status, data});
    return success();
}

result<void> TreeCopy::State::copy_link(const TreeEntry& entry) noexcept {
    const BorrowedFd to = levels.back().directory;
    std::array<char, PathView::capacity> buffer;
    WALI_TRY(const std::string_view text, fs::read_link_at(entry.directory, entry.name, buffer));
    WALI_TRY(const FileStatus original, fs::status_at(entry.directory, entry.name, AtFlags::SYMLINK_NOFOLLOW));
    WALI_TRY(make_room(entry.name));
    WALI_TRY(fs::symlink_at(text, to, entry.name));
    return copy_time(original, to, entry.name);
}

result<void> TreeCopy::State::copy_special(const TreeEntry& entry) noexcept {
    const BorrowedFd to = levels.back().directory;
    WALI_TRY(const FileStatus original, fs::status_at(entry.directory, entry.name, AtFlags::SYMLINK_NOFOLLOW));
    // Of a file that has come in its place, this would make an empty one.
    if (original.type() == FileType::REGULAR) return Error(Errno::INVAL, Call::mknodat);
    WALI_TRY(make_room(entry.name));
    WALI_TRY(PathView(entry.name).with_c_str([&](const char* name) noexcept {
        return to_result<void>(Call::mknodat, sys::mknodat(to.raw(), name, original.raw().st_mode,
                                                           static_cast<unsigned int>(original.raw().st_rdev)));
    }));
    return copy_time(original, to, entry.name);
}

/// Removes what is in the way of a copy, as soon as the source is known to be there.
result<void> TreeCopy::State::make_room(std::string_view name) noexcept {
    if (!options.replace) return success();
    const result<void> removed = fs::unlink_at(levels.back().directory, name);
    if (removed.has_error() && removed.assume_error() != Errno::NOENT) return removed;
    return success();
}

result<void> TreeCopy::State::copy(const TreeEntry& entry) noexcept {
    switch (entry.type) {
        case EntryType::REG: return open(entry);
        case EntryType::LNK: return copy_link(entry);
        default: return copy_special(entry);
    }
}

result<bool> TreeCopy::step() {
    if (state_ == nullptr) return false;
    State& state = *state_;
    if (!state.target) {
        WALI_TRY(const FileStatus source, state.source);
        WALI_TRY(const FileStatus target, state.levels.front().directory.own_status());
        if (is_same(source, target)) return Error(Errno::INVAL, Call::mkdirat);
        state.target = target;
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
    wali::detail::FileCopy copy(from, to);
    for (u64 bytes = 0;;) {
        WALI_TRY(const usize copied, copy.step(piece));
        if (copied == 0) return bytes;
        bytes += copied;
    }
}

}  // namespace fs

}  // namespace wali
