// SPDX-License-Identifier: BSL-1.0
// mmap and its family at the edges: what Linux answers. The same source runs natively, where it must pass, too.
#include "program.h"

typedef unsigned long address;  // as wide as a pointer, here and natively

WALI(SYS_mmap) i64 sys_mmap(address at, u32 length, int prot, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(address at, u32 length);
WALI(SYS_mremap) i64 sys_mremap(address at, u32 old_size, u32 new_size, int flags, address to);
WALI(SYS_mprotect) i64 sys_mprotect(address at, u32 length, int prot);
WALI(SYS_pkey_mprotect) i64 sys_pkey_mprotect(address at, u32 length, int prot, int key);
WALI(SYS_madvise) i64 sys_madvise(address at, u32 length, int advice);
WALI(SYS_msync) i64 sys_msync(address at, u32 length, int flags);
WALI(SYS_mlock) i64 sys_mlock(address at, u32 length);
WALI(SYS_mlock2) i64 sys_mlock2(address at, u32 length, int flags);
WALI(SYS_munlock) i64 sys_munlock(address at, u32 length);
WALI(SYS_mincore) i64 sys_mincore(address at, u32 length, void* vector);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_ftruncate) i64 sys_ftruncate(int fd, i64 length);
WALI(SYS_pread64) i64 sys_pread64(int fd, void* buffer, u32 count, i64 offset);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_prlimit64) i64 sys_prlimit64(int pid, int resource, const void* wanted, void* old);
WALI(SYS_getrlimit) i64 sys_getrlimit(int resource, void* limits);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);

#define PAGE 4096u
enum { READ = 1, WRITE = 2, RW = 3, RWX = 7 };
enum { SHARED = 1, PRIVATE = 2, VALIDATE = 3, FIXED = 0x10, ANON = 0x20, HUGETLB = 0x40000, NOREPLACE = 0x100000 };
enum { MAYMOVE = 1, REMAP_FIXED = 2, DONTUNMAP = 4 };
enum { MS_ASYNC = 1, MS_INVALIDATE = 2, MS_SYNC = 4, DONTNEED = 4 };

static int zeros;

static volatile u8* at(i64 place) { return (volatile u8*)(address)place; }

static i64 anon(address hint, u32 length, int flags) {
    return sys_mmap(hint, length, RW, PRIVATE | ANON | flags, -1, 0);
}

// Whether the kernel can write there.
static bool is_writable(i64 place) { return sys_read(zeros, (void*)at(place), 1) == 1; }

// `count` pages, the second of which is a hole.
static i64 with_hole(u32 count) {
    const i64 a = anon(0, count * PAGE, 0);
    CHECK_EQUAL(sys_munmap((address)a + PAGE, PAGE), 0);
    return a;
}

static void wrong_arguments_of_mmap(void) {
    CHECK_EQUAL(sys_mmap(0, 0, RW, PRIVATE | ANON, -1, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, 0, RW, PRIVATE, -1, 0), -EBADF);
    CHECK_EQUAL(sys_mmap(0, 0, RW, PRIVATE, -1, 1), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, ANON, -1, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, SHARED | PRIVATE | ANON, -1, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, VALIDATE | 1 << 25, zeros, 0), -EOPNOTSUPP);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, SHARED | HUGETLB, zeros, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, PRIVATE | ANON, -1, 8), -EINVAL);
    CHECK_EQUAL(sys_mmap(1, PAGE, RW, PRIVATE | ANON | FIXED, -1, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(1, PAGE, RW, PRIVATE | ANON | NOREPLACE, -1, 0), -EINVAL);
    const int file = (int)sys_memfd_create("edges", 0);
    const int reader = (int)sys_openat(-100, "/proc/self/exe", 0, 0);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, SHARED, reader, 0), -EACCES);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, SHARED, file, 0x7ffffffffffff000), -EOVERFLOW);
    // Unknown protection is ignored.
    const i64 a = sys_mmap(0, PAGE, RW | 0x100, SHARED, file, 0);
    CHECK(a > 0);
    CHECK_EQUAL(sys_munmap((address)a, PAGE), 0);
    CHECK_EQUAL(sys_close(file) | sys_close(reader), 0);
}

static void hints(void) {
    const i64 a = anon(0, 4 * PAGE, 0);
    CHECK_EQUAL(sys_munmap((address)a, 4 * PAGE), 0);
    CHECK_EQUAL(anon((address)a + PAGE + 5, PAGE, 0), a + PAGE);
    CHECK(anon((address)a + PAGE, PAGE, 0) != a + PAGE);
    CHECK_EQUAL(anon((address)a, 2 * PAGE, NOREPLACE), -EEXIST);
    CHECK_EQUAL(anon((address)a, 2 * PAGE, NOREPLACE | FIXED), -EEXIST);
    CHECK_EQUAL(sys_munmap((address)a, 4 * PAGE), 0);
}

