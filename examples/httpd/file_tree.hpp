// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

import wali;

namespace httpd {

/// The folder that is served. Nothing outside of it can be opened through it.
///
/// A path is walked name by name with openat(2) and O_NOFOLLOW, each from the directory that the last step opened. So a
/// symbolic link is never followed, wherever it points, and nobody can swap a directory for a link between a check and
/// its use. The price: links inside the folder are not served either, and each directory must be readable.
class FileTree {
  public:
    struct Found {
        wali::File file;          ///< open for reading; empty for a directory
        wali::FileStatus status;  ///< of a regular file or a directory
    };

    /// Errors: NOENT, NOTDIR, ACCES.
    static wali::result<FileTree> open(wali::PathView root) noexcept;

    /// Finds what `path` names: a path as decode_path() makes it. With a slash at the end it names a directory, and
    /// what is found is the file index.html in it; without one a directory is found as such.
    ///
    /// Errors: NOENT for what is neither file nor directory too (a pipe, a device: they are not even opened); NOTDIR
    /// and LOOP for a file or a link where a directory should be; ACCES; MFILE, NFILE.
    wali::result<Found> find(std::string_view path) const noexcept;

  private:
    explicit FileTree(wali::Fd root) noexcept : root_(static_cast<wali::Fd&&>(root)) {}

    wali::Fd root_;
};

}  // namespace httpd
