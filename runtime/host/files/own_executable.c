// SPDX-License-Identifier: BSL-1.0
//
// /proc/self/exe. For the kernel a program is the compiled module in the cache; the guest shall see its module. walirun
// names that in the first variable of the environment, which the guest does not get. A program of wali-aot -o is its
// own executable.
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>

#include "files.h"

static const char name[] = "WALI_MODULE=";
static const char* module_path;  // NULL: not known

char** module_path_take(char** environment) {
    if (!environment[0] || strncmp(environment[0], name, sizeof name - 1) != 0) return environment;
    module_path = environment[0] + sizeof name - 1;
    const char* const slash = strrchr(module_path, '/');
    wali_syscall2(NR_prctl, PR_SET_NAME, (uint64_t)(slash ? slash + 1 : module_path));  // as execve natively
    return environment + 1;
}

// --- paths that lead there ---

static bool is_own(const char* process) {
    char own[24] = "";
    if (strcmp(process, "self/exe") == 0 || strcmp(process, "thread-self/exe") == 0) return true;
    append_number(own, wali_syscall0(NR_getpid));
    const size_t length = strlen(own);
    return strncmp(process, own, length) == 0 && strcmp(process + length, "/exe") == 0;
}

const char* module_variable(void) { return module_path - (sizeof name - 1); }

uint64_t own_executable_path(const char* path) {
    static const char proc[] = "/proc/";
    const size_t length = sizeof proc - 1;
    return module_path && strncmp(path, proc, length) == 0 && is_own(path + length) ? (uint64_t)module_path : 0;
}

// --- readlink: whatever path it is asked by ---

static bool is_own_executable(const char* link, size_t length) {
    char own[WALI_PAGE];
    if (!module_path) return false;
    const uint64_t own_length = wali_syscall3(NR_readlink, (uint64_t)"/proc/self/exe", (uint64_t)own, sizeof own);
    return own_length == length && memcmp(link, own, length) == 0;
}

uint64_t w2c_wali_SYS_readlinkat(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t buf,
                                 uint32_t bufsiz) {
    (void)host;
    char link[WALI_PAGE];
    if ((int32_t)bufsiz <= 0) return wali_error(WALI_EINVAL);
    uint64_t length = wali_syscall4(NR_readlinkat, dirfd, wali_pointer(pathname), (uint64_t)link, sizeof link);
    if (failed(length)) return length;
    const char* text = link;
    if (is_own_executable(link, length)) {
        text = module_path;
        length = strlen(text);
    }
    if (length > bufsiz) length = bufsiz;
    return guest_write(buf, text, length) != 0 ? wali_error(WALI_EFAULT) : length;
}

uint64_t w2c_wali_SYS_readlink(struct w2c_wali* host, uint32_t pathname, uint32_t buf, uint32_t bufsiz) {
    return w2c_wali_SYS_readlinkat(host, (uint32_t)AT_FDCWD, pathname, buf, bufsiz);
}
