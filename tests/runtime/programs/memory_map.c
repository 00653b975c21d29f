// SPDX-License-Identifier: BSL-1.0
// mmap, munmap, mremap, mprotect, madvise, msync, brk and memory.grow in one address space.
#include "program.h"

WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 length, int prot, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(u32 address, u32 length);
WALI(SYS_mremap) i64 sys_mremap(u32 address, u32 old_size, u32 new_size, int flags, u32 new_address);
WALI(SYS_mprotect) i64 sys_mprotect(u32 address, u32 length, int prot);
WALI(SYS_madvise) i64 sys_madvise(u32 address, u32 length, int advice);
WALI(SYS_msync) i64 sys_msync(u32 address, u32 length, int flags);
WALI(SYS_brk) i64 sys_brk(u32 address);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_ftruncate) i64 sys_ftruncate(int fd, i64 length);
WALI(SYS_pread64) i64 sys_pread64(int fd, void* buffer, u32 count, i64 offset);

#define PAGE 4096u
#define PROT_RW 3
#define PROT_RWX 7
#define PRIVATE 0x02
#define SHARED 0x01
#define ANON 0x20
#define FIXED 0x10
#define NOREPLACE 0x100000
#define MAYMOVE 1
#define REMAP_FIXED 2

static int zeros;  // a descriptor that fills what is mapped

static i64 anon(u32 hint, u32 length, int flags) {
    return sys_mmap(hint, length, PROT_RW, PRIVATE | ANON | flags, -1, 0);
}

static volatile u8* at(i64 address) { return (volatile u8*)(u32)address; }

static void anonymous(void) {
    const i64 a = anon(0, 3 * PAGE + 1, 0);
    CHECK(a > 0 && a % PAGE == 0);
    at(a)[0] = 1;
    at(a)[4 * PAGE - 1] = 2;
    CHECK_EQUAL(at(a)[PAGE], 0);
    const i64 b = anon(0, PAGE, 0);
    CHECK(b >= a + 4 * PAGE || b + PAGE <= a);

    // A hole is used again, and reads as zeros.
    CHECK_EQUAL(sys_munmap((u32)a, 4 * PAGE), 0);
    CHECK_EQUAL(anon(0, 4 * PAGE, 0), a);
    CHECK_EQUAL(at(a)[0], 0);
    CHECK_EQUAL(sys_munmap((u32)a + PAGE, PAGE), 0);
    CHECK_EQUAL(anon(0, PAGE, 0), a + PAGE);

    // A hint is taken if it is free, and only then.
    CHECK_EQUAL(anon((u32)a, PAGE, 0) == a, 0);
    CHECK_EQUAL(anon((u32)a - 64 * PAGE, PAGE, 0), a - 64 * PAGE);
    CHECK_EQUAL(anon((u32)a - 64 * PAGE, PAGE, NOREPLACE), -EEXIST);
    CHECK_EQUAL(anon((u32)a - 62 * PAGE, PAGE, NOREPLACE), a - 62 * PAGE);

    // MAP_FIXED replaces.
    at(a)[0] = 7;
    CHECK_EQUAL(anon((u32)a, PAGE, FIXED), a);
    CHECK_EQUAL(at(a)[0], 0);
    CHECK_EQUAL(sys_munmap((u32)a, 4 * PAGE), 0);
}

