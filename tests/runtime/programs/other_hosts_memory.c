// SPDX-License-Identifier: BSL-1.0
// What hosts of WALI are known to get wrong, one case each: pointers, lengths and maps. README.md lists them all.
#include "cases.h"

WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_openat) i64 sys_openat(int dirfd, const char* path, int flags, int mode);
WALI(SYS_pipe) i64 sys_pipe(void* fds);
WALI(SYS_poll) i64 sys_poll(void* fds, u64 count, int timeout);
WALI(SYS_readv) i64 sys_readv(int fd, const void* vector, int count);
WALI(SYS_writev) i64 sys_writev(int fd, const void* vector, int count);
WALI(SYS_getdents64) i64 sys_getdents64(int fd, void* buffer, u32 size);
WALI(SYS_nanosleep) i64 sys_nanosleep(const void* wanted, void* rest);
WALI(SYS_wait4) i64 sys_wait4(int pid, void* status, int options, void* usage);
WALI(SYS_mmap) i64 sys_mmap(u32 address, u32 length, int protection, int flags, int fd, i64 offset);
WALI(SYS_munmap) i64 sys_munmap(u32 address, u32 length);
WALI(SYS_mremap) i64 sys_mremap(u32 address, u32 old, u32 length, int flags, u32 place);
WALI(SYS_mprotect) i64 sys_mprotect(u32 address, u32 length, int protection);
WALI(SYS_madvise) i64 sys_madvise(u32 address, u32 length, int advice);
WALI(SYS_msync) i64 sys_msync(u32 address, u32 length, int flags);
WALI(SYS_brk) i64 sys_brk(u32 address);
WALI(SYS_memfd_create) i64 sys_memfd_create(const char* name, u32 flags);
WALI(SYS_ftruncate) i64 sys_ftruncate(int fd, i64 size);
WALI(SYS_pread64) i64 sys_pread64(int fd, void* buffer, u32 size, i64 offset);
WALI(SYS_made_up) i64 sys_made_up(void);

enum { PAGE = 4096, RW = 3, RWX = 7, SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANON = 0x22, NOREPLACE = 0x100000 };

struct iovec {
    u32 base, length;
};

static volatile u8* at(i64 address) { return (volatile u8*)(u32)address; }
static i64 anonymous(u32 address, u32 length, int more) { return sys_mmap(address, length, RW, ANON | more, -1, 0); }
static u32 end(void) { return __builtin_wasm_memory_size(0) * 65536u; }

// A length counts, not only the first byte; and an address out of range is no NULL, which a call may allow.
CASE(a_buffer_that_ends_outside_memory_is_efault) {
    const int zeros = (int)sys_open("/dev/zero", 0, 0);
    CHECK_EQUAL(sys_read(zeros, (void*)(end() - 8), 8), 8);
    CHECK_EQUAL(sys_read(zeros, (void*)(end() - 8), 65536), 8);
    CHECK_EQUAL(sys_read(zeros, (void*)end(), 8), -EFAULT);
    int ends[2];
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(sys_pipe((void*)(end() - 4)), -EFAULT);
    CHECK_EQUAL(sys_write(ends[1], (void*)end(), 1), -EFAULT);
    const i64 moment[2] = {0, 1};
    CHECK_EQUAL(sys_nanosleep(moment, (void*)0xfffffff0u), 0);
    CHECK_EQUAL(sys_nanosleep((void*)0xfffffff0u, NULL), -EFAULT);
    CHECK_EQUAL(sys_open((const char*)0xfffffff0u, 0, 0), -EFAULT);
    CHECK_EQUAL(sys_open(NULL, 0, 0), -EFAULT);
}

CASE(errors_are_negative) {
    CHECK_EQUAL(sys_open("/absent", 0, 0), -ENOENT);
    CHECK_EQUAL(sys_read(0, (void*)0xfffffff0u, (u32)-1) == EFAULT, 0);
    CHECK_EQUAL(sys_pipe((void*)0xfffffff0u), -EFAULT);
    CHECK_EQUAL(sys_made_up(), -ENOSYS);
}

CASE(negative_integers_stay_negative) {
    struct {
        int fd;
        short wanted, ready;
    } poll = {-1, 1, 0};
    int ends[2];
    CHECK(sys_openat(-100, "/dev/null", 0, 0) >= 0);
    CHECK_EQUAL(sys_close(-1), -EBADF);
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(sys_poll(&poll, 1, 0), 0);
    poll.fd = ends[1];
    poll.wanted = 4;
    CHECK_EQUAL(sys_poll(&poll, 1, -1), 1);
    CHECK_EQUAL(sys_wait4(-1, NULL, 1, NULL), -10 /* ECHILD */);
}

