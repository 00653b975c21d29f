// SPDX-License-Identifier: BSL-1.0
//
// open, creat, openat, openat2 and open_by_handle_at. A process can write its whole memory through /proc/PID/mem, under
// whatever name that is reached, so what was opened is looked at before the guest can use it: also before a handler
// of the guest runs that interrupts the call.
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <ucontext.h>

#include "host.h"

#define PROC_SUPER_MAGIC_ 0x9fa0

uint64_t open_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
extern const char open_call_returned[];

#define NOTHING_OPENED (-4095UL)

_Thread_local uint64_t open_result __attribute__((visibility("hidden"), tls_model("local-exec")));
static _Thread_local volatile bool opening;

// Files of procfs with the permissions of /proc/PID/mem, which cannot be changed. Names tell less: files can be mounted
// under other ones, and /proc may be another folder. procfs is on no device, so fstatfs, which is slow, is rarely
// needed.
static bool is_process_memory(uint64_t fd) {
    struct stat status;
    struct statfs system;
    if (failed(wali_syscall2(5, fd, (uint64_t)&status))) return false;
    if (!S_ISREG(status.st_mode) || (status.st_mode & 0777) != 0600 || major(status.st_dev) != 0) return false;
    return failed(wali_syscall2(138, fd, (uint64_t)&system)) || system.f_type == PROC_SUPER_MAGIC_;
}

static uint64_t refuse_process_memory(uint64_t fd) {
    if (failed(fd) || !is_process_memory(fd)) return fd;
    wali_syscall1(3, fd);
    return wali_error(E_ACCES);
}

void open_interrupted(void* context) {
    if (!opening) return;
    greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
    const uintptr_t at = (uintptr_t)registers[REG_RIP];
    if (at == (uintptr_t)open_call_returned)
        registers[REG_RAX] = (greg_t)refuse_process_memory((uint64_t)registers[REG_RAX]);
    else
        open_result = refuse_process_memory(open_result);
}

static uint64_t checked(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    const uint64_t outer_result = open_result;  // of a call that the running handler has interrupted
    const bool outer = opening;
    open_result = NOTHING_OPENED;
    opening = true;
    open_call(number, a, b, c, d);
    const uint64_t fd = open_result = refuse_process_memory(open_result);
    opening = outer;
    open_result = outer_result;
    return fd;
}

void append_number(char* text, uint64_t number) {
    char digits[20];
    size_t count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    text += strlen(text);
    while (count > 0) *text++ = digits[--count];
    *text = '\0';
}

// --- in a program with threads, another one could use the descriptor before it is looked at ---

#define AT_FDCWD_ ((uint64_t)-100L)
#define KEEP_FOR_PATH (O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW)
#define DONE_BY_PATH ((uint64_t)(O_CREAT | O_EXCL | O_NOFOLLOW | O_DIRECTORY))

// How one of the calls opens: at a folder, with flags and mode, and openat2's limits on the path.
struct way {
    uint64_t dirfd;
    uint64_t path;
    struct open_how how;
};

static uint64_t open_way(const struct way* way, uint64_t flags, uint64_t mode) {
    const struct open_how how = {flags, mode, way->how.resolve};
    if (how.resolve == 0) return checked(257, way->dirfd, way->path, flags, mode);
    return checked(437, way->dirfd, way->path, (uint64_t)&how, sizeof how);
}

// Opens again what a descriptor of O_PATH stands for.
static uint64_t reopen(uint64_t fd, uint64_t flags) {
    struct stat status;
    char link[48] = "/proc/thread-self/fd/";
    const uint64_t error = wali_syscall2(5, fd, (uint64_t)&status);
    if (failed(error)) return error;
    if ((flags & O_NOFOLLOW) && S_ISLNK(status.st_mode)) return wali_error(E_LOOP);
    if ((flags & O_CREAT) && S_ISDIR(status.st_mode)) return wali_error(E_ISDIR);
    append_number(link, fd);
    return checked(257, AT_FDCWD_, (uint64_t)link, flags & ~DONE_BY_PATH, 0);
}

// A descriptor of O_PATH cannot be read, so it is harmless until it has been looked at; a file that is made by
// the call cannot be one of procfs. What is between them, a file made in the meantime, begins again.
static uint64_t open_among_threads(const struct way* way) {
    const uint64_t flags = way->how.flags;
    if ((flags & O_PATH) || (flags & O_TMPFILE) == O_TMPFILE || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return open_way(way, flags, way->how.mode);
    for (int attempt = 0; attempt < 100; ++attempt) {
        const uint64_t path = open_way(way, O_PATH | (flags & KEEP_FOR_PATH), 0);
        if (!failed(path)) {
            const uint64_t fd = reopen(path, flags);
            wali_syscall1(3, path);
            // Without /proc there is no way but the direct one.
            return fd == wali_error(E_NOENT) ? open_way(way, flags, way->how.mode) : fd;
        }
        if (path != wali_error(E_NOENT) || !(flags & O_CREAT)) return path;
        const uint64_t made = open_way(way, flags | O_EXCL, way->how.mode);
        if (made != wali_error(E_EXIST)) return made;
    }
    return wali_error(E_EXIST);  // a symbolic link to nothing
}

static uint64_t opened(uint64_t fd, uint32_t pathname) {
    if (!failed(fd)) environment_file_opened(pathname);
    return fd;
}

static uint64_t open_at(uint64_t dirfd, uint32_t pathname, uint64_t flags, uint32_t mode) {
    const struct way way = {dirfd, wali_pointer(pathname), {flags, mode, 0}};
    return opened(threads_started() ? open_among_threads(&way) : open_way(&way, flags, mode), pathname);
}

uint64_t w2c_wali_SYS_open(struct w2c_wali* host, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return open_at(AT_FDCWD_, pathname, flags, mode);
}

uint64_t w2c_wali_SYS_openat(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return open_at(dirfd, pathname, flags, mode);
}

uint64_t w2c_wali_SYS_creat(struct w2c_wali* host, uint32_t pathname, uint32_t mode) {
    (void)host;
    return open_at(AT_FDCWD_, pathname, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

uint64_t w2c_wali_SYS_openat2(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t how, uint32_t size) {
    (void)host;
    struct way way = {dirfd, wali_pointer(pathname), {0, 0, 0}};
    if (!threads_started()) return checked(437, dirfd, way.path, wali_pointer(how), size);
    if (size < sizeof way.how) return wali_error(E_INVAL);
    if (size > sizeof way.how) return wali_error(E_2BIG);
    if (guest_read(&way.how, how, sizeof way.how) != 0) return wali_error(E_FAULT);
    return open_among_threads(&way);
}

// Among threads there is no harmless way to look first.
uint64_t w2c_wali_SYS_open_by_handle_at(struct w2c_wali* host, uint32_t mount_fd, uint32_t handle, uint32_t flags) {
    (void)host;
    if (threads_started()) return wali_error(E_PERM);
    return checked(304, mount_fd, wali_pointer(handle), flags, 0);
}
