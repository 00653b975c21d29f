// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wali/event/pid_fd.hpp>

namespace wali::detail {

/// A process whose Child is gone.
struct DetachedChild {
    PidFd pid_fd;
    DetachedChild* next = nullptr;
};

}  // namespace wali::detail