static void errors(void) {
    CHECK_EQUAL(anon(0, 0, 0), -EINVAL);
    CHECK_EQUAL(anon(0, 0xfffff000u, 0), -ENOMEM);
    CHECK_EQUAL(anon(PAGE + 1, PAGE, FIXED), -EINVAL);
    CHECK_EQUAL(anon(0xfffff000u, PAGE, FIXED), -ENOMEM);
    CHECK_EQUAL(sys_mmap(0, PAGE, PROT_RW, PRIVATE, -1, 0), -EBADF);
    CHECK_EQUAL(sys_mmap(0, PAGE, PROT_RW, ANON, -1, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, PAGE, PROT_RW, PRIVATE | ANON, -1, 1), -EINVAL);
    CHECK_EQUAL(sys_munmap(1, PAGE), -EINVAL);
    CHECK_EQUAL(sys_munmap(PAGE, 0), -EINVAL);
    CHECK_EQUAL(sys_munmap(0xfffff000u, 2 * PAGE), -EINVAL);
    CHECK_EQUAL(sys_mprotect(1, PAGE, PROT_RW), -EINVAL);
    const i64 a = anon(0, 2 * PAGE, 0);
    CHECK_EQUAL(sys_munmap((u32)a + PAGE, PAGE), 0);
    CHECK_EQUAL(sys_mprotect((u32)a, 2 * PAGE, PROT_RW), -ENOMEM);
    CHECK_EQUAL(sys_madvise((u32)a, 2 * PAGE, 4), -ENOMEM);
    CHECK_EQUAL(sys_madvise((u32)a, PAGE, 99), -EINVAL);
    CHECK_EQUAL(sys_msync((u32)a, 2 * PAGE, 4), -ENOMEM);
    CHECK_EQUAL(sys_mremap((u32)a, 2 * PAGE, 4 * PAGE, MAYMOVE, 0), -EFAULT);
    CHECK_EQUAL(sys_mremap((u32)a, PAGE, 0, MAYMOVE, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((u32)a, PAGE, PAGE, 0x100, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((u32)a, 0xfffff000, PAGE, MAYMOVE, 0), -EINVAL);  // ends where no address is
    CHECK_EQUAL(sys_munmap((u32)a, PAGE), 0);
}

static void protection(void) {
    const i64 a = anon(0, PAGE, 0);
    at(a)[0] = 5;
    CHECK_EQUAL(sys_mprotect((u32)a, PAGE, 1), 0);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)a, 1), -EFAULT);
    CHECK_EQUAL(sys_mprotect((u32)a, PAGE, PROT_RWX), 0);
    CHECK_EQUAL(at(a)[0], 5);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)a, 1), 1);
    at(a)[0] = 6;
    CHECK_EQUAL(sys_madvise((u32)a, PAGE, 4), 0);
    CHECK_EQUAL(at(a)[0], 0);
    CHECK_EQUAL(sys_munmap((u32)a, PAGE), 0);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)a, 1), -EFAULT);
}

static void moving(void) {
    const i64 base = anon(0, 8 * PAGE, 0);
    CHECK_EQUAL(sys_munmap((u32)base + PAGE, 7 * PAGE), 0);
    at(base)[0] = 42;
    // In place, because what is behind is free.
    CHECK_EQUAL(sys_mremap((u32)base, PAGE, 2 * PAGE, 0, 0), base);
    CHECK_EQUAL(at(base)[0], 42);
    CHECK_EQUAL(at(base)[PAGE], 0);
    // Not in place, because of a neighbour.
    CHECK_EQUAL(anon((u32)base + 2 * PAGE, PAGE, NOREPLACE), base + 2 * PAGE);
    CHECK_EQUAL(sys_mremap((u32)base, 2 * PAGE, 4 * PAGE, 0, 0), -ENOMEM);
    const i64 moved = sys_mremap((u32)base, 2 * PAGE, 4 * PAGE, MAYMOVE, 0);
    CHECK(moved > 0 && moved != base);
    CHECK_EQUAL(at(moved)[0], 42);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)base, 1), -EFAULT);
    // Shrinking gives pages back.
    CHECK_EQUAL(sys_mremap((u32)moved, 4 * PAGE, PAGE, 0, 0), moved);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)(moved + PAGE), 1), -EFAULT);
    // To a place that the program names.
    CHECK_EQUAL(sys_mremap((u32)moved, PAGE, PAGE, MAYMOVE | REMAP_FIXED, (u32)base), base);
    CHECK_EQUAL(at(base)[0], 42);
    CHECK_EQUAL(sys_munmap((u32)base, 3 * PAGE), 0);
}

