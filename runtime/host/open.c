// SPDX-License-Identifier: BSL-1.0
//
// open, creat, openat, openat2 and open_by_handle_at. A process can write its whole memory through /proc/PID/mem, under
// whatever name that is reached, so what was opened is looked at before the guest can use it: also before a handler
// of the guest runs that interrupts the call.
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

static uint64_t opened(uint64_t fd, uint32_t pathname) {
    if (!failed(fd)) environment_file_opened(pathname);
    return fd;
}

uint64_t w2c_wali_SYS_open(struct w2c_wali* host, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return opened(checked(2, wali_pointer(pathname), flags, mode, 0), pathname);
}

uint64_t w2c_wali_SYS_openat(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t flags, uint32_t mode) {
    (void)host;
    return opened(checked(257, dirfd, wali_pointer(pathname), flags, mode), pathname);
}

uint64_t w2c_wali_SYS_creat(struct w2c_wali* host, uint32_t pathname, uint32_t mode) {
    (void)host;
    return checked(85, wali_pointer(pathname), mode, 0, 0);
}

uint64_t w2c_wali_SYS_openat2(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t how, uint32_t size) {
    (void)host;
    return checked(437, dirfd, wali_pointer(pathname), wali_pointer(how), size);
}

uint64_t w2c_wali_SYS_open_by_handle_at(struct w2c_wali* host, uint32_t mount_fd, uint32_t handle, uint32_t flags) {
    (void)host;
    return checked(304, mount_fd, wali_pointer(handle), flags, 0);
}
