// SPDX-License-Identifier: BSL-1.0
// Calls whose argument depends on a command: numbers, structures, and structures with pointers. The same source runs
// natively, where it must pass, too.
#include "program.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

WALI(SYS_fcntl) i64 sys_fcntl(int fd, int command, i64 argument);
WALI(SYS_ioctl) i64 sys_ioctl(int fd, u32 request, address argument);
WALI(SYS_prctl) i64 sys_prctl(int option, u64 a, u64 b, u64 c, u64 d);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_pipe2) i64 sys_pipe2(void* fds, int flags);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_socket) i64 sys_socket(int domain, int type, int protocol);
WALI(SYS_socketpair) i64 sys_socketpair(int domain, int type, int protocol, void* fds);
WALI(SYS_setsockopt) i64 sys_setsockopt(int fd, int level, int name, const void* value, u32 length);
WALI(SYS_getsockopt) i64 sys_getsockopt(int fd, int level, int name, void* value, u32* length);
WALI(SYS_keyctl) i64 sys_keyctl(int operation, address a, address b, address c, address d);
WALI(SYS_capget) i64 sys_capget(void* header, void* data);
WALI(SYS_getpid) i64 sys_getpid(void);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);

#define EAGAIN 11
#define ENOPROTOOPT 92

#define POINTER(object) ((i64)(address) & (object))

// --- fcntl ---

struct flock {
    short type, whence;
    int pad;
    i64 start, length;
    int pid, pad2;
};

enum { F_DUPFD = 0, F_GETFL = 3, F_GETLK = 5, F_SETLK = 6, F_SETOWN = 8, F_GETOWN = 9, F_SETOWN_EX = 15, F_GETOWN_EX };
enum { F_GETOWNER_UIDS = 17, F_OFD_GETLK = 36, F_OFD_SETLK = 37, F_OFD_SETLKW = 38 };
enum { F_SETLEASE = 1024, F_GETLEASE, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS };
enum { F_GET_RW_HINT = 1035, F_SET_RW_HINT };

static void child_of_locks(int file) {
    struct flock lock = {.type = 1, .length = 10};
    CHECK_EQUAL(sys_fcntl(file, F_SETLK, POINTER(lock)), -EAGAIN);
    CHECK_EQUAL(sys_fcntl(file, F_GETLK, POINTER(lock)), 0);
    CHECK(lock.type == 1 && lock.length == 20 && lock.pid > 0);
    sys_exit_group(failures ? 1 : 0);
}

static void locks(void) {
    int status = -1;
    const int file = (int)sys_memfd_create("commands", 2 /* MFD_ALLOW_SEALING */);
    struct flock lock = {.type = 1, .length = 20};
    CHECK_EQUAL(sys_fcntl(file, F_SETLK, POINTER(lock)), 0);
    const i64 pid = sys_fork();
    if (pid == 0) child_of_locks(file);
    CHECK_EQUAL(sys_wait4((int)pid, &status, 0, NULL), pid);
    CHECK_EQUAL(status, 0);
    // Locks of open files are the file's, not the process's: it conflicts with its own.
    CHECK_EQUAL(sys_fcntl(file, F_OFD_SETLK, POINTER(lock)), -EAGAIN);
    lock.type = 2;
    CHECK_EQUAL(sys_fcntl(file, F_SETLK, POINTER(lock)), 0);
    lock = (struct flock){.type = 1, .length = 20};
    CHECK_EQUAL(sys_fcntl(file, F_OFD_SETLKW, POINTER(lock)), 0);
    CHECK_EQUAL(sys_fcntl(file, F_OFD_GETLK, POINTER(lock)), 0);
    CHECK_EQUAL(lock.type, 2);
    lock.pid = 1;
    CHECK_EQUAL(sys_fcntl(file, F_OFD_SETLK, POINTER(lock)), -EINVAL);
    CHECK_EQUAL(sys_fcntl(file, F_SETLK, 0), -EFAULT);

    CHECK_EQUAL(sys_fcntl(file, F_ADD_SEALS, 4 /* F_SEAL_GROW */), 0);
    CHECK_EQUAL(sys_fcntl(file, F_GET_SEALS, 0), 4);
    u64 hint = 2;
    CHECK_EQUAL(sys_fcntl(file, F_SET_RW_HINT, POINTER(hint)), 0);
    hint = 0;
    CHECK_EQUAL(sys_fcntl(file, F_GET_RW_HINT, POINTER(hint)), 0);
    CHECK_EQUAL(hint, 2);
    CHECK_EQUAL(sys_fcntl(file, F_DUPFD, 100), 100);
    CHECK_EQUAL(sys_close(100), 0);
    CHECK_EQUAL(sys_close(file), 0);
}