static void protection(void) {
    const i64 a = with_hole(3);
    CHECK_EQUAL(sys_mprotect((address)a + 1, 0, READ), -EINVAL);
    CHECK_EQUAL(sys_mprotect((address)a, 0, 0x100), 0);
    CHECK_EQUAL(sys_mprotect((address)a, PAGE, 0x100), -EINVAL);
    CHECK_EQUAL(sys_mprotect((address)a, PAGE, 8 | RW), 0);
    CHECK_EQUAL(sys_mprotect((address)a, PAGE, 0x1000000 | RW), -EINVAL);
    CHECK_EQUAL(sys_mprotect((address)a + PAGE, PAGE, READ), -ENOMEM);
    // What lies before the hole is changed, what lies behind is not.
    CHECK_EQUAL(sys_mprotect((address)a, 3 * PAGE, READ), -ENOMEM);
    CHECK(!is_writable(a) && is_writable(a + 2 * PAGE));
    CHECK_EQUAL(sys_pkey_mprotect((address)a, PAGE, RW, -1), 0);
    CHECK(is_writable(a));
    CHECK_EQUAL(sys_munmap((address)a, 3 * PAGE), 0);
    CHECK_EQUAL(sys_munmap((address)a, 3 * PAGE), 0);
}

static void advice(void) {
    const i64 a = with_hole(3);
    at(a)[0] = at(a)[2 * PAGE] = 7;
    CHECK_EQUAL(sys_madvise((address)a + 1, 0, DONTNEED), -EINVAL);
    CHECK_EQUAL(sys_madvise((address)a, 0, DONTNEED), 0);
    CHECK_EQUAL(sys_madvise((address)a, 0, 99), -EINVAL);
    CHECK_EQUAL(sys_madvise((address)a + PAGE, PAGE, 99), -EINVAL);
    // On both sides of the hole.
    CHECK_EQUAL(sys_madvise((address)a, 3 * PAGE, DONTNEED), -ENOMEM);
    CHECK_EQUAL(at(a)[0] + at(a)[2 * PAGE], 0);
    CHECK_EQUAL(sys_munmap((address)a, 3 * PAGE), 0);
}

static void syncing(void) {
    const i64 a = with_hole(3);
    CHECK_EQUAL(sys_msync((address)a, PAGE, MS_SYNC | MS_ASYNC), -EINVAL);
    CHECK_EQUAL(sys_msync((address)a, 3 * PAGE, 8), -EINVAL);
    CHECK_EQUAL(sys_msync((address)a + 1, PAGE, MS_SYNC), -EINVAL);
    CHECK_EQUAL(sys_msync((address)a, 0, MS_SYNC), 0);
    CHECK_EQUAL(sys_msync((address)a, 3 * PAGE, MS_SYNC), -ENOMEM);
    CHECK_EQUAL(sys_msync((address)a + 2 * PAGE, PAGE, MS_INVALIDATE), 0);
    CHECK_EQUAL(sys_munmap((address)a, 3 * PAGE), 0);
}

static void residence(void) {
    static u8 vector[3];
    const i64 a = with_hole(3);
    at(a)[0] = 1;
    CHECK_EQUAL(sys_mincore((address)a, PAGE, vector), 0);
    CHECK_EQUAL(vector[0] & 1, 1);
    CHECK_EQUAL(sys_mincore((address)a, 3 * PAGE, vector), -ENOMEM);
    CHECK_EQUAL(sys_mincore((address)a + 1, PAGE, vector), -EINVAL);
    CHECK_EQUAL(sys_mincore((address)a, PAGE, NULL), -EFAULT);
    CHECK_EQUAL(sys_mlock((address)a + 5, 10), 0);
    CHECK_EQUAL(sys_mlock((address)a, 3 * PAGE), -ENOMEM);
    CHECK_EQUAL(sys_mlock2((address)a, PAGE, 2), -EINVAL);
    CHECK_EQUAL(sys_mlock2((address)a, PAGE, 1), 0);
    CHECK_EQUAL(sys_munlock((address)a + PAGE, PAGE), -ENOMEM);
    CHECK_EQUAL(sys_munlock((address)a, PAGE), 0);
    CHECK_EQUAL(sys_munmap((address)a, 3 * PAGE), 0);
}

