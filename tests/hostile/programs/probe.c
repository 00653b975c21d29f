// SPDX-License-Identifier: BSL-1.0
//
// Makes the system calls that its arguments name, and prints the result of each on a line: what a hostile module could
// try, one call at a time. Calls are separated by "/"; an argument of a call is
//   a number       12, -100, 0x40, 0600
//   a text         anything else; @TEXT where it looks like something else
//   &              a buffer of zeros
//   =1,2,3         an array of 32-bit numbers
//   %0             the result of call 0
//   pid ppid tid   numbers of this process, its parent and thread
//   in:PORT        struct sockaddr_in of 127.0.0.1
//   un:PATH        struct sockaddr_un; a leading + stands for the NUL of an abstract name
//   args           { "probe", NULL }; args:A:B for { "probe", "A", "B", NULL }
// The child that fork makes only waits.
// Before the first call: "in-thread" or "in-child", and then all happens there.
#include "threads.h"

WALI(__cl_get_argc) u32 cl_get_argc(void);
WALI(__cl_get_argv_len) u32 cl_get_argv_len(u32 index);
WALI(__cl_copy_argv) u32 cl_copy_argv(char* buffer, u32 index);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, int* status, int options, void* usage);

// The host takes numbers of either width (aot/imports), so one type does for all.
// clang-format off: a table
#define CALLS(_) \
    _(open, 3) _(openat, 4) _(openat2, 4) _(creat, 2) _(truncate, 2) _(ftruncate, 2) _(mkdir, 2) _(rmdir, 1)          \
    _(rename, 2) _(renameat2, 5) _(link, 2) _(linkat, 5) _(unlink, 1) _(symlink, 2) _(mknod, 3) _(stat, 2)            \
    _(chdir, 1) _(chmod, 2) _(fchmod, 2) _(chown, 3) _(utimensat, 4) _(setxattr, 5) _(inotify_init1, 1)               \
    _(getxattr, 4) _(listxattr, 3)                                                                                    \
    _(name_to_handle_at, 5) _(getdents64, 3) _(dup, 1) _(write, 3) _(read, 3) _(close, 1) _(ioctl, 3) _(fcntl, 3)     \
    _(memfd_create, 2) _(execve, 3) _(execveat, 5) _(socket, 3) _(socketpair, 4) _(bind, 3) _(listen, 2)              \
    _(connect, 3) _(sendto, 6) _(setsockopt, 5) _(getppid, 0) _(gettid, 0) _(fork, 0) _(clone, 5) _(clone3, 2) \
    _(getpid, 0) _(wait4, 4) _(kill, 2) _(tkill, 2) _(tgkill, 3) _(rt_sigqueueinfo, 3) _(pidfd_open, 2)               \
    _(pidfd_send_signal, 4)                                                                                           \
    _(pidfd_getfd, 3) _(prlimit64, 4) _(setpriority, 3) _(sched_setaffinity, 3) _(ioprio_set, 3) _(ptrace, 4)         \
    _(process_vm_readv, 6) _(process_vm_writev, 6) _(kcmp, 5) _(userfaultfd, 1) _(perf_event_open, 5) _(bpf, 3)       \
    _(io_uring_setup, 2) _(unshare, 1) _(setns, 2) _(mount, 5) _(chroot, 1) _(keyctl, 5) _(shmget, 3) _(mq_open, 4)   \
    _(clock_settime, 2) _(clock_gettime, 2) _(capget, 2) _(prctl, 5) _(geteuid, 0) _(setsid, 0) _(pause, 0)           \
    _(mmap, 6) _(exit_group, 1)
// clang-format on

#define PARAMETERS_0 void
#define PARAMETERS_1 i64 a
#define PARAMETERS_2 PARAMETERS_1, i64 b
#define PARAMETERS_3 PARAMETERS_2, i64 c
#define PARAMETERS_4 PARAMETERS_3, i64 d
#define PARAMETERS_5 PARAMETERS_4, i64 e
#define PARAMETERS_6 PARAMETERS_5, i64 f
#define ARGUMENTS_0
#define ARGUMENTS_1 n[0]
#define ARGUMENTS_2 ARGUMENTS_1, n[1]
#define ARGUMENTS_3 ARGUMENTS_2, n[2]
#define ARGUMENTS_4 ARGUMENTS_3, n[3]
#define ARGUMENTS_5 ARGUMENTS_4, n[4]
#define ARGUMENTS_6 ARGUMENTS_5, n[5]

