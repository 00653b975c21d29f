// SPDX-License-Identifier: BSL-1.0
// Where musl's code meets a target with 64-bit long and 32-bit pointers, or WALI instead of a kernel's own start.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static void formats(void) {
    char text[128];
    snprintf(text, sizeof text, "%zu %zd %td %ld %jd %" PRId64 " %" PRIuPTR, SIZE_MAX, (ssize_t)-1, (ptrdiff_t)-2,
             LONG_MAX, INTMAX_MIN, INT64_MAX, UINTPTR_MAX);
    CHECK(!strcmp(text, "4294967295 -1 -2 9223372036854775807 -9223372036854775808 9223372036854775807 4294967295"));
    snprintf(text, sizeof text, "%.3f %.20Lg %p", 1.5, 0.1L, (void*)16);
    CHECK(!strcmp(text, "1.500 0.1 0x10"));
}

static void scanning_leaves_neighbours_alone(void) {
    struct {
        size_t size;
        unsigned guard0;
        ptrdiff_t difference;
        unsigned guard1;
    } s = {0, 0xaaaaaaaa, 0, 0xbbbbbbbb};
    long wide = 0;
    CHECK(sscanf("7 -8 1234567890123", "%zu %td %ld", &s.size, &s.difference, &wide) == 3);
    CHECK(s.size == 7 && s.difference == -8 && wide == 1234567890123);
    CHECK(s.guard0 == 0xaaaaaaaa && s.guard1 == 0xbbbbbbbb);

    s.size = 0;
    CHECK(swscanf(L"9", L"%zu", &s.size) == 1);
    CHECK(s.size == 9 && s.guard0 == 0xaaaaaaaa);
}

static void limits(void) {
    CHECK(SSIZE_MAX == (ssize_t)(SIZE_MAX / 2));
    CHECK(LONG_MAX == INT64_MAX && sizeof(time_t) == 8 && sizeof(off_t) == 8 && sizeof(pthread_t) == sizeof(void*));
    CHECK(LDBL_MANT_DIG == 113 && strtold("0.1", NULL) == 0.1L);
    CHECK(sysconf(_SC_PAGESIZE) == 4096 && getpagesize() == 4096);
}

// The compiler calls some functions by itself, and must know how wide their results are.
static void rounding_to_long(void) {
    volatile double half = 2147483648.5;
    volatile float above = 4294967296.0F;
    CHECK(lround(half) == 2147483649 && lrint(half) == 2147483648);
    CHECK(lroundf(above) == 4294967296 && lrintf(-above) == -4294967296);
    CHECK(lroundl(half) == 2147483649 && lrintl(half) == 2147483648);
}

static int by_value(const void* a, const void* b) {
    return (*(const int*)a > *(const int*)b) - (*(const int*)a < *(const int*)b);
}

static void memory(void) {
    enum { Count = 1000 };
    int* numbers = malloc(Count * sizeof *numbers);
    for (int i = 0; i < Count; i++) numbers[i] = i * 7919 % Count;
    qsort(numbers, Count, sizeof *numbers, by_value);
    for (int i = 0; i < Count; i++) CHECK(numbers[i] == i);
    numbers = realloc(numbers, 4 << 20);
    CHECK(numbers && numbers[Count - 1] == Count - 1);
    free(numbers);
    void* volatile too_much = malloc(SIZE_MAX / 2 + 2);  // volatile: the compiler would drop the call
    CHECK(too_much == NULL && errno == ENOMEM);

    char bytes[64];
    memset(bytes, 'a', sizeof bytes);
    memmove(bytes + 1, bytes, sizeof bytes - 1);
    memcpy(bytes, "b", 1);
    CHECK(bytes[0] == 'b' && bytes[1] == 'a' && bytes[63] == 'a');
}

static bool is_filled(const unsigned char* bytes, size_t size, unsigned char value) {
    return bytes && bytes[0] == value && !memcmp(bytes, bytes + 1, size - 1);
}

// Maps that malloc keeps for other groups hold what their last owners wrote.
static void memory_that_is_used_again_is_cleared_by_calloc(void) {
    enum { Blocks = 64 };
    static unsigned char* blocks[Blocks];
    for (size_t size = 16; size <= 40000; size += size / 4) {
        for (int i = 0; i < Blocks; i++) memset(blocks[i] = malloc(size), 0xa5, size);
        for (int i = 0; i < Blocks; i++) free(blocks[i]);
        for (size_t pages = 1; pages <= 8; pages++) {
            unsigned char* alone = calloc(pages, 4000);
            CHECK(is_filled(alone, pages * 4000, 0));
            free(alone);
        }
        for (int i = 0; i < Blocks; i++) {
            blocks[i] = calloc(1, size);
            CHECK(is_filled(blocks[i], size, 0));
            memset(blocks[i], i, size);
        }
        for (int i = 0; i < Blocks; i++) CHECK(is_filled(blocks[i], size, (unsigned char)i));
        for (int i = 0; i < Blocks; i++) free(blocks[i]);
    }
}