static void files(void) {
    static u8 buffer[8];
    const int fd = (int)sys_openat(-100, "/tmp", 0x410002 /* O_TMPFILE | O_RDWR */, 0600);
    CHECK(fd >= 0);
    CHECK_EQUAL(sys_ftruncate(fd, PAGE), 0);
    const i64 a = sys_mmap(0, PAGE, PROT_RW, SHARED, fd, 0);
    CHECK(a > 0);
    at(a)[3] = 'x';
    CHECK_EQUAL(sys_msync((u32)a, PAGE, 4), 0);
    CHECK_EQUAL(sys_pread64(fd, buffer, 8, 0), 8);
    CHECK_EQUAL(buffer[3], 'x');
    // Private pages keep changes to themselves.
    const i64 b = sys_mmap(0, PAGE, PROT_RW, PRIVATE, fd, 0);
    at(b)[3] = 'y';
    CHECK_EQUAL(at(a)[3], 'x');
    // Over the program's own pages, if it says so.
    const i64 c = anon(0, 2 * PAGE, 0);
    CHECK_EQUAL(sys_mmap((u32)c + PAGE, PAGE, PROT_RW, SHARED | FIXED, fd, 0), c + PAGE);
    CHECK_EQUAL(at(c)[PAGE + 3], 'x');
    CHECK_EQUAL(sys_munmap((u32)a, PAGE) | sys_munmap((u32)b, PAGE) | sys_munmap((u32)c, 2 * PAGE), 0);
    sys_close(fd);
}

static void growing(void) {
    const u32 pages = __builtin_wasm_memory_size(0);
    CHECK_EQUAL(__builtin_wasm_memory_grow(0, 2), pages);
    volatile u8* end = (volatile u8*)((pages + 2) * 65536u);
    end[-1] = 9;
    CHECK_EQUAL(end[-2], 0);

    // The break begins at the end of memory and moves both ways.
    const i64 start = sys_brk(0);
    CHECK_EQUAL(start, (pages + 2) * 65536u);
    CHECK_EQUAL(sys_brk((u32)start + 10), start + 10);
    at(start)[9] = 1;
    CHECK_EQUAL(sys_brk((u32)start), start);
    CHECK_EQUAL(sys_brk((u32)start + 100000), start + 100000);
    CHECK_EQUAL(at(start)[9], 0);
    CHECK_EQUAL(sys_brk(1), start + 100000);

    // A mapping in the way stops growth, and is not harmed; when it is gone growth goes on.
    const u32 now = __builtin_wasm_memory_size(0);
    const i64 blocker = anon(now * 65536u, PAGE, NOREPLACE);
    CHECK_EQUAL(blocker, now * 65536u);
    at(blocker)[0] = 3;
    CHECK_EQUAL(__builtin_wasm_memory_grow(0, 1), (u32)-1);
    CHECK_EQUAL(sys_brk((u32)start + 1000000), start + 100000);
    CHECK_EQUAL(at(blocker)[0], 3);
    CHECK_EQUAL(sys_munmap((u32)blocker, PAGE), 0);
    CHECK_EQUAL(__builtin_wasm_memory_grow(0, 1), now);
    CHECK_EQUAL(__builtin_wasm_memory_grow(0, 0x10000), (u32)-1);
}

static void exhaustion(void) {
    // Everything, then nothing more, then everything again: nothing leaks.
    for (int round = 0; round < 3; ++round) {
        static u32 taken[4096];
        u32 count = 0;
        for (i64 a; count < 4096 && (a = anon(0, 1 << 20, 0)) > 0;) taken[count++] = (u32)a;
        CHECK(count > 20 && count < 4096);
        CHECK_EQUAL(anon(0, 1 << 20, 0), -ENOMEM);
        while (count > 0) CHECK_EQUAL(sys_munmap(taken[--count], 1 << 20), 0);
    }
}

void test(void) {
    zeros = (int)sys_openat(-100, "/dev/zero", 0, 0);
    CHECK(zeros >= 0);
    anonymous();
    errors();
    protection();
    moving();
    files();
    growing();
    exhaustion();
}
