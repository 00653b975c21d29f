// SPDX-License-Identifier: BSL-1.0
// Preloaded (LD_PRELOAD) into a program, it writes at the end to the file COMPARISON_ALLOCATIONS how often the program
// asked for memory: malloc, calloc, realloc and the aligned ones; a C++ new is a malloc. Programs that this one starts
// are not counted.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// glibc's own names for its functions: no dlsym, which allocates.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

static unsigned long count;
static char path[4096];
static pid_t process;

static void counted(void) { __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED); }

void* malloc(size_t size) {
    counted();
    return __libc_malloc(size);
}

void* calloc(size_t number, size_t size) {
    counted();
    return __libc_calloc(number, size);
}

void* realloc(void* memory, size_t size) {
    counted();
    return __libc_realloc(memory, size);
}

void* memalign(size_t alignment, size_t size) {
    counted();
    return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void** memory, size_t alignment, size_t size) {
    *memory = memalign(alignment, size);
    return *memory == NULL ? ENOMEM : 0;
}

__attribute__((constructor)) static void begin(void) {
    const char* const name = getenv("COMPARISON_ALLOCATIONS");
    if (name != NULL && strlen(name) < sizeof path) strcpy(path, name);
    unsetenv("LD_PRELOAD");
    process = getpid();
}

__attribute__((destructor)) static void end(void) {
    const unsigned long total = count;
    if (getpid() != process) return;
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file >= 0) dprintf(file, "%lu\n", total);
}
