// SPDX-License-Identifier: BSL-1.0
// Maps, protection, advice, locking, and the break. Addresses themselves are never shown.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "call.h"

DECLARE(mmap, void*, size_t, int, int, int, long);
DECLARE(munmap, void*, size_t);
DECLARE(mprotect, void*, size_t, int);
DECLARE(pkey_mprotect, void*, size_t, int, int);
DECLARE(mremap, void*, size_t, size_t, int, void*);
DECLARE(msync, void*, size_t, int);
DECLARE(madvise, void*, size_t, int);
DECLARE(mincore, void*, size_t, unsigned char*);
DECLARE(mlock, void*, size_t);
DECLARE(mlock2, void*, size_t, int);
DECLARE(munlock, void*, size_t);
DECLARE(mlockall, int);
DECLARE(munlockall, void);
DECLARE(brk, void*);
DECLARE(membarrier, int, unsigned, int);
DECLARE(memfd_secret, unsigned);
DECLARE(read, int, void*, size_t);
DECLARE(pread64, int, void*, size_t, long);
DECLARE(open, const char*, int, int);
DECLARE(ftruncate, int, long);

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };
static int zeros;

static char* anonymous(size_t size, int protection) {
    return (char*)(uintptr_t)TRY_OK(mmap, NULL, size, protection, ANON, -1, 0);
}

/// Whether the program may read (write) there: the kernel tells, without a fault.
static void show_access(char* at) {
    int ends[2];
    if (pipe(ends)) return;
    SHOW(write(ends[1], at, 1) == 1);
    SHOW(CALL(read, zeros, at, 1) == 1);
    close(ends[0]);
    close(ends[1]);
}

