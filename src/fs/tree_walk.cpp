// SPDX-License-Identifier: BSL-1.0
#include <memory>
#include <string>
#include <vector>

#include <wali/fs/directory_entries.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/tree_walk.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

constexpr usize buffer_size = 4096;

/// How often a name may change between two looks at it. An automount that fails looks like that each time.
constexpr int looks = 64;

/// A directory on the way from the root to where the walk is.
struct Level {
    explicit Level(Directory opened)
        : directory(std::move(opened)),
          buffer(new std::byte[buffer_size]),
          entries(directory.fd(), std::span(buffer.get(), buffer_size)) {}

    Directory directory;
    std::unique_ptr<std::byte[]> buffer;
    DirectoryEntries entries;
    usize path_length = 0;  // of the directory
    usize name_offset = 0;  // of its last component
};

EntryType entry_type(FileType type) noexcept { return static_cast<EntryType>(abi::bits(type) >> 12); }

/// Nothing has the name any more, or something else.
bool has_changed(Error error) noexcept {
    return error == Errno::NOENT || error == Errno::NOTDIR || error == Errno::LOOP;
}

}  // namespace

struct TreeWalk::State {
    std::vector<Level> levels;
    std::string path;
    TreeEntry entry{.directory = BorrowedFd::from_raw(-1), .opened = BorrowedFd::from_raw(-1)};

    result<const TreeEntry*> show(const DirectoryEntry& found);
    const TreeEntry* leave();
    void set(Visit visit, EntryType type, usize parent, usize name_offset) noexcept;
};

TreeWalk::TreeWalk(Directory root) : state_(new State) { state_->levels.emplace_back(std::move(root)); }

TreeWalk::~TreeWalk() { delete state_; }

void TreeWalk::State::set(Visit visit, EntryType type, usize parent, usize name_offset) noexcept {
    entry.visit = visit;
    entry.type = type;
    entry.directory = levels[parent].directory.fd();
    entry.path = path;
    entry.name = entry.path.substr(name_offset);
    entry.depth = parent;
}

/// Shows a name that has been read; nullptr if it has vanished.
result<const TreeEntry*> TreeWalk::State::show(const DirectoryEntry& found) {
    const usize parent = levels.size() - 1;
    path.resize(levels.back().path_length);
    if (!path.empty()) path += '/';
    const usize name_offset = path.size();
    path += found.name;
    EntryType type = found.type;
    // The name may be of another thing by now, and of yet another one later.
    for (int look = 1;; ++look) {
        if (type == EntryType::UNKNOWN) {
            const auto status = fs::status_at(levels.back().directory, found.name, AtFlags::SYMLINK_NOFOLLOW);
            if (status.has_error()) {
                if (has_changed(status.assume_error())) return nullptr;
                return status.assume_error();
            }
            type = entry_type(status.assume_value().type());
        }
        if (type != EntryType::DIR) {
            set(Visit::ENTRY, type, parent, name_offset);
            return &entry;
        }
        auto opened = File::open_at(levels.back().directory, found.name,
                                    OpenFlags::RDONLY | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW);
        if (opened.has_value()) {
            levels.emplace_back(Directory::from_fd(std::move(opened).assume_value().into_fd()));
            levels.back().path_length = path.size();
            levels.back().name_offset = name_offset;
            set(Visit::ENTER, type, parent, name_offset);
            entry.opened = levels.back().directory.fd();
            return &entry;
        }
        if (!has_changed(opened.assume_error()) || look == looks) return opened.assume_error();
        type = EntryType::UNKNOWN;
    }
}

/// Goes back to the parent; nullptr from the root.
const TreeEntry* TreeWalk::State::leave() {
    path.resize(levels.back().path_length);
    const usize name_offset = levels.back().name_offset;
    levels.pop_back();
    if (levels.empty()) return nullptr;
    set(Visit::LEAVE, EntryType::DIR, levels.size() - 1, name_offset);
    return &entry;
}

result<const TreeEntry*> TreeWalk::next() {
    while (state_ != nullptr && !state_->levels.empty()) {
        const auto found = state_->levels.back().entries.next();
        if (found.has_error() && found.assume_error() != Errno::NOENT) {
            state_->levels.pop_back();
            return found.assume_error();
        }
        if (found.has_error() || found.assume_value() == nullptr) return state_->leave();
        WALI_TRY(const TreeEntry* shown, state_->show(*found.assume_value()));
        if (shown != nullptr) return shown;
    }
    return nullptr;
}

void TreeWalk::skip() noexcept {
    if (state_ != nullptr && !state_->levels.empty()) state_->levels.pop_back();
}

}  // namespace wali
