// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/core/error.hpp>
#include <wali/core/result.hpp>

namespace test {

/// Whether a call failed, and as it should.
template <class T>
bool is_error(const wali::result<T>& outcome, wali::Errno code, wali::Call call) {
    return outcome.has_error() && outcome.error() == wali::Error(code, call);
}

}  // namespace test
