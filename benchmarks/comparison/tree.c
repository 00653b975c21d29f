// SPDX-License-Identifier: BSL-1.0
// tree FROM TO: copies what is below the folder FROM into TO, which is made if it is missing.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(const char* call, const char* name) {
    fprintf(stderr, "tree: %s: %s: %s\n", name, call, strerror(errno));
    return false;
}

static bool write_all(int to, const char* data, size_t size) {
    while (size > 0) {
        const ssize_t count = write(to, data, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        data += count;
        size -= (size_t)count;
    }
    return true;
}

static bool copy_by_reading(int from, int to) {
    char buffer[32768];
    for (;;) {
        const ssize_t count = read(from, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count == 0;
        if (!write_all(to, buffer, (size_t)count)) return false;
    }
}

static bool copy_data(int from, int to) {
    for (bool begun = false;; begun = true) {
        const ssize_t count = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 || (count == 0 && !begun)) return copy_by_reading(from, to);
        if (count == 0) return true;
    }
}

static bool copy_status(int to, const struct stat* status) {
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, status->st_mtim};
    return fchmod(to, status->st_mode & 07777) == 0 && futimens(to, times) == 0;
}

static bool copy_file(int from_folder, int to_folder, const char* name) {
    const int from = openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0) return failed("open", name);
    struct stat status;
    int to = -1;
    bool done = false;
    if (fstat(from, &status) != 0)
        failed("fstat", name);
    else if ((to = openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
        failed("open", name);
    else if (!copy_data(from, to) || !copy_status(to, &status))
        failed("copy", name);
    else
        done = true;
    if (to >= 0 && close(to) != 0 && done) done = failed("close", name);
    close(from);
    return done;
}

static bool copy_link(int from_folder, int to_folder, const char* name) {
    char target[PATH_MAX];
    struct stat status;
    const ssize_t size = readlinkat(from_folder, name, target, sizeof target - 1);
    if (size < 0) return failed("readlink", name);
    target[size] = '\0';
    if (fstatat(from_folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return failed("stat", name);
    if (symlinkat(target, to_folder, name) != 0) return failed("symlink", name);
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, status.st_mtim};
    return utimensat(to_folder, name, times, AT_SYMLINK_NOFOLLOW) == 0 || failed("utimens", name);
}

static bool copy_folder(int from_parent, int to_parent, const char* name);

// Closes `from`.
static bool copy_entries(int from, int to) {
    DIR* const folder = fdopendir(from);
    if (folder == NULL) {
        close(from);
        return failed("opendir", ".");
    }
    bool done = true;
    while (done) {
        errno = 0;
        const struct dirent* const entry = readdir(folder);
        if (entry == NULL) {
            if (errno != 0) done = failed("readdir", ".");
            break;
        }
        const char* const name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        unsigned char type = entry->d_type;
        struct stat status;
        if (type == DT_UNKNOWN) {
            if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) != 0) done = failed("stat", name);
            type = IFTODT(status.st_mode);
        }
        if (!done) break;
        switch (type) {
            case DT_DIR: done = copy_folder(from, to, name); break;
            case DT_LNK: done = copy_link(from, to, name); break;
            case DT_REG: done = copy_file(from, to, name); break;
            default: errno = EOPNOTSUPP; done = failed("copy", name);
        }
    }
    closedir(folder);
    return done;
}

static bool copy_folder(int from_parent, int to_parent, const char* name) {
    const int from = openat(from_parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0) return failed("open", name);
    struct stat status;
    int to = -1;
    if (fstat(from, &status) != 0)
        failed("fstat", name);
    else if (mkdirat(to_parent, name, 0700) != 0 && errno != EEXIST)
        failed("mkdir", name);
    else if ((to = openat(to_parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        failed("open", name);
    if (to < 0) {
        close(from);
        return false;
    }
    bool done = copy_entries(from, to);
    if (done && !copy_status(to, &status)) done = failed("copy", name);
    close(to);
    return done;
}

int main(int argc, char** argv) {
    if (argc != 3) {
        fputs("usage: tree FROM TO\n", stderr);
        return 2;
    }
    const int from = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0) return !failed("open", argv[1]);
    if (mkdir(argv[2], 0700) != 0 && errno != EEXIST) return !failed("mkdir", argv[2]);
    const int to = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (to < 0) return !failed("open", argv[2]);
    return !copy_entries(from, to);
}