static void wrong_arguments_of_mremap(void) {
    const i64 a = with_hole(4);
    CHECK_EQUAL(sys_mremap((address)a + 1, PAGE, PAGE, 0, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a, PAGE, 0, 0, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a, PAGE, PAGE, 8, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a, PAGE, PAGE, REMAP_FIXED, (address)a + 3 * PAGE), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a, PAGE, PAGE, DONTUNMAP, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a, PAGE, 2 * PAGE, MAYMOVE | DONTUNMAP, 0), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a, PAGE, PAGE, MAYMOVE | REMAP_FIXED, (address)a + 5), -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a + 2 * PAGE, 2 * PAGE, PAGE, MAYMOVE | REMAP_FIXED, (address)a + 3 * PAGE),
                -EINVAL);
    CHECK_EQUAL(sys_mremap((address)a + PAGE, PAGE, PAGE, 0, 0), -EFAULT);
    CHECK_EQUAL(sys_mremap((address)a, 3 * PAGE, 4 * PAGE, MAYMOVE, 0), -EFAULT);
    CHECK_EQUAL(sys_mremap((address)a + 2 * PAGE, PAGE, 2 * PAGE, 0, 0), -ENOMEM);
    CHECK_EQUAL(sys_mremap((address)a, 0, PAGE, MAYMOVE, 0), -EINVAL);  // private pages have no second place
    // Shrinking asks only for the first page, and holes do not disturb it.
    CHECK_EQUAL(sys_mremap((address)a, 3 * PAGE, PAGE, 0, 0), a);
    CHECK(is_writable(a) && !is_writable(a + 2 * PAGE) && is_writable(a + 3 * PAGE));
    CHECK_EQUAL(sys_munmap((address)a, 4 * PAGE), 0);
}

static void remapping(void) {
    // Shared pages can be mapped twice with a length of 0.
    const i64 a = sys_mmap(0, 2 * PAGE, RW, SHARED | ANON, -1, 0);
    at(a)[PAGE] = 1;
    const i64 b = sys_mremap((address)a, 0, 2 * PAGE, MAYMOVE, 0);
    CHECK(b > 0 && b != a);
    at(b)[0] = 2;
    CHECK_EQUAL(at(b)[PAGE], 1);
    CHECK_EQUAL(at(a)[0], 2);
    CHECK_EQUAL(sys_munmap((address)b, 2 * PAGE), 0);
    CHECK_EQUAL(sys_munmap((address)a, 2 * PAGE), 0);
    // MREMAP_DONTUNMAP leaves empty pages, and the rest of a larger mapping as it was.
    const i64 c = anon(0, 3 * PAGE, 0);
    at(c)[0] = at(c)[PAGE] = 9;
    const i64 d = sys_mremap((address)c, PAGE, PAGE, MAYMOVE | DONTUNMAP, 0);
    CHECK_EQUAL(at(c)[0], 0);
    CHECK_EQUAL(at(d)[0], 9);
    CHECK_EQUAL(at(c)[PAGE], 9);
    // MREMAP_FIXED replaces, and cuts off what does not fit.
    CHECK_EQUAL(sys_mremap((address)c + PAGE, 2 * PAGE, PAGE, MAYMOVE | REMAP_FIXED, (address)d), d);
    CHECK_EQUAL(at(d)[0], 9);
    CHECK(!is_writable(c + PAGE) && !is_writable(c + 2 * PAGE));
    CHECK_EQUAL(sys_munmap((address)c, PAGE), 0);
    CHECK_EQUAL(sys_munmap((address)d, PAGE), 0);
}

static void sharing_with_a_child(void) {
    static u8 byte;
    int status = -1;
    const int file = (int)sys_memfd_create("edges", 0);
    CHECK_EQUAL(sys_ftruncate(file, PAGE), 0);
    const i64 anonymous = sys_mmap(0, PAGE, RW, SHARED | ANON, -1, 0);
    const i64 mapped = sys_mmap(0, PAGE, RW, SHARED, file, 0);
    const i64 own = anon(0, PAGE, 0);
    const i64 pid = sys_fork();
    if (pid == 0) {
        at(anonymous)[0] = 1;
        at(mapped)[0] = 2;
        at(own)[0] = 3;
        // The child's address space is its own, and in order.
        const i64 more = anon(0, PAGE, 0);
        sys_exit_group(more > 0 && sys_munmap((address)own, PAGE) == 0 && anon((address)own, PAGE, 0) == own ? 0 : 1);
    }
    CHECK_EQUAL(sys_wait4((int)pid, &status, 0, NULL), pid);
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(at(anonymous)[0], 1);
    CHECK_EQUAL(sys_pread64(file, &byte, 1, 0), 1);
    CHECK_EQUAL(byte, 2);
    CHECK_EQUAL(at(own)[0], 0);
    CHECK_EQUAL(
        sys_munmap((address)anonymous, PAGE) | sys_munmap((address)mapped, PAGE) | sys_munmap((address)own, PAGE), 0);
    CHECK_EQUAL(sys_close(file), 0);
}

