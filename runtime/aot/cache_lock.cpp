// SPDX-License-Identifier: BSL-1.0
#include "cache_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "../run/cache.h"
#include "interrupt.h"
#include "refusal.h"

namespace wali::aot {

std::optional<CacheLock> CacheLock::wait(const std::string& path, const std::function<bool()>& needless) {
    while (!needless()) {
        if (auto lock = attempt(path)) return lock;
        if (errno != EWOULDBLOCK)
            throw Refusal(with_errno("cannot write to the cache " + path.substr(0, path.rfind('/')), errno) +
                          "; set WALI_CACHE_DIR to a folder that can be written");
        sleep_for(std::chrono::milliseconds(20));
    }
    return {};
}

std::optional<CacheLock> CacheLock::attempt(const std::string& path) {
    const std::string file = cache::lock(path);
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return {};
    struct stat status;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 && status.st_nlink > 0) return CacheLock(file, fd);
    close(fd);  // somebody holds it, or has just removed it
    errno = EWOULDBLOCK;
    return {};
}

CacheLock::~CacheLock() {
    struct stat status;
    if (fd_ < 0) return;
    if (fstat(fd_, &status) == 0 && status.st_nlink > 0) unlink(path_.c_str());
    close(fd_);
}

CacheLock& CacheLock::operator=(CacheLock&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
}

void CacheLock::leave() { close(std::exchange(fd_, -1)); }

}  // namespace wali::aot
