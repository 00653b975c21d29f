// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>
#include <string_view>

#include "status.hpp"

namespace httpd {

/// The parts of a request target: RFC 9112, section 3.2. Empty path: the target is of a form without one ("*").
struct Target {
    std::string_view path;   ///< still percent-encoded, begins with a slash
    std::string_view query;  ///< with its question mark; empty without one
};

/// Takes "/path?query" or "http://host/path?query" apart.
Target split_target(std::string_view target) noexcept;

/// A path as the file tree takes it, or why there is none.
struct RequestPath {
    Status status = Status::ok;
    std::string_view text;  ///< decoded; begins with a slash; views the buffer given to decode_path()
};

/// Decodes the percent-encoding of `path` into `buffer`, which is at least as long as `path`.
///
/// What comes out with Status::ok is a slash followed by names separated by single slashes, maybe with one at the end.
/// No name is empty, "." or "..", and none holds a NUL or a slash. Clients resolve dots before they send a request, so
/// a path that still has them is looked for literally, and not found. Malformed encoding and NUL are a bad request.
RequestPath decode_path(std::string_view path, std::span<char> buffer) noexcept;

}  // namespace httpd
