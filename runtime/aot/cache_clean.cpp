// SPDX-License-Identifier: BSL-1.0
#include "cache_clean.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <vector>

#include "../run/cache.h"
#include "cache_lock.h"
#include "workspace.h"

namespace wali::aot {
namespace {

constexpr std::size_t key_size = 64;  // hexadecimal digits

/// All files of a module.
struct Program {
    std::string key;
    std::vector<std::string> files;
    std::uintmax_t bytes = 0;
    std::time_t used = 0;
};

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (std::filesystem::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
        names.push_back(entry->path().filename());
    return names;
}

bool is_key(const std::string& name) {
    return name.size() >= key_size && name.find_first_not_of("0123456789abcdef") >= key_size &&
           (name.size() == key_size || name[key_size] == '.');
}

std::vector<Program> programs_in(const std::string& folder) {
    std::map<std::string, Program> programs;
    for (const std::string& name : names_in(folder)) {
        struct stat status;
        if (!is_key(name) || lstat((folder + "/" + name).c_str(), &status) != 0) continue;
        Program& program = programs[name.substr(0, key_size)];
        program.key = name.substr(0, key_size);
        program.files.push_back(name);
        program.bytes += static_cast<std::uintmax_t>(status.st_size);
        program.used = std::max({program.used, status.st_atime, status.st_mtime});
    }
    std::vector<Program> result;
    for (auto& [key, program] : programs) result.push_back(std::move(program));
    return result;
}

bool is_staged(const std::string& name) { return name.find(".tmp") != std::string::npos; }

/// Those of its files that `chosen` accepts, unless somebody makes one.
template <class Chosen>
std::uintmax_t remove_files(const std::string& folder, const Program& program, Chosen chosen) {
    const auto lock = CacheLock::attempt(folder + "/" + program.key);
    if (!lock) return 0;
    std::uintmax_t bytes = 0;
    for (const std::string& name : program.files) {
        struct stat status;
        const std::string path = folder + "/" + name;
        if (path == cache::lock(folder + "/" + program.key) || !chosen(name)) continue;
        if (lstat(path.c_str(), &status) == 0 && unlink(path.c_str()) == 0)
            bytes += static_cast<std::uintmax_t>(status.st_size);
    }
    return bytes;
}

bool needs_tidying(const Program& program) {
    return std::any_of(program.files.begin(), program.files.end(), [](const std::string& name) {
        return is_staged(name) || name.find(".lock") != std::string::npos;
    });
}

}  // namespace

Cleaned clean_cache(const std::string& folder, std::uintmax_t limit, const std::string& kept) {
    std::vector<Program> programs = programs_in(folder);
    std::uintmax_t all = 0;
    for (const Program& program : programs) {
        const std::uintmax_t staged = needs_tidying(program) ? remove_files(folder, program, is_staged) : 0;
        all += program.bytes - std::min(program.bytes, staged);
    }
    std::sort(programs.begin(), programs.end(), [](const Program& a, const Program& b) { return a.used < b.used; });
    Cleaned cleaned;
    for (const Program& program : programs) {
        if (all - std::min(all, cleaned.bytes) <= limit) break;
        if (folder + "/" + program.key == kept) continue;
        const std::uintmax_t bytes = remove_files(folder, program, [](const std::string&) { return true; });
        cleaned.programs += bytes > 0;
        cleaned.bytes += bytes;
    }
    return cleaned;
}

void clean_temporary_folders(const std::string& folder) {
    for (const std::string& name : names_in(folder)) {
        if (name.rfind(TemporaryFolder::prefix, 0) != 0) continue;
        const std::string path = folder + "/" + name;
        const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat status;
        if (fd < 0) continue;
        // One that was made just now may not be locked yet.
        const bool old = fstat(fd, &status) == 0 && std::time(nullptr) - status.st_mtime > 60;
        std::error_code ignored;
        if (old && flock(fd, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(path, ignored);
        close(fd);
    }
}

}  // namespace wali::aot