static void owners(void) {
    int ends[2];
    struct {
        int type, pid;
    } owner = {1 /* F_OWNER_PID */, 0};
    u32 users[2] = {7, 7};
    CHECK_EQUAL(sys_pipe2(ends, 0), 0);
    owner.pid = (int)sys_getpid();
    CHECK_EQUAL(sys_fcntl(ends[0], F_SETOWN_EX, POINTER(owner)), 0);
    owner.pid = 0;
    CHECK_EQUAL(sys_fcntl(ends[0], F_GETOWN_EX, POINTER(owner)), 0);
    CHECK_EQUAL(owner.pid, sys_getpid());
    CHECK_EQUAL(sys_fcntl(ends[0], F_SETOWN, sys_getpid()), 0);
    CHECK_EQUAL(sys_fcntl(ends[0], F_GETOWN, 0), sys_getpid());
    CHECK_EQUAL(sys_fcntl(ends[0], F_GETOWNER_UIDS, POINTER(users)), 0);
    CHECK(users[0] == users[1] && users[0] != 7);
    CHECK_EQUAL(sys_fcntl(ends[0], F_SETPIPE_SZ, 16384), 16384);
    CHECK_EQUAL(sys_fcntl(ends[1], F_GETPIPE_SZ, 0), 16384);
    CHECK_EQUAL(sys_fcntl(ends[1], F_GETLEASE, 0), 2);
    CHECK_EQUAL(sys_close(ends[0]) | sys_close(ends[1]), 0);
}

// --- ioctl ---

static void terminals(void) {
    u32 number = 99;
    int unlocked = 0;
    unsigned short size[4] = {10, 20, 0, 0};
    u8 attributes[44];
    const int master = (int)sys_openat(-100, "/dev/ptmx", 0x102 /* O_RDWR | O_NOCTTY */, 0);
    CHECK(master >= 0);
    CHECK_EQUAL(sys_ioctl(master, 0x80045430 /* TIOCGPTN */, (address)&number), 0);
    CHECK(number != 99);
    CHECK_EQUAL(sys_ioctl(master, 0x40045431 /* TIOCSPTLCK */, (address)&unlocked), 0);
    const int slave = (int)sys_ioctl(master, 0x5441 /* TIOCGPTPEER */, 0x102);
    CHECK(slave >= 0);
    CHECK_EQUAL(sys_ioctl(slave, 0x5414 /* TIOCSWINSZ */, (address)size), 0);
    size[0] = 0;
    CHECK_EQUAL(sys_ioctl(master, 0x5413 /* TIOCGWINSZ */, (address)size), 0);
    CHECK_EQUAL(size[0], 10);
    CHECK_EQUAL(sys_ioctl(slave, 0x5401 /* TCGETS */, (address)attributes), 0);
    CHECK_EQUAL(sys_ioctl(slave, 0x802c542a /* TCGETS2 */, (address)attributes), 0);
    CHECK_EQUAL(sys_ioctl(slave, 0x402c542b /* TCSETS2 */, (address)attributes), 0);
    CHECK_EQUAL(sys_ioctl(slave, 0x540b /* TCFLSH */, 2), 0);
    CHECK_EQUAL(sys_ioctl(slave, 0x540b, 4711), -EINVAL);
    CHECK_EQUAL(sys_ioctl(slave, 0x5409 /* TCSBRK */, 1), 0);
    CHECK_EQUAL(sys_ioctl(slave, 0x5413, 0), -EFAULT);
    CHECK_EQUAL(sys_close(slave) | sys_close(master), 0);
}

struct interface {
    char name[16];
    union {
        short flags;
        u64 space[3];
    } value;
};

