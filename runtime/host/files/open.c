// SPDX-License-Identifier: BSL-1.0
//
// open, creat, openat and openat2. Of a user without privileges the kernel protects the process's memory (dumpable.c).
// For root there is a guard rail, no wall: a path whose last component is "mem" is refused if it leads to a
// /proc/PID/mem. Other names for that file, links and mounts, are not looked for.
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "environment.h"
#include "files.h"

static bool is_named_mem(const char* path) {
    const char* slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, "mem") == 0;
}

static bool is_process_memory(uint64_t fd) {
    struct stat status;
    struct statfs system;
    return !failed(wali_syscall2(NR_fstat, fd, (uint64_t)&status)) && S_ISREG(status.st_mode) &&
           !failed(wali_syscall2(NR_fstatfs, fd, (uint64_t)&system)) && system.f_type == WALI_PROC_SUPER_MAGIC;
}

bool path_is_refused(uint64_t dirfd, const struct guest_path* path) {
    if (!is_named_mem(path->text)) return false;
    const uint64_t fd = wali_syscall4(NR_openat, dirfd, path->native, O_PATH | O_CLOEXEC, 0);
    if (failed(fd)) return false;
    const bool refused = is_process_memory(fd);
    wali_syscall1(NR_close, fd);
    return refused;
}

static uint64_t open_at(uint64_t dirfd, uint32_t pathname, uint64_t flags, uint32_t mode) {
    struct guest_path path;
    uint64_t fd;
    path_read(&path, pathname);
    if (environment_file_open(path.text, flags, &fd)) return fd;
    const bool follows = (flags & (O_ACCMODE | O_NOFOLLOW)) == O_RDONLY;
    const uint64_t own = follows ? own_executable_path(path.text) : 0;
    if (path_is_refused(dirfd, &path)) return wali_error(WALI_EACCES);
    return wali_syscall4(NR_openat, dirfd, own != 0 ? own : path.native, flags, mode);
}

uint64_t w2c_wali_SYS_open(struct w2c_wali* host, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return open_at((uint64_t)AT_FDCWD, pathname, flags, mode);
}

uint64_t w2c_wali_SYS_openat(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return open_at(dirfd, pathname, flags, mode);
}

uint64_t w2c_wali_SYS_creat(struct w2c_wali* host, uint32_t pathname, uint32_t mode) {
    (void)host;
    return open_at((uint64_t)AT_FDCWD, pathname, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

uint64_t w2c_wali_SYS_openat2(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t how, uint32_t size) {
    (void)host;
    struct guest_path path;
    path_read(&path, pathname);
    if (path_is_refused(dirfd, &path)) return wali_error(WALI_EACCES);
    return wali_syscall4(NR_openat2, dirfd, path.native, wali_pointer(how), size);
}
