// SPDX-License-Identifier: BSL-1.0
// vfork, and execveat.
#include <fcntl.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(execveat, int, const char*, char* const*, char* const*, int);
DECLARE(wait4, int, int*, int, void*);
DECLARE(open, const char*, int, int);

#ifdef __wasm__
// A C library's may be another call.
DECLARE(vfork, void);
#define vfork() CALL(vfork)
#endif

static void start(int fd, const char* path, int flags) {
    char* const arguments[] = {"sh", "-c", "echo \"$VALUE\"; exit 6", NULL};
    char* const environment[] = {"VALUE=started", NULL};
    const int child = (int)vfork();
    if (child == 0) {
        TRY(execveat, fd, path, arguments, environment, flags);
        _exit(77);
    }
    int status = -1;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status);
}

int main(void) {
    const int shell = (int)TRY(open, "/bin/sh", O_PATH, 0);
    const int folder = (int)TRY(open, "/bin", O_PATH, 0);
    start(shell, "", AT_EMPTY_PATH);
    start(folder, "sh", 0);
    start(AT_FDCWD, "/bin/sh", 0);
    start(shell, "", 0);
    start(shell, "sh", 0);
    start(99, "sh", 0);
    start(folder, "sh", 0x8000);
    start(folder, BAD, 0);
    return 0;
}