static bool is_loopback(const struct interface* interface) {
    return interface->name[0] == 'l' && interface->name[1] == 'o' && interface->name[2] == 0;
}

static void interfaces(void) {
    static struct interface list[16];
    struct {
        int length;
        struct interface* list;
    } configuration = {sizeof list, list};
    struct interface loopback = {.name = "lo"};
    const int fd = (int)sys_socket(2, 2, 0);
    CHECK(fd >= 0);
    CHECK_EQUAL(sys_ioctl(fd, 0x8913 /* SIOCGIFFLAGS */, (address)&loopback), 0);
    CHECK_EQUAL(sys_ioctl(fd, 0x8912 /* SIOCGIFCONF */, (address)&configuration), 0);
    const u32 count = (u32)configuration.length / sizeof *list;
    CHECK(configuration.length % sizeof *list == 0 && count <= 16);
    if (loopback.value.flags & 1) {
        bool found = false;
        for (u32 i = 0; i < count; ++i) found = found || is_loopback(&list[i]);
        CHECK(found);
    }
    // ETHTOOL_GLINK of the loopback device; the answer is written behind the pointer.
    struct {
        u32 command, value;
    } link = {10, 4711};
    struct {
        char name[16];
        void* data;
        u64 space[2];
    } request = {"lo", &link, {0, 0}};
    CHECK_EQUAL(sys_ioctl(fd, 0x8946 /* SIOCETHTOOL */, (address)&request), 0);
    CHECK(link.value != 4711);
    request.data = (void*)(address)0xfffffff0;
    CHECK_EQUAL(sys_ioctl(fd, 0x8946, (address)&request), -EFAULT);
    CHECK_EQUAL(sys_ioctl(fd, 0x8946, 0), -EFAULT);
    CHECK_EQUAL(sys_ioctl(-1, 0x8912, 0), -EBADF);
    CHECK_EQUAL(sys_close(fd), 0);
}

static void files(void) {
    u64 argument[8] = {0};
    int block = 0;
    const int file = (int)sys_openat(-100, "/tmp", 0x410002 /* O_TMPFILE | O_RDWR */, 0600);
    const int other = (int)sys_memfd_create("commands", 0);
    CHECK_EQUAL(sys_ioctl(file, 2 /* FIGETBSZ */, (address)&block), 0);
    CHECK(block >= 512);
    CHECK_EQUAL(sys_ioctl(file, 0x40049409 /* FICLONE */, (address)-1), -EBADF);
    argument[0] = (u64)-1;
    CHECK_EQUAL(sys_ioctl(file, 0x4020940d /* FICLONERANGE */, (address)argument), -EBADF);
    CHECK_EQUAL(sys_ioctl(other, 0x5401, (address)argument), -ENOTTY);
    CHECK_EQUAL(sys_ioctl(other, 0x12345678, (address)argument), -ENOTTY);
    CHECK_EQUAL(sys_close(file) | sys_close(other), 0);
}

// --- socket options ---

