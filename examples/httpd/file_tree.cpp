// SPDX-License-Identifier: BSL-1.0
#include "file_tree.hpp"

#include <utility>
#include <wali/try.hpp>

namespace httpd {

namespace {

using wali::FileType;
using wali::OpenFlags;

constexpr std::string_view index_name = "index.html";

wali::result<wali::Fd> open_directory(wali::BorrowedFd parent, std::string_view name) noexcept {
    WALI_TRY(auto directory,
             wali::File::open_at(parent, name, OpenFlags::RDONLY | OpenFlags::DIRECTORY | OpenFlags::NOFOLLOW));
    return std::move(directory).into_fd();
}

wali::result<FileTree::Found> open_file(wali::BorrowedFd parent, std::string_view name) noexcept {
    // Merely opening a device or a pipe can have effects, so look first.
    WALI_TRY(const auto before, wali::fs::status_at(parent, name, wali::AtFlags::SYMLINK_NOFOLLOW));
    if (before.type() == FileType::DIRECTORY) return FileTree::Found{{}, before};
    if (before.type() != FileType::REGULAR) return wali::Errno::NOENT;
    // It may be something else by now: then NONBLOCK keeps open(2) from waiting, and the second look finds out.
    WALI_TRY(auto file,
             wali::File::open_at(parent, name,
                                 OpenFlags::RDONLY | OpenFlags::NOFOLLOW | OpenFlags::NONBLOCK | OpenFlags::NOCTTY));
    WALI_TRY(const auto status, file.status());
    if (status.type() != FileType::REGULAR) return wali::Errno::NOENT;
    return FileTree::Found{std::move(file), status};
}

}  // namespace

wali::result<FileTree> FileTree::open(wali::PathView root) noexcept {
    WALI_TRY(auto directory, wali::File::open(root, OpenFlags::RDONLY | OpenFlags::DIRECTORY));
    return FileTree(std::move(directory).into_fd());
}

wali::result<FileTree::Found> FileTree::find(std::string_view path) const noexcept {
    wali::Fd opened;
    wali::BorrowedFd directory = root_;
    path.remove_prefix(1);
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
        WALI_TRY(opened, open_directory(directory, path.substr(0, slash)));
        directory = opened;
        path.remove_prefix(slash + 1);
    }
    if (!path.empty()) return open_file(directory, path);
    WALI_TRY(auto index, open_file(directory, index_name));
    if (index.status.type() != FileType::REGULAR) return wali::Errno::NOENT;
    return index;
}

}  // namespace httpd
