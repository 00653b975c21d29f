// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <utility>

#include <wali/abi/flags.hpp>
#include <wali/core/path.hpp>
#include <wali/fs/directory.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/temporary_name.hpp>

WALI_EXPORT namespace wali {
/// A new file, open for reading and writing, whose name others can use, and which is removed when this ends: what
/// mkostemp(3) makes, for the owner alone.
///
///     WALI_TRY(auto spool, wali::TemporaryFile::create("/var/spool/job."));
///     WALI_TRY(spool.file().write_all(job));
///     WALI_TRY(spool.rename("job"));    // it stays; or keep(); or it goes with `spool`
///
/// A file that needs no name is fs::open_unnamed's or fs::create_memory_file's. Move-only.
class TemporaryFile {
  public:
    TemporaryFile() noexcept = default;

    /// Makes `path` with 12 random characters behind it; also "/tmp/" is such a path. Errors: as those of File::open.
    static result<TemporaryFile> create(PathView path) noexcept;
    /// The same in a directory that is open; `prefix` has no slash.
    static result<TemporaryFile> create_in(const Directory& directory, std::string_view prefix) noexcept;

    /// The open file.
    const File& file() const noexcept WALI_LIFETIMEBOUND { return file_; }
    /// Its name in the directory that it was made in; empty after rename(), which says another one.
    std::string_view name() const noexcept WALI_LIFETIMEBOUND { return name_.name(); }

    /// renameat2(2), tier spec: gives it a lasting name in the same directory, replacing what has that unless
    /// NOREPLACE.
    result<void> rename(PathView name, RenameFlags flags = RenameFlags{}) noexcept { return name_.rename(name, flags); }
    /// Lets it stay under its name.
    void keep() noexcept { name_.keep(); }

  private:
    static result<TemporaryFile> create_at(Fd directory, std::string_view prefix) noexcept;
    TemporaryFile(File file, TemporaryName name) noexcept : file_(std::move(file)), name_(std::move(name)) {}

    File file_;
    TemporaryName name_;
};

namespace fs {
/// openat(2) with O_TMPFILE, tier spec: a new file without a name in the file system of `directory`, for the owner
/// alone; gone when it is closed, unless link_into() gives it a name. OPNOTSUPP where the file system cannot do that.
inline result<File> open_unnamed(PathView directory) noexcept {
    return File::open(directory, OpenFlags::RDWR | OpenFlags::TMPFILE, Permissions::RUSR | Permissions::WUSR);
}

/// linkat(2), tier spec: gives the open file `file` a (further) name, which nothing has yet (EXIST). By way of
/// /proc/self/fd (NOENT where that is missing). NOENT, too, for a file that had names and has lost them all.
result<void> link_into(BorrowedFd file, BorrowedFd directory, PathView path) noexcept;
inline result<void> link_into(BorrowedFd file, PathView path) noexcept {
    return link_into(file, current_directory(), path);
}
}  // namespace fs

}  // namespace wali
