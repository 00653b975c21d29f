// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "file_tree.hpp"

import wali;

namespace httpd {

/// A regular file in the state in which it is served: open, with its header fields, and in memory if it is small.
/// Connections share it while they send it.
///
/// The mapped bytes are only ever handed to the kernel. If the file is cut off while it is mapped, a send answers
/// Errno::FAULT and the connection ends; touching the bytes here would raise SIGBUS instead.
class ServedFile {
  public:
    /// A file up to this size is mapped once for everybody, a larger one in windows of this size by each connection.
    static constexpr wali::u64 window_size = 1 << 20;

    /// Maps the file if it is small. `path` tells the content type. Errors: NOMEM.
    static wali::result<std::shared_ptr<const ServedFile>> make(FileTree::Found found, std::string_view path) noexcept;

    /// Whether the open file still has the name, contents and size that it had: one fstat(2).
    bool unchanged() const noexcept;

    wali::u64 size() const noexcept { return status_.size(); }
    /// Content-Type, Content-Length and Last-Modified, each with its line end.
    std::string_view header_fields() const noexcept { return {fields_.data(), fields_size_}; }
    /// The whole contents of a small file, else empty.
    wali::ConstBytes contents() const noexcept { return map_.bytes(); }
    /// Maps the part of the file from `offset`, a multiple of window_size, to the next one or the end.
    wali::result<wali::MemoryMap> map_window(wali::u64 offset) const noexcept;

  private:
    ServedFile(FileTree::Found found, wali::MemoryMap map, std::string_view path) noexcept;

    wali::File file_;
    wali::FileStatus status_;
    wali::MemoryMap map_;
    std::array<char, 192> fields_;
    wali::usize fields_size_ = 0;
};

}  // namespace httpd
