// SPDX-License-Identifier: BSL-1.0
//
// The environment, as a file in memory that is made when the guest asks. Lines of KEY=VALUE. What contains newlines or
// no '=' comes behind a NUL, escaped and ended by NULs: wali++'s C library reads it
// (sysroot/musl/overlay/src/env/wasm32/__environ.c); to others it is one empty line.
//
// Its path is that of the descriptor in /proc. Who opens that gets the descriptor itself, so there need be no /proc.
// The limit of files' sizes holds for files in memory, too, and SIGXFSZ would end the program before it begins: where
// the limit cannot be raised there is no environment.
#include "environment.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "files.h"

static char** environment;
static int environment_fd = -1;
static char environment_path[32];

void environment_set(char** variables) { environment = variables; }

static uint64_t measured;  // what was written to MEASURE
enum { MEASURE = -1 };

static bool write_all(int fd, const char* text, size_t length) {
    if (fd == MEASURE) {
        measured += length;
        return true;
    }
    while (length > 0) {
        const uint64_t count = wali_syscall3(NR_write, (uint64_t)fd, (uint64_t)text, length);
        if (failed(count)) return false;
        text += count;
        length -= count;
    }
    return true;
}

static bool fits_line(const char* entry) { return strchr(entry, '=') && !strchr(entry, '\n'); }

static bool write_escaped(int fd, const char* text) {
    for (;;) {
        const size_t plain = strcspn(text, "\n\\");
        if (!write_all(fd, text, plain)) return false;
        text += plain;
        if (!*text) return write_all(fd, "", 1);
        if (!write_all(fd, *text == '\n' ? "\\n" : "\\\\", 2)) return false;
        ++text;
    }
}

static bool write_environment(int fd) {
    bool more = false;
    for (char** entry = environment; *entry; ++entry) {
        if (!fits_line(*entry))
            more = true;
        else if (!write_all(fd, *entry, strlen(*entry)) || !write_all(fd, "\n", 1))
            return false;
    }
    if (more && !write_all(fd, "", 1)) return false;
    for (char** entry = environment; *entry; ++entry)
        if (!fits_line(*entry) && !write_escaped(fd, *entry)) return false;
    return true;
}

// Whether a file may have the size that was measured; lets it, as far as the process may.
static bool raise_file_size_limit(struct rlimit* before) {
    const uint64_t address = (uint64_t)before;
    if (failed(wali_syscall4(NR_prlimit64, 0, RLIMIT_FSIZE, 0, address))) return false;
    if (before->rlim_cur >= measured) return true;
    const struct rlimit raised = {measured, before->rlim_max > measured ? before->rlim_max : measured};
    return !failed(wali_syscall4(NR_prlimit64, 0, RLIMIT_FSIZE, (uint64_t)&raised, 0));
}

static bool write_within_limit(int fd) {
    struct rlimit before;
    measured = 0;
    write_environment(MEASURE);
    if (!raise_file_size_limit(&before)) return false;
    const bool written = write_environment(fd) && !failed(wali_syscall3(NR_lseek, (uint64_t)fd, 0, SEEK_SET));
    if (before.rlim_cur < measured) wali_syscall4(NR_prlimit64, 0, RLIMIT_FSIZE, (uint64_t)&before, 0);
    return written;
}

// 0: no environment (or no room for the path). Otherwise the path was written to the buffer.
uint32_t w2c_wali_envfile(struct w2c_wali* host, uint32_t buffer, uint32_t size) {
    (void)host;
    if (!environment[0]) return 0;
    if (environment_fd < 0) {
        const uint64_t fd = memory_file((uint64_t)"wali-environment", WALI_MFD_CLOEXEC);
        if (failed(fd)) return 0;
        if (!write_within_limit((int)fd)) {
            wali_syscall1(NR_close, fd);
            return 0;
        }
        environment_fd = (int)fd;
        snprintf(environment_path, sizeof environment_path, "/proc/self/fd/%d", environment_fd);
    }
    const size_t length = strlen(environment_path) + 1;
    if (size < length || guest_write(buffer, environment_path, length) != 0) return 0;
    return 1;
}

bool environment_file_open(const char* path, uint64_t flags, uint64_t* fd) {
    if (environment_fd < 0 || (flags & (O_ACCMODE | O_PATH | O_DIRECTORY)) != O_RDONLY ||
        strcmp(path, environment_path) != 0)
        return false;
    *fd = (uint64_t)environment_fd;
    environment_fd = -1;
    if (!(flags & O_CLOEXEC)) wali_syscall3(NR_fcntl, *fd, F_SETFD, 0);
    return true;
}
