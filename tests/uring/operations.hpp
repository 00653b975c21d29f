// SPDX-License-Identifier: BSL-1.0
// For tests of rings: one operation from its beginning to its end, and text in buffers.
#pragma once

#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include <wali/uring.hpp>

namespace test {

/// The result of the only operation that is under way.
template <class T>
wali::result<T> finish(wali::IoUring& ring, wali::result<wali::IoKey<T>> added) {
    REQUIRE(added);
    wali::IoCompletion done = ring.wait().value();
    return done.get(added.value());
}

inline wali::IoBuffer filled(std::string_view text) { return wali::IoBuffer::copy_of(text).value(); }

inline std::string_view text_of(const wali::IoBuffer& buffer) { return wali::as_text(buffer.bytes()); }

}  // namespace test
