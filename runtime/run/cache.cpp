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

#include <cstdio>
#include <cstdlib>
#include <cstring>

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

}  // namespace

Tier tier() {
    const char* chosen = std::getenv("WALI_TIER");
    if (!chosen || !*chosen || std::strcmp(chosen, "auto") == 0) return Tier::Auto;
    if (std::strcmp(chosen, "quick") == 0) return Tier::Quick;
    if (std::strcmp(chosen, "full") == 0) return Tier::Full;
    return Tier::Unknown;
}

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

std::string path_of(const std::string& folder, const void* module, std::size_t size) {
    const char* compiler = std::getenv("WALI_CC");
    if (!compiler) compiler = "";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    const std::string runtime = runtime_folder();
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, WALI_RUNTIME_IDENTITY, sizeof WALI_RUNTIME_IDENTITY);
    SHA256_Update(&context, runtime.c_str(), runtime.size() + 1);
    SHA256_Update(&context, compiler, std::strlen(compiler) + 1);
    SHA256_Update(&context, module, size);
    SHA256_Final(digest, &context);
    std::string path = folder + "/";
    for (const unsigned char byte : digest) {
        path += "0123456789abcdef"[byte >> 4];
        path += "0123456789abcdef"[byte & 15];
    }
    return path;
}

bool usable(const std::string& path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    return (status.st_uid == geteuid() || status.st_uid == 0) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool locked(const std::string& path) {
    const int fd = open(lock(path).c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return held;
}

}  // namespace wali::cache
