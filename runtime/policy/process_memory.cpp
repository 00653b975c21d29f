// SPDX-License-Identifier: BSL-1.0
#include "process_memory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "constants.h"
#include "policy.h"

namespace wali::policy {
namespace {

struct PathDescriptor {
    explicit PathDescriptor(const std::string& path) : fd(open(path.c_str(), O_PATH | O_CLOEXEC)) {
        if (fd < 0) throw failure(path);
    }
    ~PathDescriptor() { close(fd); }
    PathDescriptor(const PathDescriptor&) = delete;
    PathDescriptor& operator=(const PathDescriptor&) = delete;
    int fd;
};

/// A field of mountinfo, in which \ooo stands for blanks and their like.
std::string unescaped(const std::string& field) {
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 3 < field.size()) {
            text += static_cast<char>(std::stoi(field.substr(i + 1, 3), nullptr, 8));
            i += 3;
        } else {
            text += field[i];
        }
    }
    return text;
}

/// Where file systems of the type proc are mounted, or files of one.
std::vector<std::string> proc_mounts() {
    std::ifstream mounts("/proc/self/mountinfo");
    if (!mounts) throw PolicyError("cannot read /proc/self/mountinfo: is /proc mounted?");
    std::vector<std::string> places;
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string field;
        std::string place;
        for (int i = 0; i < 5; ++i) fields >> place;
        while (fields >> field && field != "-") continue;
        if (fields >> field && field == "proc") places.push_back(unescaped(place));
    }
    return places;
}

bool is_below(const std::string& path, const std::string& folder) {
    const std::string start = folder == "/" ? folder : folder + "/";
    return path.compare(0, start.size(), start) == 0;
}

bool holds_any(const std::string& folder, const std::vector<std::string>& places) {
    for (const std::string& place : places)
        if (is_below(place, folder)) return true;
    return false;
}

bool is_proc(int fd) {
    struct statfs system;
    return fstatfs(fd, &system) == 0 && system.f_type == WALI_PROC_SUPER_MAGIC;
}

/// A folder with a mount of proc below: everything in it but that, as far as this user can open it.
void split(const std::string& folder, const std::vector<std::string>& places,
           const std::function<void(int, bool)>& allow) {
    const auto allow_one = [&](const std::string& path, bool whole) {
        const int fd = open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) return;
        if (!is_proc(fd)) allow(fd, whole);
        close(fd);
    };
    allow_one(folder, false);
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string path = entry->path().string();
        if (entry->is_symlink(error)) continue;
        if (holds_any(path, places))
            split(path, places, allow);
        else
            allow_one(path, true);
    }
}

}  // namespace

void without_process_memory(const std::string& path, const std::function<void(int fd, bool whole)>& allow) {
    const PathDescriptor descriptor(path);
    char real[PATH_MAX];
    struct stat status;
    if (!realpath(path.c_str(), real) || fstat(descriptor.fd, &status) != 0) throw failure(path);
    const std::string name = std::filesystem::path(real).filename();
    if (is_proc(descriptor.fd) && (S_ISDIR(status.st_mode) || name == "mem"))
        throw PolicyError(path + ": of /proc only single files can be allowed, and no memory of a process");
    std::vector<std::string> places;
    if (S_ISDIR(status.st_mode)) places = proc_mounts();
    if (holds_any(real, places))
        split(real, places, allow);
    else
        allow(descriptor.fd, true);
}

}  // namespace wali::policy
