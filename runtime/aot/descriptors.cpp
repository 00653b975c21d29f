// SPDX-License-Identifier: BSL-1.0
#include "descriptors.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "refusal.h"

namespace wali::aot {

std::vector<int> open_descriptors() {
    std::vector<int> result;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error))
        result.push_back(std::stoi(entry.path().filename()));
    if (error) throw Refusal("cannot read /proc/self/fd: " + error.message());
    const auto is_closed = [](int fd) { return fcntl(fd, F_GETFD) < 0; };  // that of the folder itself
    result.erase(std::remove_if(result.begin(), result.end(), is_closed), result.end());
    return result;
}

}  // namespace wali::aot