#define IMPORT(name, count)                                                                                \
    __attribute__((import_module("wali"), import_name("SYS_" #name))) i64 call_##name(PARAMETERS_##count); \
    static i64 make_##name(const i64* n) {                                                                 \
        (void)n;                                                                                           \
        return call_##name(ARGUMENTS_##count);                                                             \
    }
CALLS(IMPORT)

static const struct call {
    const char* name;
    u32 count;
    i64 (*make)(const i64* arguments);
} calls[] = {
#define ROW(name, count) {#name, count, make_##name},
    CALLS(ROW)};

// --- arguments ---

enum { ROOM = 1 << 20, RESULTS = 256 };

static _Alignas(16) u8 room[ROOM];  // what arguments point to
static u32 room_used;
static i64 results[RESULTS];
static u32 result_count;
static u32 next_word = 1;

static void* take(u32 size) {
    void* taken = room + room_used;
    room_used += (size + 15) & ~15U;
    if (room_used > ROOM) sys_exit_group(99);
    return taken;
}

static bool same(const char* a, const char* b) {
    while (*a && *a == *b) ++a, ++b;
    return *a == *b;
}

static const char* behind(const char* text, const char* head) {
    while (*head && *text == *head) ++text, ++head;
    return *head ? NULL : text;
}

static const char* word(u32 index) {
    char* text = take(cl_get_argv_len(index) + 1);
    return cl_copy_argv(text, index) == 0 ? text : "";
}

static const char* read_number(const char* text, i64* value) {
    const bool negative = *text == '-';
    if (negative) ++text;
    const u32 base = behind(text, "0x") ? 16 : *text == '0' ? 8 : 10;
    if (base == 16) text += 2;
    *value = 0;
    for (;; ++text) {
        const u32 digit = *text >= 'a' ? (u32)*text - 'a' + 10 : (u32)*text - '0';
        if (digit >= base) break;
        *value = *value * base + digit;
    }
    if (negative) *value = -*value;
    return text;
}

static i64 address(const void* place) { return (i64)(u32)place; }

static i64 internet_address(const char* text) {
    i64 port;
    u8* bytes = take(16);
    read_number(text, &port);
    bytes[0] = 2;
    bytes[2] = (u8)(port >> 8);
    bytes[3] = (u8)port;
    bytes[4] = 127;
    bytes[7] = 1;
    return address(bytes);
}

static i64 unix_address(const char* text) {
    u8* bytes = take(110);
    bytes[0] = 1;
    if (*text == '+') ++text, ++bytes;
    for (u32 i = 0; text[i]; ++i) bytes[2 + i] = (u8)text[i];
    return address(bytes) & ~15;
}

static i64 array(const char* text) {
    u32* numbers = take(1024);
    for (u32 i = 0; *text++; ++i) {
        i64 value;
        text = read_number(text, &value);
        numbers[i] = (u32)value;
    }
    return address(numbers);
}

static i64 vector(const char* text) {
    u32* strings = take(256);
    u32 count = 0;
    strings[count++] = (u32) "probe";
    while (*text == ':') {
        char* copy = take(length(++text) + 1);
        strings[count++] = (u32)copy;
        while (*text && *text != ':') *copy++ = *text++;
    }
    return address(strings);
}

static i64 argument(const char* text) {
    i64 value;
    const char* rest;
    if ((rest = behind(text, "@"))) return address(rest);
    if ((rest = behind(text, "in:"))) return internet_address(rest);
    if ((rest = behind(text, "un:"))) return unix_address(rest);
    if (*text == '=') return array(text);
    if ((rest = behind(text, "%"))) return *read_number(rest, &value) == '\0' ? results[value % RESULTS] : 0;
    if (same(text, "&")) return address(take(4096));
    if (same(text, "pid")) return call_getpid();
    if (same(text, "ppid")) return call_getppid();
    if (same(text, "tid")) return call_gettid();
    if ((rest = behind(text, "args"))) return vector(rest);
    if (*text && *read_number(text, &value) == '\0') return value;
    return address(text);
}

// --- calls ---

static i64 make(const char* name) {
    i64 arguments[6] = {0};
    u32 count = 0;
    for (; next_word < cl_get_argc(); ++next_word) {
        const char* text = word(next_word);
        if (same(text, "/")) break;
        if (count < 6) arguments[count++] = argument(text);
    }
    ++next_word;
    for (u32 i = 0; i < sizeof calls / sizeof *calls; ++i)
        if (same(calls[i].name, name) && calls[i].count == count) return calls[i].make(arguments);
    print(2, name);
    print(2, ": no such call, or with another number of arguments\n");
    sys_exit_group(99);
    return 0;
}

// A child is there for others to reach it, and ends with its parent.
static void wait_as_child(i64 parent) {
    enum { SET_PDEATHSIG = 1, SIGKILL = 9 };
    call_prctl(SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (call_getppid() == parent) call_pause();
    sys_exit_group(0);
}

static void make_all(u32 unused) {
    (void)unused;
    while (next_word < cl_get_argc()) {
        const char* name = word(next_word++);
        const i64 self = call_getpid();
        const i64 result = make(name);
        if (result == 0 && same(name, "fork")) wait_as_child(self);
        if (result_count < RESULTS) results[result_count++] = result;
        print_number(1, result);
        print(1, "\n");
    }
}

static void make_all_in_child(void) {
    int status = -1;
    const int child = (int)sys_fork();
    if (child == 0) {
        make_all(0);
        sys_exit_group(0);
    }
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    CHECK_EQUAL(status, 0);
}

void test(void) {
    const char* first = cl_get_argc() > 1 ? word(1) : "";
    if (same(first, "in-thread")) {
        next_word = 2;
        if (thread_start(0, make_all, 0) <= 0) sys_exit_group(98);
        thread_join(0);
    } else if (same(first, "in-child")) {
        next_word = 2;
        make_all_in_child();
    } else {
        make_all(0);
    }
}
