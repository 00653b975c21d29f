// SPDX-License-Identifier: BSL-1.0
//
// open, creat, openat, openat2 and open_by_handle_at. A process can write its whole memory through /proc/PID/mem, under
// whatever name that is reached, so what was opened is looked at: on procfs, the file itself must not be called mem,
// and it must not be mounted elsewhere under another name.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "host.h"

#define PROC_SUPER_MAGIC_ 0x9fa0
#define O_PATH_ 010000000U

static bool ends_in(const char* path, size_t length, const char* end) {
    const size_t size = strlen(end);
    return length >= size && memcmp(path + length - size, end, size) == 0;
}

// A file, not a folder, that a bind mount shows under a name of its own.
static bool is_mounted_file(uint64_t fd) {
    struct statx status;
    if (failed(wali_syscall5(332, fd, (uint64_t)"", AT_EMPTY_PATH, STATX_TYPE, (uint64_t)&status))) return true;
    return !S_ISDIR(status.stx_mode) && (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// Appends a decimal number.
static void append_number(char* text, uint64_t number) {
    char digits[20];
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    text += strlen(text);
    while (count > 0) *text++ = digits[--count];
    *text = '\0';
}

static bool is_process_memory(uint64_t fd) {
    struct statfs status;
    if (failed(wali_syscall2(138, fd, (uint64_t)&status)) || status.f_type != PROC_SUPER_MAGIC_) return false;
    char link[40] = "/proc/self/fd/";
    char path[4096];
    append_number(link, fd);
    const uint64_t length = wali_syscall3(89, (uint64_t)link, (uint64_t)path, sizeof path);
    // If its name cannot be learned (another procfs, no /proc), nothing on procfs is handed out. It is lost with the
    // thread whose mem file it was.
    return failed(length) || ends_in(path, length, "/mem") || ends_in(path, length, " (deleted)") ||
           is_mounted_file(fd);
}

static uint64_t checked(uint64_t fd, uint32_t pathname) {
    if (failed(fd)) return fd;
    if (is_process_memory(fd)) {
        wali_syscall1(3, fd);
        return wali_error(E_ACCES);
    }
    environment_file_opened(pathname);
    return fd;
}

uint64_t w2c_wali_SYS_open(struct w2c_wali* host, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return checked(wali_syscall3(2, wali_pointer(pathname), flags, mode), pathname);
}

uint64_t w2c_wali_SYS_openat(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return checked(wali_syscall4(257, dirfd, wali_pointer(pathname), flags, mode), pathname);
}

uint64_t w2c_wali_SYS_creat(struct w2c_wali* host, uint32_t pathname, uint32_t mode) {
    (void)host;
    return checked(wali_syscall2(85, wali_pointer(pathname), mode), pathname);
}

uint64_t w2c_wali_SYS_openat2(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t how, uint32_t size) {
    (void)host;
    return checked(wali_syscall4(437, dirfd, wali_pointer(pathname), wali_pointer(how), size), pathname);
}

uint64_t w2c_wali_SYS_open_by_handle_at(struct w2c_wali* host, uint32_t mount_fd, uint32_t handle, uint32_t flags) {
    (void)host;
    return checked(wali_syscall3(304, mount_fd, wali_pointer(handle), flags), 0);
}
