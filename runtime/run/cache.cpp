// SPDX-License-Identifier: BSL-1.0
#include "cache.h"

// The low-level functions: walirun is linked statically and must start fast, and EVP would pull in all of libcrypto.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fcntl.h>
#include <limits.h>
#include <openssl/sha.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../observe/variable.h"
#include "choice.h"
#include "runtime_identity.h"

namespace wali::cache {
namespace {

/// $HOME, or what /etc/passwd says: programs are also started with an empty environment. (getpwuid would need shared
/// libraries, also where the file has the answer.)
std::string home() {
    if (const char* home = std::getenv("HOME"); home && *home) return home;
    std::string result;
    std::FILE* users = std::fopen("/etc/passwd", "re");
    if (!users) return result;
    while (const passwd* user = fgetpwent(users)) {
        if (user->pw_uid != geteuid()) continue;
        result = user->pw_dir;
        break;
    }
    std::fclose(users);
    return result;
}

bool is_owned(const struct stat& status) { return status.st_uid == geteuid() || status.st_uid == 0; }

bool is_closed(const struct stat& status) { return (status.st_mode & (S_IWGRP | S_IWOTH)) == 0; }

std::string text_of(SHA256_CTX& context) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_Final(digest, &context);
    std::string text;
    for (const unsigned char byte : digest) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

}  // namespace

Tier tier() {
    const char* chosen = std::getenv("WALI_TIER");
    if (!chosen || !*chosen || std::strcmp(chosen, "auto") == 0) return Tier::Auto;
    if (std::strcmp(chosen, "quick") == 0) return Tier::Quick;
    if (std::strcmp(chosen, "full") == 0) return Tier::Full;
    return Tier::Unknown;
}

bool is_observed() { return std::getenv(OBSERVED_VARIABLE) != nullptr; }

std::string folder() {
    if (const char* chosen = std::getenv("WALI_CACHE_DIR"); chosen && *chosen) return std::string(chosen) + "/aot";
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return std::string(xdg) + "/wali/aot";
    const std::string found = home();
    return found.empty() ? found : found + "/.cache/wali/aot";
}

std::string runtime_folder() {
    char self[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    if (length <= 0 || length == sizeof self) return {};
    const std::string path(self, static_cast<std::size_t>(length));
    return path.substr(0, path.rfind('/'));
}

namespace {

/// What else than the module a translation depends on.
SHA256_CTX begin_key() {
    const char* compiler = choice("WALI_CC");
    if (!compiler) compiler = "";
    const std::string runtime = runtime_folder();
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, WALI_RUNTIME_IDENTITY, sizeof WALI_RUNTIME_IDENTITY);
    SHA256_Update(&context, runtime.c_str(), runtime.size() + 1);
    SHA256_Update(&context, compiler, std::strlen(compiler) + 1);
    if (is_observed()) SHA256_Update(&context, "observed", sizeof "observed");
    return context;
}

}  // namespace

std::string path_of(const std::string& folder, const void* module, std::size_t size) {
    SHA256_CTX context = begin_key();
    SHA256_Update(&context, module, size);
    return folder + "/" + text_of(context);
}

std::string path_of(const std::string& folder, int module) {
    static unsigned char bytes[1 << 16];
    SHA256_CTX context = begin_key();
    off_t at = 0;
    for (;;) {
        const ssize_t count = pread(module, bytes, sizeof bytes, at);
        if (count == 0) return folder + "/" + text_of(context);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 || at > max_module_bytes) return {};
        SHA256_Update(&context, bytes, static_cast<std::size_t>(count));
        at += count;
    }
}

std::string hash(const void* bytes, std::size_t size) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, size);
    return text_of(context);
}

std::string problem_of(const std::string& folder) {
    struct stat status;
    if (lstat(folder.c_str(), &status) != 0) return {};
    if (S_ISLNK(status.st_mode)) return "is a symbolic link";
    if (!S_ISDIR(status.st_mode)) return "is no folder";
    if (!is_owned(status)) return "belongs to user " + std::to_string(status.st_uid);
    return is_closed(status) ? "" : "can be written by others";
}

int open_trusted(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (fd < 0) return -1;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && is_owned(status) && is_closed(status)) return fd;
    close(fd);
    return -1;
}

Record record_of(const std::string& path) {
    char text[200];
    const int fd = open_trusted(record(path));
    if (fd < 0) return {};
    const ssize_t size = read(fd, text, sizeof text);
    close(fd);
    const std::string line(text, static_cast<std::size_t>(size > 0 ? size : 0));
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos || line.back() != '\n') return {};
    return {line.substr(0, blank), line.substr(blank + 1, line.size() - blank - 2)};
}

std::string state_of(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0) return {};
    return std::to_string(status.st_size) + " " + std::to_string(status.st_ino) + " " +
           std::to_string(status.st_ctim.tv_sec) + "." + std::to_string(status.st_ctim.tv_nsec);
}

int open_unchanged(const std::string& path) {
    const int fd = open_trusted(path);
    if (fd < 0) return -1;
    const Record record = record_of(path);
    if (!record.state.empty() && record.state == state_of(fd)) return fd;
    close(fd);
    return -1;
}

bool locked(const std::string& path) {
    const int fd = open(lock(path).c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return held;
}

}  // namespace wali::cache
