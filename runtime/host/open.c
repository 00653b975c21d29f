// SPDX-License-Identifier: BSL-1.0
//
// open, creat, openat, openat2 and open_by_handle_at. A process can write its whole memory through /proc/PID/mem, under
// whatever name that is reached, so what was opened is looked at before the guest can use it: also before a handler
// of the guest runs that interrupts the call. Among threads it is looked at where no other one reaches it.
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <ucontext.h>
#include <unistd.h>

#include "descriptors.h"
#include "host.h"
#include "stack.h"

#define PROC_SUPER_MAGIC_ 0x9fa0

uint64_t open_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
extern const char open_call_returned[];

#define NOTHING_OPENED (-4095UL)

// A call that opens, on a list while it runs: handlers of the guest run meanwhile, open files themselves, or jump out.
struct opening {
    struct opening* outer;
    uint64_t outer_result;
};

_Thread_local uint64_t open_result __attribute__((visibility("hidden"), tls_model("local-exec")));
static _Thread_local struct opening* volatile innermost;

static void opening_begin(struct opening* opening) {
    *opening = (struct opening){innermost, open_result};
    open_result = NOTHING_OPENED;
    atomic_signal_fence(memory_order_seq_cst);
    innermost = opening;
}

static void opening_end(struct opening* opening) {
    descriptors_release(opening);
    innermost = opening->outer;
    open_result = opening->outer_result;
}

// Files of procfs with the permissions of /proc/PID/mem, which cannot be changed. Names tell less: files can be mounted
// under other ones, and /proc may be another folder. procfs is on no device, so fstatfs, which is slow, is rarely
// needed.
static bool is_process_memory(uint64_t fd, const struct stat* status) {
    struct statfs system;
    if (!S_ISREG(status->st_mode) || (status->st_mode & 0777) != 0600 || major(status->st_dev) != 0) return false;
    return failed(wali_syscall2(138, fd, (uint64_t)&system)) || system.f_type == PROC_SUPER_MAGIC_;
}

// Half of memory lies at offsets that are negative, and where files of disks have none. What refuses to go there is not
// looked at, which would cost five times as much. What has just been opened is at offset 0.
static bool has_no_negative_offsets(uint64_t fd) {
    const uint64_t result = wali_syscall3(8 /* lseek */, fd, (uint64_t)INT64_MIN, SEEK_SET);
    if (!failed(result)) wali_syscall3(8, fd, 0, SEEK_SET);
    return result == wali_error(E_INVAL) || result == wali_error(E_SPIPE);
}

// Of what a call has opened. A handler that interrupts this does the same; then its outcome counts.
static void refuse_process_memory(void) {
    struct stat status;
    const uint64_t fd = open_result;
    if (failed(fd) || has_no_negative_offsets(fd)) return;
    const uint64_t error = wali_syscall2(5, fd, (uint64_t)&status);
    const bool closed = error == wali_error(E_BADF);  // by a handler in between, which has refused it
    if (!closed && (failed(error) || !is_process_memory(fd, &status))) return;
    if (!closed) wali_syscall1(3, fd);
    open_result = wali_error(E_ACCES);
}

static uint64_t checked(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    open_call(number, a, b, c, d);
    refuse_process_memory();
    return open_result;
}

// --- what signals do to it ---

// What a call has opened that a handler has jumped out of: nobody will ever know its number.
static void opening_abandon(struct opening* opening) {
    if (!failed(open_result)) wali_syscall1(3, open_result);
    opening_end(opening);
}

void open_interrupted(void* context) {
    if (!innermost) return;
    greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
    const uintptr_t at = (uintptr_t)registers[REG_RIP];
    const bool returned = at == (uintptr_t)open_call_returned;
    if (returned) open_result = (uint64_t)registers[REG_RAX];
    refuse_process_memory();
    if (returned) registers[REG_RAX] = (greg_t)open_result;
}

void open_left(uintptr_t destination) {
    while (innermost && frame_is_left(innermost, destination)) opening_abandon(innermost);
}

void open_thread_ends(void) {
    while (innermost) opening_abandon(innermost);
}

static bool is_of_this_thread(const void* owner) {
    const struct opening* opening = innermost;
    while (opening && opening != owner) opening = opening->outer;
    return opening != NULL;
}

void open_forked(void) { descriptors_release_others(is_of_this_thread); }

// What a handler has interrupted opens as a program with one thread may.
bool open_allows_threads(void) { return !signal_handling() && descriptors_ready(); }

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

// What is opened for the guest at once.
static uint64_t open_way(const struct way* way, uint64_t flags, uint64_t mode) {
    const struct open_how how = {flags, mode, way->how.resolve};
    if (how.resolve == 0) return checked(257, way->dirfd, way->path, flags, mode);
    return checked(437, way->dirfd, way->path, (uint64_t)&how, sizeof how);
}

