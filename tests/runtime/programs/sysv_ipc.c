// SPDX-License-Identifier: BSL-1.0
// System V shared memory, semaphores and messages. The same source runs natively, where it must pass, too.
#include "program.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

WALI(SYS_mmap) i64 sys_mmap(address at, address length, int prot, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(address at, address length);
WALI(SYS_mremap) i64 sys_mremap(address at, address old_size, address new_size, int flags, address to);
WALI(SYS_shmget) i64 sys_shmget(int key, address size, int flags);
WALI(SYS_shmat) i64 sys_shmat(int id, address at, int flags);
WALI(SYS_shmdt) i64 sys_shmdt(address at);
WALI(SYS_shmctl) i64 sys_shmctl(int id, int command, void* status);
WALI(SYS_semget) i64 sys_semget(int key, int count, int flags);
WALI(SYS_semop) i64 sys_semop(int id, void* operations, u32 count);
WALI(SYS_semctl) i64 sys_semctl(int id, int number, int command, address argument);
WALI(SYS_msgget) i64 sys_msgget(int key, int flags);
WALI(SYS_msgsnd) i64 sys_msgsnd(int id, const void* message, address size, int flags);
WALI(SYS_msgrcv) i64 sys_msgrcv(int id, void* message, address size, i64 type, int flags);
WALI(SYS_msgctl) i64 sys_msgctl(int id, int command, void* status);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);

#define PAGE 4096u
enum { PRIVATE_KEY = 0, CREATE = 01000, RDONLY = 010000, RND = 020000, REMAP = 040000 };
enum { IPC_RMID = 0, IPC_STAT = 2, GETVAL = 12, GETALL = 13, SETVAL = 16, SETALL = 17 };

static struct {
    u8 permissions[48];
    u64 size, attach_time, detach_time, change_time;
    u32 creator, last;
    u64 attached, unused[2];
} status;

static volatile u8* at(i64 place) { return (volatile u8*)(address)place; }

static i64 anon(address hint, u32 length) { return sys_mmap(hint, length, 3, 0x22, -1, 0); }

static int segment(u32 size) {
    const i64 id = sys_shmget(PRIVATE_KEY, size, CREATE | 0600);
    CHECK(id >= 0);
    return (int)id;
}

static u64 attached(int id) {
    CHECK_EQUAL(sys_shmctl(id, IPC_STAT, &status), 0);
    return status.attached;
}

static void in_child(void (*function)(i64), i64 argument) {
    int code = -1;
    const i64 pid = sys_fork();
    if (pid == 0) {
        function(argument);
        sys_exit_group(failures ? 1 : 0);
    }
    CHECK_EQUAL(sys_wait4((int)pid, &code, 0, NULL), pid);
    CHECK_EQUAL(code, 0);
}

static void child_of_attaching(i64 place) {
    at(place)[5] = 6;
    CHECK_EQUAL(sys_shmdt((address)place), 0);
}

static void attaching(void) {
    const int id = segment(3 * PAGE - 100);
    const i64 a = sys_shmat(id, 0, 0);
    const i64 b = sys_shmat(id, 0, RDONLY);
    CHECK(a > 0 && b > 0 && a != b);
    CHECK_EQUAL(attached(id), 2);
    at(a)[0] = 1;
    at(a)[3 * PAGE - 1] = 2;
    CHECK_EQUAL(at(b)[0], 1);
    CHECK_EQUAL(at(b)[3 * PAGE - 1], 2);
    const int zero = (int)sys_openat(-100, "/dev/zero", 0, 0);
    CHECK_EQUAL(sys_read(zero, (void*)(address)b, 1), -EFAULT);  // read-only
    CHECK_EQUAL(sys_close(zero), 0);

    in_child(child_of_attaching, a);
    CHECK_EQUAL(at(a)[5], 6);
    CHECK_EQUAL(attached(id), 2);

    CHECK_EQUAL(sys_shmdt((address)b + PAGE), -EINVAL);
    CHECK_EQUAL(sys_shmdt((address)b + 1), -EINVAL);
    CHECK_EQUAL(sys_shmdt((address)b), 0);
    CHECK_EQUAL(sys_shmdt((address)b), -EINVAL);
    CHECK_EQUAL(attached(id), 1);
    // Its place is free again, all of it.
    CHECK_EQUAL(sys_mmap((address)b, 3 * PAGE, 3, 0x100022, -1, 0), b);
    CHECK_EQUAL(sys_munmap((address)b, 3 * PAGE), 0);

    // What is unmapped by hand is detached; a mapping in its place stays.
    CHECK_EQUAL(sys_munmap((address)a + PAGE, PAGE), 0);
    CHECK_EQUAL(sys_mmap((address)a + PAGE, PAGE, 3, 0x100022, -1, 0), a + PAGE);
    at(a)[PAGE] = 77;
    CHECK_EQUAL(sys_shmdt((address)a), 0);
    CHECK_EQUAL(at(a)[PAGE], 77);
    CHECK_EQUAL(anon((address)a + 2 * PAGE, PAGE), a + 2 * PAGE);
    CHECK_EQUAL(anon((address)a, PAGE), a);
    CHECK_EQUAL(sys_munmap((address)a, 3 * PAGE), 0);
    CHECK_EQUAL(sys_shmctl(id, IPC_RMID, NULL), 0);
    CHECK_EQUAL(sys_shmat(id, 0, 0), -EINVAL);
}