// In a child, because limits do not go up again.
static void child_of_limit(void) {
    u64 wanted[2] = {8 << 20, 16 << 20};
    u64 seen[2] = {0, 0};
    const i64 a = anon(0, PAGE, 0);
    CHECK_EQUAL(sys_prlimit64(0, 9 /* RLIMIT_AS */, wanted, NULL), 0);
    CHECK_EQUAL(sys_getrlimit(9, seen), 0);
    CHECK(seen[0] == wanted[0] && seen[1] == wanted[1]);
    CHECK_EQUAL(anon(0, 9 << 20, 0), -ENOMEM);
    CHECK_EQUAL(sys_munmap((address)a, PAGE), 0);
    const i64 b = anon(0, 2 << 20, 0);
    CHECK(b > 0);
    CHECK_EQUAL(sys_mremap((address)b, 2 << 20, 9 << 20, MAYMOVE, 0), -ENOMEM);
    // At a place that the program names, too; what a mapping replaces is counted once.
    CHECK_EQUAL(anon((address)b, 9 << 20, FIXED), -ENOMEM);
    CHECK_EQUAL(sys_mmap((address)b, 9 << 20, RW, SHARED | ANON | FIXED, -1, 0), -ENOMEM);
    CHECK_EQUAL(sys_mmap((address)b, 2 << 20, RW, SHARED | ANON | FIXED, -1, 0), b);
    CHECK_EQUAL(sys_mmap((address)b, 2 << 20, RW, PRIVATE | ANON | FIXED, -1, 0), b);
    CHECK_EQUAL(sys_munmap((address)b, 2 << 20), 0);
    wanted[0] = 17 << 20;
    CHECK_EQUAL(sys_prlimit64(0, 9, wanted, NULL), -EINVAL);
    CHECK_EQUAL(sys_prlimit64(0, 9, NULL, NULL), 0);
    CHECK_EQUAL(sys_getrlimit(9, NULL), -EFAULT);
    sys_exit_group(failures ? 1 : 0);
}

static void limit(void) {
    int status = -1;
    const i64 pid = sys_fork();
    if (pid == 0) child_of_limit();
    CHECK_EQUAL(sys_wait4((int)pid, &status, 0, NULL), pid);
    CHECK_EQUAL(status, 0);
}

// --- churn: what a C library's malloc does over a long time ---

#define BLOCKS 64u
#define MAX_PAGES 32u

static struct {
    i64 place;
    u32 size;
} blocks[BLOCKS];

static u32 random_number(void) {
    static u32 state = 12345;
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void check_marks(u32 block) {
    CHECK_EQUAL(at(blocks[block].place)[0], block + 1);
    CHECK_EQUAL(at(blocks[block].place)[blocks[block].size - 1], block + 1);
}

static void mark(u32 block) {
    at(blocks[block].place)[0] = (u8)(block + 1);
    at(blocks[block].place)[blocks[block].size - 1] = (u8)(block + 1);
}

static void churn_one(u32 block) {
    const u32 size = (1 + random_number() % MAX_PAGES) * PAGE;
    if (blocks[block].size == 0) {
        blocks[block].place = anon(0, size, 0);
        CHECK_EQUAL(at(blocks[block].place)[0] | at(blocks[block].place)[size - 1], 0);
    } else if (random_number() % 2 == 0) {
        check_marks(block);
        blocks[block].place = sys_mremap((address)blocks[block].place, blocks[block].size, size, MAYMOVE, 0);
        CHECK_EQUAL(at(blocks[block].place)[0], block + 1);
    } else {
        check_marks(block);
        CHECK_EQUAL(sys_munmap((address)blocks[block].place, blocks[block].size), 0);
        blocks[block].size = 0;
        return;
    }
    CHECK(blocks[block].place > 0);
    blocks[block].size = size;
    mark(block);
}

static void churn(void) {
    i64 low = (i64)1 << 62;
    i64 high = 0;
    for (u32 step = 0; step < 50000 && failures == 0; ++step) {
        const u32 block = random_number() % BLOCKS;
        churn_one(block);
        if (blocks[block].size == 0) continue;
        const i64 end = blocks[block].place + blocks[block].size;
        low = blocks[block].place < low ? blocks[block].place : low;
        high = end > high ? end : high;
    }
    // Holes are used again: all of it stays within one and a half times what can be in use at once.
    CHECK(high - low <= (i64)BLOCKS * MAX_PAGES * PAGE * 3 / 2);
    for (u32 block = 0; block < BLOCKS; ++block)
        if (blocks[block].size != 0) CHECK_EQUAL(sys_munmap((address)blocks[block].place, blocks[block].size), 0);
}

void test(void) {
    zeros = (int)sys_openat(-100, "/dev/zero", 2 /* O_RDWR */, 0);
    CHECK(zeros >= 0);
    wrong_arguments_of_mmap();
    hints();
    protection();
    advice();
    syncing();
    residence();
    wrong_arguments_of_mremap();
    remapping();
    sharing_with_a_child();
    limit();
    churn();
}