CASE(vectors_are_checked_as_a_whole) {
    static struct iovec many[1025];
    int ends[2];
    char bytes[4];
    CHECK_EQUAL(sys_pipe(ends), 0);
    CHECK_EQUAL(sys_writev(ends[1], many, -1), -EINVAL);
    CHECK_EQUAL(sys_writev(ends[1], many, 1025), -EINVAL);
    CHECK_EQUAL(sys_writev(ends[1], many, 1024), 0);
    CHECK_EQUAL(sys_writev(ends[1], NULL, 1), -EFAULT);
    CHECK_EQUAL(sys_writev(ends[1], (void*)(end() - 4), 1), -EFAULT);
    many[0] = (struct iovec){0xfffffff0u, 100};
    many[1] = (struct iovec){(u32) "c", 1};
    CHECK_EQUAL(sys_writev(ends[1], many, 2), -EFAULT);
    many[0] = (struct iovec){(u32) "ab", 2};
    CHECK_EQUAL(sys_writev(ends[1], many, 2), 3);
    many[0] = (struct iovec){(u32)bytes, 1};
    many[1] = (struct iovec){(u32)bytes + 1, 3};
    CHECK_EQUAL(sys_readv(ends[0], many, 2), 3);
    CHECK_EQUAL(bytes[2], 'c');
}

CASE(mmap_takes_hints_fixed_places_and_files) {
    const i64 a = anonymous(0, 4 * PAGE, 0);
    CHECK_EQUAL(sys_munmap((u32)a, 4 * PAGE), 0);
    CHECK_EQUAL(anonymous((u32)a, PAGE, 0), a);
    CHECK_EQUAL(anonymous((u32)a, PAGE, NOREPLACE), -EEXIST);
    at(a)[0] = 1;
    CHECK_EQUAL(anonymous((u32)a, PAGE, FIXED), a);
    CHECK_EQUAL(at(a)[0], 0);
    CHECK_EQUAL(anonymous(0, 0, 0), -EINVAL);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, PRIVATE, 99, 0), -EBADF);
    CHECK_EQUAL(sys_mmap(0, PAGE, RW, PRIVATE, 0, 1), -EINVAL);
    const int fd = (int)sys_memfd_create("file", 0);
    CHECK_EQUAL(sys_ftruncate(fd, PAGE), 0);
    const i64 file = sys_mmap(0, PAGE, RW, SHARED, fd, 0);
    char byte = 0;
    at(file)[7] = 'x';
    CHECK_EQUAL(sys_pread64(fd, &byte, 1, 7), 1);
    CHECK_EQUAL(byte, 'x');
}

CASE(memory_grow_and_mmap_never_overlap) {
    for (int i = 0; i < 20; ++i) {
        const i64 map = anonymous(0, PAGE, 0);
        at(map)[0] = (u8)i;
        const u32 old = __builtin_wasm_memory_grow(0, 1);
        CHECK(old != (u32)-1);
        CHECK_EQUAL(at(old * 65536u)[0], 0);
        at(old * 65536u)[0] = 0xff;
        CHECK_EQUAL(at(map)[0], i);
        CHECK((u32)map >= end() || (u32)map + PAGE <= old * 65536u);
    }
}

CASE(unmapped_memory_is_used_again) {
    // Twice the memory that the module may ever have, were it never used again.
    for (int i = 0; i < 128; ++i) {
        const i64 a = anonymous(0, 1 << 20, 0);
        CHECK(a > 0);
        at(a)[0] = at(a)[(1 << 20) - 1] = 1;
        CHECK_EQUAL(sys_munmap((u32)a, 1 << 20), 0);
    }
}

CASE(munmap_leaves_a_hole_and_refuses_what_is_not_memory) {
    const int zeros = (int)sys_open("/dev/zero", 0, 0);
    const i64 a = anonymous(0, 3 * PAGE, 0);
    CHECK_EQUAL(sys_munmap((u32)a + PAGE, PAGE), 0);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)(a + PAGE), 1), -EFAULT);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)a, 1), 1);
    CHECK_EQUAL(sys_read(zeros, (void*)(u32)(a + 2 * PAGE), 1), 1);
    CHECK_EQUAL(anonymous((u32)a + PAGE, PAGE, NOREPLACE), a + PAGE);
    CHECK_EQUAL(sys_munmap(0xfffff000u, 2 * PAGE), -EINVAL);
    CHECK_EQUAL(sys_munmap((u32)a, 0), -EINVAL);
    CHECK_EQUAL(sys_munmap((u32)a + 1, PAGE), -EINVAL);
}

