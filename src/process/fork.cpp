// SPDX-License-Identifier: BSL-1.0
#include <wali/process/process.hpp>

#include <unistd.h>
#include <cerrno>

namespace wali::process {

result<Pid> fork() noexcept {
    const int before = errno;
    const pid_t child = ::fork();
    const int error = errno;
    errno = before;
    if (child < 0) return Error(static_cast<Errno>(error), Call::fork);
    return Pid(child);
}

}  // namespace wali::process