static void mapping(void) {
    char* a = anonymous(4 * PAGE, RW);
    SHOW((uintptr_t)a % PAGE);
    SHOW(a[0] + a[4 * PAGE - 1]);
    a[PAGE] = 7;
    TRY(munmap, a + PAGE, PAGE);
    show_access(a + PAGE);
    show_access(a + 2 * PAGE);
    SHOW((char*)(uintptr_t)CALL(mmap, a + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == a + PAGE);
    SHOW(a[PAGE]);
    TRY(mmap, a, PAGE, RW, ANON | 0x100000 /* FIXED_NOREPLACE */, -1, 0);
    TRY(munmap, a, PAGE);
    SHOW((char*)(uintptr_t)CALL(mmap, a, PAGE, RW, ANON | 0x100000, -1, 0) == a);
    TRY(munmap, a, 4 * PAGE);
    SHOW((char*)(uintptr_t)CALL(mmap, a, PAGE, RW, ANON, -1, 0) == a);
    TRY(munmap, a, 1);
    TRY(munmap, a, 4 * PAGE);

    TRY(mmap, NULL, 0, RW, ANON, -1, 0);
    TRY(mmap, NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0);
    TRY(mmap, NULL, PAGE, RW, MAP_PRIVATE, -1, 0);
    TRY(mmap, NULL, PAGE, RW, MAP_PRIVATE, 99, 0);
    TRY(mmap, NULL, PAGE, RW, ANON, -1, 1);
    TRY(mmap, a + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    TRY(munmap, a + 1, PAGE);
    TRY(munmap, a, 0);
    TRY_OK(mmap, a + 1, PAGE, RW, ANON, -1, 0);
}

static void protecting(void) {
    char* a = anonymous(3 * PAGE, RW);
    a[0] = 5;
    TRY(mprotect, a, PAGE, PROT_READ);
    show_access(a);
    SHOW(a[0]);
    TRY(mprotect, a, PAGE, PROT_NONE);
    show_access(a);
    TRY(mprotect, a, PAGE, RW);
    show_access(a);
    TRY(mprotect, a, 2 * PAGE + 1, PROT_READ);
    show_access(a + 2 * PAGE);
    TRY(mprotect, a + 1, PAGE, RW);
    TRY(mprotect, a, 0, RW);
    TRY(mprotect, a, PAGE, 0x40);
    TRY(pkey_mprotect, a, PAGE, PROT_READ, -1);
    show_access(a);
    TRY(pkey_mprotect, a, PAGE, RW, 99);
    TRY(pkey_mprotect, a + 1, PAGE, RW, -1);
    TRY(munmap, a + PAGE, PAGE);
    TRY(mprotect, a, 3 * PAGE, RW);
    TRY(munmap, a, 3 * PAGE);
    char* none = anonymous(PAGE, PROT_NONE);
    show_access(none);
    char* reader = anonymous(PAGE, PROT_READ);
    show_access(reader);
}

static void moving(void) {
    char* a = anonymous(4 * PAGE, RW);
    TRY(munmap, a + PAGE, 3 * PAGE);
    a[3] = 9;
    SHOW((char*)(uintptr_t)CALL(mremap, a, PAGE, 3 * PAGE, 0, NULL) == a);
    a[2 * PAGE] = 8;
    SHOW((char*)(uintptr_t)CALL(mremap, a, 3 * PAGE, PAGE, 0, NULL) == a);
    show_access(a + PAGE);
    SHOW((char*)(uintptr_t)CALL(mremap, a, PAGE, 2 * PAGE, 0, NULL) == a);
    SHOW(a[PAGE]);
    SHOW((char*)(uintptr_t)CALL(mmap, a + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == a + 2 * PAGE);
    TRY(mremap, a, 2 * PAGE, 3 * PAGE, 0, NULL);
    char* b = (char*)(uintptr_t)TRY_OK(mremap, a, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL);
    SHOW(b[3]);
    SHOW(b[7 * PAGE]);
    show_access(a);
    show_access(a + 2 * PAGE);
    SHOW((char*)(uintptr_t)CALL(mremap, b, 8 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, a) == a);
    SHOW(a[3]);
    show_access(b);
    show_access(b + PAGE);
    TRY(mremap, a + 1, PAGE, PAGE, 0, NULL);
    TRY(mremap, a, PAGE, 0, 0, NULL);
    TRY(mremap, a, PAGE, PAGE, 0x100, NULL);
    TRY(mremap, a, PAGE, PAGE, MREMAP_FIXED, b);
    TRY(mremap, a, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, a);
    TRY(mremap, b, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL);
    // The old place stays, empty, with DONTUNMAP.
    char* c = (char*)(uintptr_t)TRY_OK(mremap, a, PAGE, PAGE, MREMAP_MAYMOVE | 4 /* DONTUNMAP */, NULL);
    SHOW(c[3]);
    SHOW(a[3]);
}

static void files(void) {
    char bytes[8] = "";
    const int fd = (int)TRY(open, "file", O_RDWR | O_CREAT, 0600);
    const int reader = (int)TRY(open, "file", O_RDONLY, 0);
    TRY(ftruncate, fd, PAGE + 100);
    char* shared = (char*)(uintptr_t)TRY_OK(mmap, NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    char* private = (char*)(uintptr_t)TRY_OK(mmap, NULL, PAGE, RW, MAP_PRIVATE, reader, PAGE);
    memcpy(shared + PAGE, "shared", 6);
    SHOW_TEXT(private, 6);
    private[0] = 'S';
    SHOW(shared[PAGE]);
    TRY(msync, shared, 2 * PAGE, MS_SYNC);
    TRY(pread64, reader, bytes, 6, PAGE);
    SHOW_TEXT(bytes, 6);
    TRY(msync, shared + 1, PAGE, MS_SYNC);
    TRY(msync, shared, PAGE, 99);
    TRY(msync, shared, PAGE, MS_SYNC | MS_ASYNC);
    TRY(mmap, NULL, PAGE, RW, MAP_SHARED, reader, 0);
    TRY(mmap, NULL, PAGE, RW, MAP_SHARED, fd, 1);
    TRY(mmap, NULL, PAGE, RW, 3 | 0x200000 /* SHARED_VALIDATE and an unknown flag */, fd, 0);
    TRY_OK(mmap, NULL, PAGE, RW, 3, fd, 0);
    TRY(mmap, NULL, PAGE, RW, 0, fd, 0);
    TRY_OK(mmap, NULL, PAGE, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    const int null = (int)TRY(open, "/dev/null", O_RDWR, 0);
    TRY(mmap, NULL, PAGE, RW, MAP_PRIVATE, null, 0);
    TRY_OK(mmap, NULL, PAGE, RW, MAP_PRIVATE, zeros, 0);
    // A child shares what is shared.
    char* both = (char*)(uintptr_t)TRY_OK(mmap, NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char* own = anonymous(PAGE, RW);
    const int child = fork();
    if (child == 0) {
        both[0] = own[0] = 'c';
        _exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child) return;
    SHOW(both[0]);
    SHOW(own[0]);
    TRY(munmap, shared, PAGE);
    SHOW_TEXT(shared + PAGE, 6);
    TRY(munmap, shared + PAGE, PAGE);
    TRY(msync, shared, PAGE, MS_ASYNC);
}

static void advising(void) {
    char* a = anonymous(4 * PAGE, RW);
    unsigned char present[4] = {9, 9, 9, 9};
    a[0] = a[2 * PAGE] = 1;
    TRY(mincore, a, 4 * PAGE, present);
    for (int i = 0; i < 4; ++i) SHOW(present[i] & 1);
    TRY(mincore, a + 1, PAGE, present);
    TRY(mincore, a, PAGE, BAD);
    TRY(madvise, a, PAGE, MADV_DONTNEED);
    SHOW(a[0]);
    static const int kinds[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_FREE, 9, 4711, -1};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; ++i) TRY(madvise, a, PAGE, kinds[i]);
    TRY(madvise, a + 1, PAGE, MADV_NORMAL);
    TRY(madvise, a, 0, MADV_NORMAL);
    TRY(mlock, a, 2 * PAGE);
    TRY(madvise, a, PAGE, MADV_DONTNEED);
    TRY(munlock, a, 2 * PAGE);
    TRY(mlock2, a, PAGE, 1 /* ONFAULT */);
    TRY(mlock2, a, PAGE, 99);
    TRY(munlock, a, PAGE);
    TRY(munmap, a + PAGE, PAGE);
    TRY(mlock, a, 4 * PAGE);
    TRY(munlock, a, 3 * PAGE);
    TRY(mincore, a, 3 * PAGE, present);
    TRY(madvise, a, 4 * PAGE, MADV_NORMAL);
    TRY(mlockall, 0);
    TRY(mlockall, 99);
    TRY(mlockall, MCL_ONFAULT);
    TRY(munlockall);
    TRY_OK(membarrier, 0, 0, 0);
    TRY(membarrier, 16 /* REGISTER_PRIVATE_EXPEDITED */, 0, 0);
    TRY(membarrier, 8 /* PRIVATE_EXPEDITED */, 0, 0);
    TRY(membarrier, 0x40000000, 0, 0);
    TRY(membarrier, 0, 0x8000, 0);
    const int secret = (int)TRY(memfd_secret, O_CLOEXEC);
    if (secret >= 0) {
        TRY(ftruncate, secret, PAGE);
        char* hidden = (char*)(uintptr_t)TRY_OK(mmap, NULL, PAGE, RW, MAP_SHARED, secret, 0);
        hidden[0] = 4;
        SHOW(hidden[0]);
    }
    TRY(memfd_secret, 99);
}

static void breaking(void) {
    char* start = (char*)(uintptr_t)TRY_OK(brk, NULL);
    SHOW((char*)(uintptr_t)CALL(brk, start + 10000) == start + 10000);
    start[9999] = 3;
    SHOW(start[0]);
    SHOW((char*)(uintptr_t)CALL(brk, (void*)8) == start + 10000);
    SHOW((char*)(uintptr_t)CALL(brk, start) == start);
    SHOW((char*)(uintptr_t)CALL(brk, start + 20000) == start + 20000);
    SHOW(start[9999]);
    SHOW((char*)(uintptr_t)CALL(brk, start) == start);
}

// What is mapped while MCL_FUTURE holds is there at once.
static void locking_what_comes(void) {
    for (int flags = 0; flags <= 8; flags += 2) {
        unsigned char resident[2] = {0, 0};
        TRY(mlockall, flags);
        char* pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) return;
        TRY(mincore, pages, 8192, resident);
        SHOW(resident[0] & resident[1]);
        TRY(munmap, pages, 8192);
        TRY(munlockall);
    }
}

int main(void) {
    zeros = (int)TRY(open, "/dev/zero", O_RDWR, 0);
    mapping();
    protecting();
    moving();
    files();
    advising();
    breaking();
    locking_what_comes();
    return 0;
}