static void options(void) {
    // A packet filter that keeps the first two bytes.
    static struct {
        u16 code;
        u8 yes, no;
        u32 k;
    } keep_two[1] = {{6 /* BPF_RET */, 0, 0, 2}};
    struct {
        u16 count;
        void* instructions;
    } filter = {1, keep_two};
    u8 buffer[8];
    int pair[2];
    u32 value = 0;
    u32 size = sizeof value;
    CHECK_EQUAL(sys_socketpair(1, 2, 0, pair), 0);
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 26 /* SO_ATTACH_FILTER */, &filter, sizeof filter), 0);
    CHECK_EQUAL(sys_write(pair[1], "abcdef", 6), 6);
    CHECK_EQUAL(sys_read(pair[0], buffer, 8), 2);
    u64 instruction = 0;
    u32 instructions = 1;
    CHECK_EQUAL(sys_getsockopt(pair[0], 1, 26 /* SO_GET_FILTER */, &instruction, &instructions), 0);
    CHECK_EQUAL(instruction & 0xffff, 6);
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 26, &filter, sizeof filter - 1), -EINVAL);
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 26, NULL, sizeof filter), -EFAULT);
    CHECK_EQUAL(sys_setsockopt(-1, 1, 26, NULL, 0), -EBADF);
    filter.instructions = (void*)(address)0xfffffff0;
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 26, &filter, sizeof filter), -EFAULT);
    CHECK_EQUAL(sys_setsockopt(pair[0], 1, 27 /* SO_DETACH_FILTER */, &value, sizeof value), 0);
    CHECK_EQUAL(sys_write(pair[1], "abcdef", 6), 6);
    CHECK_EQUAL(sys_read(pair[0], buffer, 8), 6);

    // Another one chooses among the sockets of a port.
    const int shared = (int)sys_socket(2, 2, 0);
    const int one = 1;
    filter.instructions = keep_two;
    CHECK_EQUAL(sys_setsockopt(shared, 1, 15 /* SO_REUSEPORT */, &one, sizeof one), 0);
    CHECK_EQUAL(sys_setsockopt(shared, 1, 51 /* SO_ATTACH_REUSEPORT_CBPF */, &filter, sizeof filter), 0);
    CHECK_EQUAL(sys_close(shared), 0);

    CHECK_EQUAL(sys_getsockopt(pair[0], 1, 3 /* SO_TYPE */, &value, &size), 0);
    CHECK_EQUAL(value, 2);
    CHECK_EQUAL(sys_getsockopt(pair[0], 1, 9999, &value, &size), -ENOPROTOOPT);
    CHECK_EQUAL(sys_getsockopt(-1, 4711, 1, &value, &size), -EBADF);
    CHECK_EQUAL(sys_getsockopt(pair[0], 1, 3, &value, NULL), -EFAULT);
    CHECK_EQUAL(sys_close(pair[0]) | sys_close(pair[1]), 0);
}

// --- prctl, keyctl, capget ---

static void process(void) {
    char name[16] = "";
    int value = 0;
    CHECK_EQUAL(sys_prctl(15 /* PR_SET_NAME */, (address) "commands", 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(16, (address)name, 0, 0, 0), 0);
    CHECK(name[0] == 'c' && name[7] == 's' && name[8] == 0);
    CHECK_EQUAL(sys_prctl(1 /* PR_SET_PDEATHSIG */, 10, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(2, (address)&value, 0, 0, 0), 0);
    CHECK_EQUAL(value, 10);
    CHECK_EQUAL(sys_prctl(1, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(1, 65, 0, 0, 0), -EINVAL);
    CHECK_EQUAL(sys_prctl(36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(37, (address)&value, 0, 0, 0), 0);
    CHECK_EQUAL(value, 1);
    CHECK_EQUAL(sys_prctl(36, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(29 /* PR_SET_TIMERSLACK */, 60000, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(30, 0, 0, 0, 0), 60000);
    CHECK_EQUAL(sys_prctl(39 /* PR_GET_NO_NEW_PRIVS */, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(38, 1, 0, 0, 0), 0);
    CHECK_EQUAL(sys_prctl(39, 0, 0, 0, 0), 1);
    CHECK_EQUAL(sys_prctl(4711, 0, 0, 0, 0), -EINVAL);

    struct {
        u32 version;
        int pid;
    } header = {0x20080522, 0};
    u32 sets[6];
    CHECK_EQUAL(sys_capget(&header, sets), 0);
    header.version = 1;
    CHECK_EQUAL(sys_capget(&header, sets), -EINVAL);
    CHECK_EQUAL(header.version, 0x20080522);
}

static void keys(void) {
    char description[64] = "";
    const i64 ring = sys_keyctl(0 /* KEYCTL_GET_KEYRING_ID */, (address)-2 /* the process's */, 1, 0, 0);
    if (ring == -ENOSYS || ring == -EPERM) return;  // containers often go without
    CHECK(ring > 0);
    CHECK(sys_keyctl(6 /* KEYCTL_DESCRIBE */, (address)ring, (address)description, sizeof description, 0) > 8);
    CHECK(description[0] == 'k' && description[1] == 'e' && description[2] == 'y');
    CHECK_EQUAL(sys_keyctl(4711, 0, 0, 0, 0), -EOPNOTSUPP);
}

void test(void) {
    locks();
    owners();
    terminals();
    interfaces();
    files();
    options();
    process();
    keys();
}
