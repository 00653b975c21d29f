// SPDX-License-Identifier: BSL-1.0
// What only an administrator may do, without the right to do it, or where nobody sees it: nothing here can change the
// machine, whoever runs it.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "call.h"

DECLARE(setgroups, int, const unsigned*);
DECLARE(setresgid, unsigned, unsigned, unsigned);
DECLARE(setresuid, unsigned, unsigned, unsigned);
DECLARE(mount, const char*, const char*, const char*, unsigned long, const void*);
DECLARE(umount2, const char*, int);
DECLARE(pivot_root, const char*, const char*);
DECLARE(swapon, const char*, int);
DECLARE(swapoff, const char*);
DECLARE(acct, const char*);
DECLARE(sethostname, const char*, int);
DECLARE(setdomainname, const char*, int);
DECLARE(vhangup, void);
DECLARE(chroot, const char*);
DECLARE(unshare, unsigned long);
DECLARE(setns, int, int);
DECLARE(open_tree, int, const char*, unsigned);
DECLARE(move_mount, int, const char*, int, const char*, unsigned);
DECLARE(fsopen, const char*, unsigned);
DECLARE(fsconfig, int, unsigned, const char*, const void*, int);
DECLARE(fsmount, int, unsigned, unsigned);
DECLARE(fspick, int, const char*, unsigned);
DECLARE(mount_setattr, int, const char*, unsigned, const void*, size_t);
DECLARE(quotactl, unsigned, const char*, int, void*);
DECLARE(quotactl_fd, unsigned, unsigned, int, void*);
DECLARE(fanotify_init, unsigned, unsigned);
DECLARE(syslog, int, char*, int);
DECLARE(mknod, const char*, unsigned, unsigned);
DECLARE(settimeofday, const void*, const void*);
DECLARE(clock_settime, int, const struct timespec*);
DECLARE(ioctl, int, unsigned, const void*);
DECLARE(open_by_handle_at, int, void*, int);

// A file system that is mounted nowhere.
static void detached_mount(void) {
    const int fs = (int)TRY_OK(fsopen, "tmpfs", 1 /* CLOEXEC */);
    TRY(fsconfig, fs, 1 /* SET_STRING */, "size", "1m", 0);
    TRY(fsconfig, fs, 1, "absent", "1m", 0);
    TRY(fsconfig, fs, 1, BAD, "1m", 0);
    TRY(fsconfig, fs, 1, "size", BAD, 0);
    TRY(fsconfig, fs, 1, NULL, NULL, 0);
    TRY(fsconfig, fs, 0 /* SET_FLAG */, "ro", NULL, 0);
    TRY(fsconfig, fs, 2 /* SET_BINARY */, "key", "value", 5);
    TRY(fsconfig, fs, 3 /* SET_PATH */, "key", "/", AT_FDCWD);
    TRY(fsconfig, fs, 5 /* SET_FD */, "key", NULL, 99);
    TRY(fsconfig, fs, 99, NULL, NULL, 0);
    TRY(fsconfig, fs, 6 /* CMD_CREATE */, NULL, NULL, 0);
    TRY(fsconfig, 1, 6, NULL, NULL, 0);
    const int mount = (int)TRY_OK(fsmount, fs, 1 /* CLOEXEC */, 0);
    SHOW(openat(mount, "file", O_CREAT | O_RDWR, 0600) >= 0);
    SHOW(errno == EROFS);
    close(mount);
    close(fs);
}

// A device that is gone with its descriptor.
static void tunnel(void) {
    struct sock_filter all = {BPF_RET | BPF_K, 0, 0, 0xffff};
    const struct sock_fprog filter = {1, &all};
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    const int fd = open("/dev/net/tun", O_RDWR);
    TRY(ioctl, fd, TUNATTACHFILTER, &filter);
    TRY(ioctl, fd, TUNSETIFF, &request);
    TRY(ioctl, fd, TUNATTACHFILTER, &filter);
    TRY(ioctl, fd, TUNATTACHFILTER, BAD);
    TRY(ioctl, fd, TUNDETACHFILTER, NULL);
    int size = 5000;
    TRY(ioctl, fd, TUNSETSNDBUF, &size);
    TRY(ioctl, fd, TUNGETSNDBUF, &size);
    SHOW(size);
    close(fd);
}

int main(void) {
    const struct timespec now = {1, 0};
    const unsigned long attributes[4] = {0, 0, 0, 0};
    const unsigned handle[3] = {4, 1, 0};
    const int file = open("file", O_CREAT | O_RDWR, 0644);
    const int tree = open(".", O_PATH);
    const int space = open("/proc/self/ns/uts", O_RDONLY);
    mkdir("directory", 0755);
    detached_mount();
    tunnel();
    CALL(setgroups, 0, NULL);
    CALL(setresgid, 65534, 65534, 65534);
    CALL(setresuid, 65534, 65534, 65534);
    SHOW(geteuid() != 0);
    if (geteuid() == 0) return 1;
    fchdir(tree);

    TRY(mount, "none", "/", "tmpfs", 0, NULL);
    TRY(mount, "none", BAD, "tmpfs", 0, NULL);
    TRY(umount2, "/", 0);
    TRY(umount2, "/", 0x8000);
    TRY(pivot_root, "/", "/");
    TRY(swapon, "/absent", 0);
    TRY(swapoff, "/absent");
    TRY(acct, NULL);
    TRY(acct, "/absent");
    TRY(sethostname, "name", 4);
    TRY(setdomainname, "name", 4);
    TRY(vhangup);
    TRY(chroot, "/");
    TRY(unshare, 0);
    TRY(unshare, 0x200 /* FS */);
    TRY(unshare, 0x04000000 /* NEWUTS */);
    TRY(unshare, 1);
    TRY(setns, space, 0);
    TRY(setns, file, 0);
    TRY(setns, 99, 0);
    TRY_OK(open_tree, AT_FDCWD, "/", 0);
    TRY(open_tree, AT_FDCWD, "/", 1 /* CLONE */);
    TRY(open_tree, AT_FDCWD, "/absent", 0);
    TRY(open_tree, AT_FDCWD, BAD, 0);
    TRY(open_tree, AT_FDCWD, "/", 0x4000);
    TRY(move_mount, AT_FDCWD, "/", AT_FDCWD, "/", 0);
    TRY(fsopen, "tmpfs", 0);
    TRY(fsmount, file, 0, 0);
    TRY(fspick, AT_FDCWD, "/", 0);
    TRY(mount_setattr, AT_FDCWD, "/", 0, attributes, sizeof attributes);
    TRY(mount_setattr, AT_FDCWD, "/", 0, attributes, 8);
    TRY(mount_setattr, AT_FDCWD, "/", 0x8000, attributes, sizeof attributes);
    TRY(quotactl, 0x800004u << 8, "/absent", 0, NULL);
    TRY(quotactl, 99, BAD, 0, NULL);
    TRY(quotactl_fd, file, 0x800004u << 8, 0, BAD);
    TRY(quotactl_fd, 99, 0x800004u << 8, 0, NULL);
    TRY(fanotify_init, 4 /* CLASS_CONTENT */, 0);
    TRY(syslog, 5 /* clear */, NULL, 0);
    TRY(mknod, "/tmp/absent/device", S_IFCHR | 0600, 0x103);
    TRY(settimeofday, &now, NULL);
    TRY(clock_settime, CLOCK_REALTIME, &now);
    TRY(open_by_handle_at, tree, (void*)handle, O_RDONLY);
    return 0;
}