static void control_messages_round_as_the_kernel_does(void) {
    CHECK(CMSG_SPACE(sizeof(int)) == 24 && CMSG_LEN(sizeof(int)) == 20);
}

static void thread_attributes_do_not_overlap(void) {
    pthread_attr_t attr;
    size_t stack = 0;
    int state = 0;
    CHECK(!pthread_attr_init(&attr));
    CHECK(!pthread_attr_setstacksize(&attr, 1 << 20) && !pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED));
    CHECK(!pthread_attr_getstacksize(&attr, &stack) && stack == 1 << 20);
    CHECK(!pthread_attr_getdetachstate(&attr, &state) && state == PTHREAD_CREATE_DETACHED);
    CHECK(!pthread_getattr_np(pthread_self(), &attr));
    void* low = NULL;
    CHECK(!pthread_attr_getstack(&attr, &low, &stack));
    CHECK((char*)&state >= (char*)low && (char*)&state < (char*)low + stack);
}

static void locks(void) {
    pthread_mutexattr_t attr;
    pthread_mutex_t mutex;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &attr);
    CHECK(!pthread_mutex_lock(&mutex) && pthread_mutex_lock(&mutex) == EDEADLK && !pthread_mutex_unlock(&mutex));
    CHECK(gettid() > 0);
}

static _Thread_local int counter = 41;

static void system_calls(void) {
    CHECK(++counter == 42);
    CHECK(syscall(SYS_gettid) == gettid());
    CHECK(syscall(SYS_getppid) == getppid());
    errno = 0;
    CHECK(close(-1) == -1 && errno == EBADF);
    struct timespec now;
    CHECK(!clock_gettime(CLOCK_REALTIME, &now) && now.tv_sec > 1700000000 && now.tv_nsec < 1000000000);
    unsigned char zero[16] = {0};
    CHECK(memcmp((void*)getauxval(AT_RANDOM), zero, sizeof zero) != 0);
    CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_SECURE) == 0);
}

static void ignored_signals(void) {
    CHECK((int)(intptr_t)SIG_IGN == -2 && (int)(intptr_t)SIG_ERR == -1 && SIG_DFL == NULL);
    CHECK(signal(SIGUSR1, SIG_IGN) == SIG_DFL);
    CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
}

static int seen;

static int see(const char* path, const struct stat* status, int type) {
    seen++;
    CHECK(path[0] == '/' && S_ISDIR(status->st_mode) && type == FTW_D);
    return strstr(path, "/inner") ? 42 : 0;
}

static int see_level(const char* path, const struct stat* status, int type, struct FTW* place) {
    CHECK(S_ISDIR(status->st_mode) && type == FTW_DP);
    CHECK(path[place->base - 1] == '/' && place->level == (strstr(path, "/inner") != NULL));
    return rmdir(path);
}

static void files_are_closed_on_exec(void) {
    const int closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int kept = open("/dev/null", O_RDONLY);
    CHECK(fcntl(closed, F_GETFD) == FD_CLOEXEC && fcntl(kept, F_GETFD) == 0);
    CHECK(!close(closed) && !close(kept));
    FILE* file = fopen("/dev/null", "re");
    CHECK(file && fcntl(fileno(file), F_GETFD) == FD_CLOEXEC && !fclose(file));
    file = fopen("/dev/null", "r");
    CHECK(file && fcntl(fileno(file), F_GETFD) == 0 && !fclose(file));
}

static void walks_over_trees(void) {
    char folder[] = "/tmp/wali-libc-XXXXXX", inner[64];
    CHECK(mkdtemp(folder));
    snprintf(inner, sizeof inner, "%s/inner", folder);
    CHECK(!mkdir(inner, 0700));
    CHECK(ftw(folder, see, 4) == 42 && seen == 2);
    CHECK(nftw(folder, see_level, 4, FTW_DEPTH | FTW_PHYS) == 0 && access(folder, F_OK) == -1);
}

int main(int argc, char** argv) {
    formats();
    scanning_leaves_neighbours_alone();
    limits();
    rounding_to_long();
    memory();
    memory_that_is_used_again_is_cleared_by_calloc();
    control_messages_round_as_the_kernel_does();
    thread_attributes_do_not_overlap();
    locks();
    system_calls();
    ignored_signals();
    files_are_closed_on_exec();
    walks_over_trees();

    CHECK(argc == 3 && !strcmp(argv[1], "one argument") && !strcmp(argv[2], "") && argv[3] == NULL);
    CHECK(!strcmp(program_invocation_name, argv[0]));
    const char* value = getenv("WALI_TEST_VALUE");
    CHECK(value && !strcmp(value, "a=b c"));
    CHECK(!getenv("WALI_TEST_ABSENT") && !setenv("WALI_TEST_ABSENT", "x", 1) && getenv("WALI_TEST_ABSENT"));
    return failures != 0;
}