// A descriptor of O_PATH, which cannot be read, so it is harmless until it has been looked at.
static uint64_t open_path(const struct way* way, uint64_t flags) {
    const struct open_how how = {O_PATH | (flags & KEEP_FOR_PATH), 0, way->how.resolve};
    if (how.resolve == 0) return open_call(257, way->dirfd, way->path, how.flags, 0);
    return open_call(437, way->dirfd, way->path, (uint64_t)&how, sizeof how);
}

// Opens again what a descriptor of O_PATH stands for. Threads may exchange that before it lies where they do not reach;
// what lies there is looked at.
static uint64_t reopen(const struct opening* opening, uint64_t path, uint64_t flags) {
    struct stat status;
    const uint64_t held = descriptors_hold(opening, path);
    open_result = NOTHING_OPENED;
    wali_syscall1(3, path);
    if (failed(held)) return held;
    const uint64_t error = wali_syscall2(5, held, (uint64_t)&status);
    if (failed(error)) return error;
    if (S_ISLNK(status.st_mode)) return wali_error(E_LOOP);
    if ((flags & O_CREAT) && S_ISDIR(status.st_mode)) return wali_error(E_ISDIR);
    if (is_process_memory(held, &status)) return wali_error(E_ACCES);
    return descriptors_reopen(held, flags & ~DONE_BY_PATH);
}

// A file that is made by the call cannot be one of procfs. What is between the two, a file made in the meantime, begins
// again.
static uint64_t open_among_threads(const struct opening* opening, const struct way* way) {
    const uint64_t flags = way->how.flags;
    if ((flags & O_PATH) || (flags & O_TMPFILE) == O_TMPFILE || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return open_way(way, flags, way->how.mode);
    for (int attempt = 0; attempt < 100; ++attempt) {
        const uint64_t path = open_path(way, flags);
        if (!failed(path)) return reopen(opening, path, flags);
        if (path != wali_error(E_NOENT) || !(flags & O_CREAT)) return path;
        const uint64_t made = open_way(way, flags | O_EXCL, way->how.mode);
        if (made != wali_error(E_EXIST)) return made;
    }
    return wali_error(E_EXIST);  // a symbolic link to nothing
}

// Without procfs there is no way but the direct one.
static bool is_direct(void) { return !threads_started() || !descriptors_can_reopen(); }

uint64_t open_file(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mode) {
    const struct way way = {dirfd, path, {flags, mode, 0}};
    struct opening opening;
    opening_begin(&opening);
    const uint64_t fd = is_direct() ? open_way(&way, flags, mode) : open_among_threads(&opening, &way);
    opening_end(&opening);
    return fd;
}

// --- the guest's calls ---

static uint64_t open_at(uint64_t dirfd, uint32_t pathname, uint64_t flags, uint32_t mode) {
    const bool follows = (flags & (O_ACCMODE | O_NOFOLLOW)) == O_RDONLY;
    const uint64_t own = follows ? own_executable_path(pathname) : 0;
    const uint64_t fd = open_file(dirfd, own != 0 ? own : wali_pointer(pathname), flags, mode);
    if (!failed(fd)) environment_file_opened(pathname);
    return fd;
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

static uint64_t openat2_among_threads(const struct opening* opening, struct way* way, uint32_t how, uint32_t size) {
    if (size < sizeof way->how) return wali_error(E_INVAL);
    if (size > sizeof way->how) return wali_error(E_2BIG);
    if (guest_read(&way->how, how, sizeof way->how) != 0) return wali_error(E_FAULT);
    return open_among_threads(opening, way);
}

uint64_t w2c_wali_SYS_openat2(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t how, uint32_t size) {
    (void)host;
    struct way way = {dirfd, wali_pointer(pathname), {0, 0, 0}};
    struct opening opening;
    opening_begin(&opening);
    const uint64_t fd = is_direct() ? checked(437, dirfd, way.path, wali_pointer(how), size)
                                    : openat2_among_threads(&opening, &way, how, size);
    opening_end(&opening);
    return fd;
}

static uint64_t handle_among_threads(const struct opening* opening, uint64_t mount, uint64_t handle, uint64_t flags) {
    const uint64_t path = open_call(304, mount, handle, O_PATH | (flags & KEEP_FOR_PATH), 0);
    return failed(path) || (flags & O_PATH) ? path : reopen(opening, path, flags);
}

uint64_t w2c_wali_SYS_open_by_handle_at(struct w2c_wali* host, uint32_t mount_fd, uint32_t handle, uint32_t flags) {
    (void)host;
    struct opening opening;
    opening_begin(&opening);
    const uint64_t fd = is_direct() ? checked(304, mount_fd, wali_pointer(handle), flags, 0)
                                    : handle_among_threads(&opening, mount_fd, wali_pointer(handle), flags);
    opening_end(&opening);
    return fd;
}
