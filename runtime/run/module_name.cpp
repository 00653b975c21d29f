// SPDX-License-Identifier: BSL-1.0
#include "module_name.h"

#include <limits.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

namespace wali {

void name_module(int fd) {
    static const char name[] = "WALI_MODULE=";
    static std::string variable;
    static std::vector<char*> variables;
    char path[PATH_MAX];
    const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    if (length > 0) {
        variable = name + std::string(path, static_cast<std::size_t>(length));
        variables.push_back(variable.data());
    }
    for (char** entry = environ; *entry; ++entry)
        if (std::strncmp(*entry, name, sizeof name - 1) != 0) variables.push_back(*entry);
    variables.push_back(nullptr);
    environ = variables.data();
}

}  // namespace wali
