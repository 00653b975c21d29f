// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <netdb.h>

#include <wali/abi/constants/errno.hpp>

namespace wali::detail {

/// What getaddrinfo(3) means by its result `code` and errno, which is 0 where it says EAI_SYSTEM without a reason.
inline abi::Errno resolution_error(int code, int error) noexcept {
    using abi::Errno;
    switch (code) {
        case EAI_AGAIN: return Errno::AGAIN;
        case EAI_FAIL: return Errno::IO;
        case EAI_MEMORY: return Errno::NOMEM;
        case EAI_SYSTEM: return error > 0 ? static_cast<Errno>(error) : Errno::IO;
        default: return Errno::NOENT;
    }
}

}  // namespace wali::detail
