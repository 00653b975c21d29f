// SPDX-License-Identifier: BSL-1.0
#include "descriptors.h"

#include <dirent.h>

#include <cerrno>
#include <cstdlib>

#include "refusal.h"

namespace wali::aot {

std::vector<int> open_descriptors() {
    DIR* const folder = opendir("/proc/self/fd");
    if (!folder) throw Refusal(with_errno("cannot read /proc/self/fd", errno));
    std::vector<int> result;
    while (const dirent* entry = readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        if (const int fd = std::atoi(entry->d_name); fd != dirfd(folder)) result.push_back(fd);
    }
    closedir(folder);
    return result;
}

}  // namespace wali::aot
