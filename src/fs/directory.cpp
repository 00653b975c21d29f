// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <wali/abi/structs/fs.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/path_name.hpp>
#include <wali/fs/tree_removal.hpp>
#include <wali/try.hpp>

namespace wali {

namespace {

/// Linux answers AGAIN when a rename elsewhere made it unsure: such bad luck does not repeat.
constexpr int attempts = 64;

result<Fd> open_beneath(BorrowedFd directory, const char* path, OpenFlags flags, Permissions permissions,
                        ResolveFlags resolve) noexcept {
    // Whatever limits are asked for. The kernel refuses it together with IN_ROOT, which stays below as well.
    if (!intersects(resolve, ResolveFlags::IN_ROOT)) resolve |= ResolveFlags::BENEATH;
    const bool makes = intersects(flags, OpenFlags::CREAT) || contains(flags, OpenFlags::TMPFILE);
    const abi::open_how how{static_cast<u64>(abi::bits(flags | OpenFlags::CLOEXEC)), makes ? abi::bits(permissions) : 0,
                            abi::bits(resolve)};
    result<Fd> opened = Errno::AGAIN;
    for (int i = 0; i < attempts; ++i) {
        opened = to_descriptor<Fd>(Call::openat2, sys::openat2(directory.raw(), path, &how, sizeof how));
        if (opened.has_value() || opened.assume_error() != Errno::AGAIN || intersects(resolve, ResolveFlags::CACHED))
            break;
    }
    constexpr ResolveFlags kept = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    if (opened.has_value() || intersects(resolve, ~kept)) return opened;
    // A container that does not know the call refuses it with PERM. Where the kernel itself means that, so does openat.
    const Errno why = opened.assume_error().code();
    if (why != Errno::NOSYS && why != Errno::PERM) return opened;
    return detail::open_by_component(directory, path, flags, permissions);
}

/// The directory that a name is in, and the name. `opened` is empty where that is the directory that one starts at.
struct Place {
    Fd opened;
    BorrowedFd directory;
    std::string_view name;
};

result<Place> place_of(BorrowedFd directory, std::string_view path) noexcept {
    if (path.empty()) return Error(Errno::NOENT, Call::openat2);
    const std::string_view name = fs::base_name(path);
    // What is no name in a directory could be its parent.
    if (fs::is_absolute(path) || name == "..") return Error(Errno::XDEV, Call::openat2);
    const auto before = static_cast<usize>(name.data() - path.data());
    if (before == 0) return Place{Fd(), directory, name};
    return PathView(path.substr(0, before)).with_c_str([&](const char* parent) noexcept -> result<Place> {
        WALI_TRY(Fd opened, open_beneath(directory, parent, OpenFlags::PATH | OpenFlags::DIRECTORY, Permissions{},
                                         ResolveFlags::BENEATH));
        const BorrowedFd borrowed = opened.borrow();
        return Place{std::move(opened), borrowed, name};
    });
}

/// What `function(directory, name)` returns for the place of a path.
template <class Function>
auto at_place(BorrowedFd directory, PathView path, Function&& function) noexcept
    -> decltype(function(directory, PathView(""))) {
    return path.with_c_str([&](const char* text) noexcept -> decltype(function(directory, PathView(""))) {
        WALI_TRY(const Place place, place_of(directory, text));
        return function(place.directory, PathView(place.name));
    });
}

}  // namespace

namespace detail {

result<Fd> open_by_component(BorrowedFd directory, std::string_view path, OpenFlags flags,
                             Permissions permissions) noexcept {
    if (path.empty()) return Error(Errno::NOENT, Call::openat);
    if (fs::is_absolute(path)) return Error(Errno::XDEV, Call::openat);
    Fd held;
    for (BorrowedFd at = directory;; at = held.borrow()) {
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(name.size());
        const bool slash = !path.empty();
        while (path.starts_with('/')) path.remove_prefix(1);
        if (name == "..") return Error(Errno::XDEV, Call::openat);
        const bool last = path.empty();
        const OpenFlags step =
            last ? flags | (slash ? OpenFlags::DIRECTORY : OpenFlags{}) : OpenFlags::PATH | OpenFlags::DIRECTORY;
        result<Fd> opened = PathView(name).with_c_str([&](const char* text) noexcept {
            return to_descriptor<Fd>(
                Call::openat, sys::openat(at.raw(), text, abi::bits(step | OpenFlags::NOFOLLOW | OpenFlags::CLOEXEC),
                                          abi::bits(permissions)));
        });
        if (opened.has_error()) {
            // A link that is not followed is no directory to the kernel.
            if (opened.assume_error() != Errno::NOTDIR) return opened;
            const auto status = fs::status_at(at, name, AtFlags::SYMLINK_NOFOLLOW);
            const bool link = status.has_value() && status.assume_value().type() == FileType::SYMBOLIC_LINK;
            return Error(link ? Errno::LOOP : Errno::NOTDIR, Call::openat);
        }
        if (last) {
            // With PATH the kernel opens the link itself, which only NOFOLLOW asks for.
            if (contains(flags, OpenFlags::PATH) && !contains(flags, OpenFlags::NOFOLLOW)) {
                WALI_TRY(const FileStatus status, fs::status_at(opened.assume_value(), "", AtFlags::EMPTY_PATH));
                if (status.type() == FileType::SYMBOLIC_LINK) return Error(Errno::LOOP, Call::openat);
            }
            return opened;
        }
        held = std::move(opened).assume_value();
    }
}

}  // namespace detail

result<File> Directory::open_file(PathView path, const FileOptions& options) const noexcept {
    return path.with_c_str([&](const char* text) noexcept -> result<File> {
        WALI_TRY(Fd opened, open_beneath(fd(), text, options.flags, options.permissions, options.resolve));
        return File::from_fd(std::move(opened));
    });
}

result<Directory> Directory::open_directory(PathView path, ResolveFlags resolve) const noexcept {
    return path.with_c_str([&](const char* text) noexcept -> result<Directory> {
        WALI_TRY(Fd opened, open_beneath(fd(), text, OpenFlags::RDONLY | OpenFlags::DIRECTORY, Permissions{}, resolve));
        return Directory::from_fd(std::move(opened));
    });
}

result<void> Directory::make_directory(PathView path, Permissions permissions) const noexcept {
    return at_place(fd(), path, [&](BorrowedFd directory, PathView name) noexcept {
        return fs::make_directory_at(directory, name, permissions);
    });
}

result<void> Directory::remove(PathView path) const noexcept {
    return at_place(fd(), path,
                    [](BorrowedFd directory, PathView name) noexcept { return fs::unlink_at(directory, name); });
}

result<void> Directory::remove_directory(PathView path) const noexcept {
    return at_place(fd(), path, [](BorrowedFd directory, PathView name) noexcept {
        return fs::remove_directory_at(directory, name);
    });
}

result<void> Directory::remove_tree(PathView path) const {
    return at_place(fd(), path,
                    [](BorrowedFd directory, PathView name) { return fs::remove_tree_at(directory, name); });
}

result<void> Directory::rename(PathView old_path, const Directory& new_directory, PathView new_path,
                               RenameFlags flags) const noexcept {
    return at_place(fd(), old_path, [&](BorrowedFd old_place, PathView old_name) noexcept {
        return at_place(new_directory.fd(), new_path, [&](BorrowedFd new_place, PathView new_name) noexcept {
            return fs::rename_at(old_place, old_name, new_place, new_name, flags);
        });
    });
}

result<void> Directory::link(PathView old_path, const Directory& new_directory, PathView new_path) const noexcept {
    return at_place(fd(), old_path, [&](BorrowedFd old_place, PathView old_name) noexcept {
        return at_place(new_directory.fd(), new_path, [&](BorrowedFd new_place, PathView new_name) noexcept {
            return fs::link_at(old_place, old_name, new_place, new_name);
        });
    });
}

result<void> Directory::symlink(PathView target, PathView path) const noexcept {
    return at_place(fd(), path, [&](BorrowedFd directory, PathView name) noexcept {
        return fs::symlink_at(target, directory, name);
    });
}

result<std::string_view> Directory::read_link(PathView path, std::span<char> buffer) const noexcept {
    return at_place(fd(), path, [&](BorrowedFd directory, PathView name) noexcept {
        return fs::read_link_at(directory, name, buffer);
    });
}

result<FileStatus> Directory::link_status(PathView path) const noexcept {
    return at_place(fd(), path, [](BorrowedFd directory, PathView name) noexcept {
        return fs::status_at(directory, name, AtFlags::SYMLINK_NOFOLLOW);
    });
}

result<FileStatus> Directory::status(PathView path) const noexcept {
    WALI_TRY(const File file, open_file(path, {.flags = OpenFlags::PATH}));
    return file.status();
}

}  // namespace wali