CASE(mremap_grows_in_place_and_moves_only_if_allowed) {
    const i64 a = anonymous(0, 4 * PAGE, 0);
    CHECK_EQUAL(sys_munmap((u32)a + PAGE, 3 * PAGE), 0);
    at(a)[5] = 5;
    CHECK_EQUAL(sys_mremap((u32)a, PAGE, 2 * PAGE, 0, 0), a);
    CHECK_EQUAL(anonymous((u32)a + 2 * PAGE, PAGE, NOREPLACE), a + 2 * PAGE);
    CHECK_EQUAL(sys_mremap((u32)a, 2 * PAGE, 3 * PAGE, 0, 0), -ENOMEM);
    const i64 b = sys_mremap((u32)a, 2 * PAGE, 3 * PAGE, 1 /* MAYMOVE */, 0);
    CHECK(b > 0 && b != a);
    CHECK_EQUAL(at(b)[5], 5);
    CHECK_EQUAL(sys_mremap((u32)b, 3 * PAGE, PAGE, 0, 0), b);
    CHECK_EQUAL(sys_mremap((u32)b, PAGE, PAGE, 3 /* MAYMOVE, FIXED */, (u32)a), a);
    CHECK_EQUAL(at(a)[5], 5);
}

CASE(the_break_moves) {
    const i64 start = sys_brk(0);
    CHECK(start > 0);
    CHECK_EQUAL(sys_brk((u32)start + 100000), start + 100000);
    at(start)[99999] = 1;
    CHECK_EQUAL(sys_brk((u32)start), start);
    CHECK_EQUAL(sys_brk((u32)start + 100000), start + 100000);
    CHECK_EQUAL(at(start)[99999], 0);
}

CASE(ranges_that_leave_memory_are_refused) {
    const i64 a = anonymous(0, PAGE, 0);
    const u32 far = 0xf0000000u;
    at(a)[0] = 1;
    CHECK_EQUAL(sys_mprotect((u32)a, far, RW), -ENOMEM);
    CHECK_EQUAL(sys_mprotect(0xfffff000u, PAGE, RW), -ENOMEM);
    CHECK_EQUAL(sys_madvise((u32)a, far, 0), -ENOMEM);
    CHECK_EQUAL(sys_msync((u32)a, far, 4), -ENOMEM);
    CHECK(sys_munmap((u32)a, 0xfffff000u) < 0);
    CHECK_EQUAL(at(a)[0], 1);
}

// The kernel's own list of the process's memory shows no executable page in what the program asked for.
CASE(no_memory_of_the_program_becomes_executable) {
    const i64 a = sys_mmap(0, PAGE, RWX, ANON, -1, 0);
    CHECK(a > 0);
    CHECK_EQUAL(sys_mprotect((u32)a, PAGE, RWX), 0);
    static char text[100000];
    const int maps = (int)sys_open("/proc/self/maps", 0, 0);
    u32 size = 0;
    for (i64 more; size < sizeof text && (more = sys_read(maps, text + size, sizeof text - size)) > 0;)
        size += (u32)more;
    CHECK(size > 100);
    for (u32 i = 0; i + 3 < size; ++i) CHECK(!(text[i] == 'r' && text[i + 1] == 'w' && text[i + 2] == 'x'));
}

CASE(getdents64_fills_no_more_than_it_was_given) {
    static u8 buffer[4096];
    const int folder = (int)sys_open("/proc/self", 0x10000 /* O_DIRECTORY */, 0);
    for (u32 i = 0; i < sizeof buffer; ++i) buffer[i] = 0xaa;
    const i64 size = sys_getdents64(folder, buffer, 100);
    CHECK(size > 0 && size <= 100);
    for (u32 i = 100; i < sizeof buffer; ++i) CHECK_EQUAL(buffer[i], 0xaa);
    CHECK_EQUAL(sys_getdents64(folder, buffer, 1), -EINVAL);
    CHECK_EQUAL(sys_getdents64(folder, (void*)end(), 4096), -EFAULT);
}
