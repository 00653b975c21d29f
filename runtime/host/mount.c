// SPDX-License-Identifier: BSL-1.0
//
// Calls that change where paths lead. The host takes hold of /proc before the first of them (descriptors.c). Mounts
// over it would lead astray who opens through it, so a program with threads, which does, cannot mount.
#include "descriptors.h"
#include "host.h"

static uint64_t error_of_mounting(void) {
    if (threads_started()) return wali_error(E_PERM);
    return descriptors_reserve() ? 0 : wali_error(E_MFILE);
}

uint64_t w2c_wali_SYS_mount(struct w2c_wali* host, uint32_t source, uint32_t target, uint32_t filesystemtype,
                            uint64_t mountflags, uint32_t data) {
    (void)host;
    const uint64_t error = error_of_mounting();
    return error != 0 ? error
                      : wali_syscall5(165, wali_pointer(source), wali_pointer(target), wali_pointer(filesystemtype),
                                      mountflags, wali_pointer(data));
}

uint64_t w2c_wali_SYS_move_mount(struct w2c_wali* host, uint32_t from_dirfd, uint32_t from_path, uint32_t to_dirfd,
                                 uint32_t to_path, uint32_t flags) {
    (void)host;
    const uint64_t error = error_of_mounting();
    return error != 0 ? error
                      : wali_syscall5(429, from_dirfd, wali_pointer(from_path), to_dirfd, wali_pointer(to_path), flags);
}

uint64_t w2c_wali_SYS_pivot_root(struct w2c_wali* host, uint32_t new_root, uint32_t put_old) {
    (void)host;
    const uint64_t error = error_of_mounting();
    return error != 0 ? error : wali_syscall2(155, wali_pointer(new_root), wali_pointer(put_old));
}

uint64_t w2c_wali_SYS_chroot(struct w2c_wali* host, uint32_t path) {
    (void)host;
    return descriptors_reserve() ? wali_syscall1(161, wali_pointer(path)) : wali_error(E_MFILE);
}

uint64_t w2c_wali_SYS_umount2(struct w2c_wali* host, uint32_t target, uint32_t flags) {
    (void)host;
    return descriptors_reserve() ? wali_syscall2(166, wali_pointer(target), flags) : wali_error(E_MFILE);
}

uint64_t w2c_wali_SYS_setns(struct w2c_wali* host, uint32_t fd, uint32_t nstype) {
    (void)host;
    return descriptors_reserve() ? wali_syscall2(308, fd, nstype) : wali_error(E_MFILE);
}