static void at_an_address(void) {
    const int id = segment(PAGE);
    const i64 room = anon(0, 4 * PAGE);
    CHECK_EQUAL(sys_shmat(id, (address)room, 0), -EINVAL);
    CHECK_EQUAL(sys_shmat(id, (address)room + 5, REMAP), -EINVAL);
    CHECK_EQUAL(sys_shmat(id, 0, REMAP), -EINVAL);
    CHECK_EQUAL(sys_shmat(-1, 0, 0), -EINVAL);
#ifdef __wasm__
    CHECK_EQUAL(sys_shmat(id, 0xfffff000, 0), -EINVAL);
    CHECK_EQUAL(sys_shmat(id, 0xfffff000, REMAP), -EINVAL);  // beyond the program's memory
#endif
    CHECK_EQUAL(sys_shmat(id, (address)room + 5, REMAP | RND), room);
    at(room)[0] = 9;
    CHECK_EQUAL(sys_munmap((address)room + PAGE, PAGE), 0);
    CHECK_EQUAL(sys_shmat(id, (address)room + PAGE, 0), room + PAGE);
    CHECK_EQUAL(at(room)[PAGE], 9);
    // It can be moved, and detached where it is then.
    CHECK_EQUAL(sys_mremap((address)room + PAGE, PAGE, PAGE, 3, (address)room + 2 * PAGE), room + 2 * PAGE);
    CHECK_EQUAL(at(room)[2 * PAGE], 9);
    CHECK_EQUAL(sys_shmdt((address)room + 2 * PAGE), 0);
    CHECK_EQUAL(sys_shmdt((address)room), 0);
    CHECK_EQUAL(sys_munmap((address)room, 4 * PAGE), 0);
    CHECK_EQUAL(sys_shmctl(id, IPC_RMID, NULL), 0);
}

static void wait_for_semaphore(i64 id) {
    struct {
        unsigned short number;
        short change, flags;
    } operations[2] = {{0, -1, 0}, {1, 1, 0}};
    CHECK_EQUAL(sys_semop((int)id, operations, 2), 0);
}

static void semaphores(void) {
    unsigned short values[2] = {3, 4};
    const int id = (int)sys_semget(PRIVATE_KEY, 2, CREATE | 0600);
    CHECK(id >= 0);
    CHECK_EQUAL(sys_semctl(id, 0, SETVAL, 7), 0);
    CHECK_EQUAL(sys_semctl(id, 0, GETVAL, 0), 7);
    CHECK_EQUAL(sys_semctl(id, 0, SETVAL, 1 << 20), -34 /* ERANGE */);
    CHECK_EQUAL(sys_semctl(id, 0, SETALL, (address)values), 0);
    in_child(wait_for_semaphore, id);
    CHECK_EQUAL(sys_semctl(id, 0, GETALL, (address)values), 0);
    CHECK_EQUAL(values[0], 2);
    CHECK_EQUAL(values[1], 5);
    CHECK_EQUAL(sys_semctl(id, 0, GETALL, 0), -EFAULT);
    CHECK_EQUAL(sys_semctl(id, 0, IPC_STAT, (address)&status), 0);
    CHECK_EQUAL(sys_semctl(id, 0, 4711, 0), -EINVAL);
    CHECK_EQUAL(sys_semctl(id, 0, IPC_RMID, 0), 0);
}

static void messages(void) {
    struct {
        i64 type;
        char text[4];
    } message = {5, "abc"};
    const int id = (int)sys_msgget(PRIVATE_KEY, CREATE | 0600);
    CHECK_EQUAL(sys_msgsnd(id, &message, 4, 0), 0);
    message.type = 0;
    message.text[1] = 0;
    CHECK_EQUAL(sys_msgrcv(id, &message, 3, 5, 0), -7 /* E2BIG */);
    CHECK_EQUAL(sys_msgrcv(id, &message, 4, 5, 0), 4);
    CHECK_EQUAL(message.type, 5);
    CHECK_EQUAL(message.text[1], 'b');
    CHECK_EQUAL(sys_msgctl(id, IPC_RMID, NULL), 0);
    CHECK_EQUAL(sys_msgrcv(id, &message, 4, 5, 0), -EINVAL);
}

void test(void) {
    attaching();
    at_an_address();
    semaphores();
    messages();
}
