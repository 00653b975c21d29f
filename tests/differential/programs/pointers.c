// SPDX-License-Identifier: BSL-1.0
// Every pointer of every call as NULL, in the midst of memory, straddling its end, behind it, and 2^32-1: the same
// error, or none. The other arguments are small numbers. The calls come from abi/ (pointer_calls.py); each has children
// of its own, because they change what later ones would find.
#include <grp.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "call.h"

#define PARAMETERS_1 long long
#define PARAMETERS_2 PARAMETERS_1, long long
#define PARAMETERS_3 PARAMETERS_2, long long
#define PARAMETERS_4 PARAMETERS_3, long long
#define PARAMETERS_5 PARAMETERS_4, long long
#define PARAMETERS_6 PARAMETERS_5, long long
#define ARGUMENTS_1 a[0]
#define ARGUMENTS_2 ARGUMENTS_1, a[1]
#define ARGUMENTS_3 ARGUMENTS_2, a[2]
#define ARGUMENTS_4 ARGUMENTS_3, a[3]
#define ARGUMENTS_5 ARGUMENTS_4, a[4]
#define ARGUMENTS_6 ARGUMENTS_5, a[5]

#ifdef __wasm__
#define POINTER_CALL(name, number, count, letters)                                                               \
    __attribute__((import_module("wali"), import_name("SYS_" #name))) long long call_##name(PARAMETERS_##count); \
    static long long make_##name(const long long* a) { return call_##name(ARGUMENTS_##count); }
#else  // by number: the system's headers may be older than the call
#define POINTER_CALL(name, number, count, letters) \
    static long long make_##name(const long long* a) { return raw_call(number, (const long[6]){ARGUMENTS_##count}); }
#endif
#include "pointer_calls.inc"
#undef POINTER_CALL

static const struct {
    const char* name;
    const char* letters;
    long long (*make)(const long long* arguments);
} calls[] = {
#define POINTER_CALL(name, number, count, letters) {#name, letters, make_##name},
#include "pointer_calls.inc"
};

enum { PAGES = 3 * 65536, NOBODY = 65534, USED = 3, KEPT = 100 };
enum { NONE, MIDDLE, STRADDLING, BEHIND, LAST, PLACES };
static const char* const places[] = {"NULL", "in the middle", "straddling the end", "behind the end", "2^32-1"};

static char* memory;

static long long pointer(int place, int parameter) {
    switch (place) {
        case NONE: return 0;
        case MIDDLE: return (long long)(uintptr_t)(memory + 65536 + 512 * parameter);
        case STRADDLING: return (long long)(uintptr_t)(memory + PAGES - 4);
        case BEHIND: return (long long)(uintptr_t)(memory + PAGES + 16);
        default: return 0xffffffff;
    }
}

static long long argument(char letter, int place, int parameter, int number) {
    switch (letter) {
        case 'p': return pointer(place, parameter);
        case '8': return 8;
        case 'f': return USED;
        default: return number;
    }
}

static void show(size_t call, int number, int parameter, int place, long long result) {
    struct line line = {0};
    const char* error = error_name(-result);
    add(&line, calls[call].name);
    add(&line, " with ");
    add_number(&line, number);
    add(&line, ", parameter ");
    add_number(&line, parameter + 1);
    add(&line, " ");
    add(&line, places[place]);
    add(&line, ": ");
    add(&line, error ? error : result < 0 && result > -4096 ? "another error" : "ok");
    end(&line);
}

static void try_pointers(size_t call, int number) {
    for (int parameter = 0; calls[call].letters[parameter]; ++parameter) {
        for (int place = 0; calls[call].letters[parameter] == 'p' && place < PLACES; ++place) {
            long long arguments[6] = {0};
            for (int i = 0; calls[call].letters[i]; ++i)
                arguments[i] = argument(calls[call].letters[i], i == parameter ? place : MIDDLE, i, number);
            memset(memory, 0, PAGES);
            const long long result = calls[call].make(arguments);
            for (int fd = 0; fd <= USED; ++fd) dup2(KEPT + fd, fd);
            show(call, number, parameter, place, result);
        }
    }
}

static void in_a_child(size_t call, int number) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        alarm(30);
        try_pointers(call, number);
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child || status != 0) {
        say(calls[call].name);
        SHOW(status);
    }
}

// As root it could change the machine.
static int become_harmless(void) {
    if (getuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
        return -1;
    return chdir("/proc/self/fdinfo");
}

int main(void) {
    memory = mmap(NULL, PAGES + 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int file = memfd_create("pointers", 0);
    if (become_harmless() != 0 || munmap(memory + PAGES, 65536) != 0 || dup2(file, USED) != USED) return 1;
    for (int fd = 0; fd <= USED; ++fd) dup2(fd, KEPT + fd);
    for (size_t call = 0; call < sizeof calls / sizeof *calls; ++call)
        for (int number = 0; number < 2; ++number) in_a_child(call, number);
    return 0;
}
