// SPDX-License-Identifier: BSL-1.0
#include "module_name.h"

#include <limits.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "../observe/variable.h"

namespace wali {

void name_module(int fd) {
    static const char name[] = "WALI_MODULE=";
    static const char filters[] = "WALI_FILTERS=";
    static const char observed[] = OBSERVED_VARIABLE "=";
    static std::string variable;
    static std::vector<char*> variables;
    char path[PATH_MAX];
    const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    if (length > 0) {
        variable = name + std::string(path, static_cast<std::size_t>(length));
        variables.push_back(variable.data());
    }
    const auto is = [](const char* entry, const char* prefix) {
        return std::strncmp(entry, prefix, std::strlen(prefix)) == 0;
    };
    // What the host of the program that executes this one has put in front of its guest's, in the order in which ours
    // takes it.
    for (const char* host : {filters, observed})
        for (char** entry = environ; *entry; ++entry)
            if (is(*entry, host)) variables.push_back(*entry);
    for (char** entry = environ; *entry; ++entry)
        if (!is(*entry, name) && !is(*entry, filters) && !is(*entry, observed)) variables.push_back(*entry);
    variables.push_back(nullptr);
    environ = variables.data();
}

}  // namespace wali
