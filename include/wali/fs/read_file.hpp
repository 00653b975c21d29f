// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <wali/core/read_to_end.hpp>
#include <wali/fs/file.hpp>

WALI_EXPORT namespace wali::fs {
/// A whole file, at most `limit` bytes (Errno::FBIG beyond), in a container of the caller's choice:
///
///     WALI_TRY(const auto name, wali::fs::read_file<std::string>("/etc/hostname", 4096));
///
/// openat(2), fstat(2) and read(2), tier spec, over as many calls as it takes; EINTR is retried once the file is open.
template <GrowingBytes Container>
result<Container> read_file_at(BorrowedFd directory, PathView path, usize limit) {
    const result<File> file = File::open_at(directory, path);
    if (file.has_error()) return file.assume_error();
    Container contents;
    const Transfer read = file.assume_value().read_to_end(contents, limit);
    if (read.has_error()) return read.assume_error();
    return contents;
}
template <GrowingBytes Container>
result<Container> read_file(PathView path, usize limit) {
    return read_file_at<Container>(current_directory(), path, limit);
}

/// Makes or empties a file and writes all of `bytes`: openat(2), write(2), close(2), tier spec. Whoever reads at the
/// same time, or after a crash, may see a part: AtomicFile shows the old or the new contents only.
inline result<void> write_file_at(BorrowedFd directory, PathView path, ConstBytes bytes,
                                  Permissions permissions) noexcept {
    result<File> file =
        File::open_at(directory, path, OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC, permissions);
    if (file.has_error()) return file.assume_error();
    const Transfer written = file.assume_value().write_all(bytes);
    if (written.has_error()) return written.assume_error();
    return file.assume_value().close();
}
inline result<void> write_file(PathView path, ConstBytes bytes, Permissions permissions) noexcept {
    return write_file_at(current_directory(), path, bytes, permissions);
}
inline result<void> write_file(PathView path, ConstBytes bytes) noexcept {
    return write_file(path, bytes, File::default_permissions);
}

}  // namespace wali::fs
