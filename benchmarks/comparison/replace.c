// SPDX-License-Identifier: BSL-1.0
// replace FILE: puts its input in the place of what FILE holds, as one step that a crash does not undo.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool failed(const char* call) {
    fprintf(stderr, "replace: %s: %s\n", call, strerror(errno));
    return false;
}

static bool copy(int from, int to) {
    char buffer[32768];
    for (;;) {
        const ssize_t count = read(from, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("read");
        if (count == 0) return true;
        for (ssize_t done = 0; done < count;) {
            const ssize_t written = write(to, buffer + done, (size_t)(count - done));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return failed("write");
            done += written;
        }
    }
}

static bool sync_to_device(int fd) {
    while (fsync(fd) != 0)
        if (errno != EINTR) return failed("fsync");
    return true;
}

// mkostemp(3) would make it for the owner alone, whatever the umask.
static int create_temporary(int folder, char* name, size_t size, const char* beside) {
    for (;;) {
        unsigned long long bits;
        if (getrandom(&bits, sizeof bits, 0) != sizeof bits) return -1;
        if (snprintf(name, size, ".%s.%016llx", beside, bits) >= (int)size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int file = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
}

static bool replace_in(int folder, const char* name) {
    char temporary[NAME_MAX + 1];
    const int file = create_temporary(folder, temporary, sizeof temporary, name);
    if (file < 0) return failed("open");
    bool done = copy(STDIN_FILENO, file) && sync_to_device(file);
    if (close(file) != 0 && done) done = failed("close");
    if (done && renameat(folder, temporary, folder, name) != 0) done = failed("rename");
    if (!done) {
        unlinkat(folder, temporary, 0);
        return false;
    }
    return sync_to_device(folder);
}

static bool replace(const char* path) {
    char for_dirname[PATH_MAX];
    char for_basename[PATH_MAX];
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return failed("open");
    }
    strcpy(for_dirname, path);
    strcpy(for_basename, path);
    const int folder = open(dirname(for_dirname), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return failed("open");
    const bool done = replace_in(folder, basename(for_basename));
    close(folder);
    return done;
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fputs("usage: replace FILE\n", stderr);
        return 2;
    }
    return !replace(argv[1]);
}
