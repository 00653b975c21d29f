// SPDX-License-Identifier: BSL-1.0
// clone, clone3, robust locks and waiting for several words. The same source runs natively, where it must pass, too.
#include "program.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

WALI(SYS_mmap) i64 sys_mmap(address at, address length, int prot, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(address at, address length);
WALI(SYS_clone) i64 sys_clone(i64 flags, address stack, void* parent_tid, void* child_tid, i64 tls);
WALI(SYS_clone3) i64 sys_clone3(void* arguments, address size);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);
WALI(SYS_waitid) i64 sys_waitid(int type, int id, void* info, int options, void* usage);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_set_robust_list) i64 sys_set_robust_list(void* head, address size);
WALI(SYS_futex_waitv) i64 sys_futex_waitv(void* waiters, u32 count, u32 flags, void* timeout, int clock);

#define EAGAIN 11
#define ETIMEDOUT 110

enum { SIGCHLD = 17, PARENT_SETTID = 0x100000, CHILD_SETTID = 0x1000000, PIDFD = 0x1000 };
enum { VFORK = 0x4000, FS = 0x200, NEWNS = 0x20000 };

static void wait_for(i64 pid) {
    int status = -1;
    CHECK_EQUAL(sys_wait4((int)pid, &status, 0, NULL), pid);
    CHECK_EQUAL(status, 0);
}

static void cloning(void) {
    static volatile int own;
    static volatile int parent_tid;
    static volatile int child_tid;
    const i64 pid = sys_clone(SIGCHLD | PARENT_SETTID | CHILD_SETTID, 0, (void*)&parent_tid, (void*)&child_tid, 0);
    if (pid == 0) {
        own = 1;
        sys_exit_group(child_tid == sys_gettid() ? 0 : 1);
    }
    CHECK(pid > 0);
    wait_for(pid);
    CHECK_EQUAL(own, 0);
    CHECK_EQUAL(parent_tid, pid);
    CHECK_EQUAL(child_tid, 0);

    // Memory can be mapped afterwards, whether there was a child or not.
    CHECK_EQUAL(sys_clone(VFORK | FS | NEWNS | SIGCHLD, 0, NULL, NULL, 0), -EINVAL);
    const i64 waited_for = sys_clone(VFORK | SIGCHLD, 0, NULL, NULL, 0);
    if (waited_for == 0) {
        const i64 memory = sys_mmap(0, 4096, 3, 0x22, -1, 0);
        sys_exit_group(memory > 0 && sys_munmap((address)memory, 4096) == 0 ? 0 : 1);
    }
    wait_for(waited_for);
    const i64 memory = sys_mmap(0, 4096, 3, 0x22, -1, 0);
    CHECK(memory > 0);
    CHECK_EQUAL(sys_munmap((address)memory, 4096), 0);

    static struct {
        u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    } arguments;
    int descriptor = -1;
    arguments.flags = PIDFD;
    arguments.pidfd = (address)&descriptor;
    arguments.exit_signal = SIGCHLD;
    const i64 child = sys_clone3(&arguments, sizeof arguments);
    if (child == 0) sys_exit_group(0);
    CHECK(child > 0 && descriptor >= 0);
    CHECK_EQUAL(sys_waitid(3 /* P_PIDFD */, descriptor, NULL, 4 /* WEXITED */, NULL), 0);
    CHECK_EQUAL(sys_close(descriptor), 0);
    CHECK_EQUAL(sys_clone3(&arguments, 63), -EINVAL);
    CHECK_EQUAL(sys_clone3(NULL, sizeof arguments), -EFAULT);
}

// --- locks in shared memory, held by a process that ends ---

struct lock {
    void* next;
    u32 word;
};

struct shared {
    struct lock held, given_back, pending;
    struct {
        void* list;
#ifdef __wasm__
        u32 pad;
#endif
        i64 offset;
        void* pending;
#ifdef __wasm__
        u32 pad2;
#endif
    } head;
};

static void child_of_locks(struct shared* shared) {
    const u32 tid = (u32)sys_gettid();
    shared->held = (struct lock){&shared->given_back, tid};
    shared->given_back = (struct lock){&shared->head, 0};
    shared->pending = (struct lock){NULL, tid | 0x80000000u};
    shared->head.list = &shared->held;
    shared->head.offset = (i64)((address)&shared->held.word - (address)&shared->held);
    shared->head.pending = &shared->pending;
    CHECK_EQUAL(sys_set_robust_list(&shared->head, sizeof shared->head - 1), -EINVAL);
    CHECK_EQUAL(sys_set_robust_list(&shared->head, sizeof shared->head), 0);
    sys_exit_group(failures ? 1 : 0);
}

static void robust_locks(void) {
    struct shared* shared = (struct shared*)(address)sys_mmap(0, 4096, 3, 0x21 /* shared, anonymous */, -1, 0);
    CHECK_EQUAL(sizeof shared->head, 24);
    const i64 pid = sys_clone(SIGCHLD, 0, NULL, NULL, 0);
    if (pid == 0) child_of_locks(shared);
    wait_for(pid);
    CHECK_EQUAL(shared->held.word, 0x40000000u);
    CHECK_EQUAL(shared->given_back.word, 0);
    CHECK_EQUAL(shared->pending.word, 0xc0000000u);
    CHECK_EQUAL(sys_munmap((address)shared, 4096), 0);
}

static void several_words(void) {
    static u32 words[2] = {1, 2};
    i64 past[2] = {0, 1};
    struct {
        u64 value, address;
        u32 flags, reserved;
    } waiters[2] = {{1, (address)&words[0], 2, 0}, {2, (address)&words[1], 2, 0}};
    CHECK_EQUAL(sys_futex_waitv(waiters, 2, 0, past, 1), -ETIMEDOUT);
    waiters[1].value = 3;
    CHECK_EQUAL(sys_futex_waitv(waiters, 2, 0, past, 1), -EAGAIN);
    waiters[1].address = (u64)1 << 60;
    CHECK_EQUAL(sys_futex_waitv(waiters, 2, 0, past, 1), -EFAULT);
    CHECK_EQUAL(sys_futex_waitv(waiters, 129, 0, past, 1), -EINVAL);
    CHECK_EQUAL(sys_futex_waitv(NULL, 1, 0, past, 1), -EINVAL);
}

#ifdef __wasm__
// The host takes what the kernel sends by these for faults.
static void faults_announce_no_child(void) {
    static const int signals[] = {4, 7, 8, 11};  // ILL, BUS, FPE, SEGV
    u64 arguments[8] = {0};
    for (u32 i = 0; i < 4; ++i) {
        CHECK_EQUAL(sys_clone(signals[i], 0, NULL, NULL, 0), -ENOSYS);
        arguments[4] = (u64)signals[i];
        CHECK_EQUAL(sys_clone3(arguments, sizeof arguments), -ENOSYS);
    }
}
#endif

void test(void) {
#ifdef __wasm__
    faults_announce_no_child();
#endif
    cloning();
    robust_locks();
    several_words();
}
