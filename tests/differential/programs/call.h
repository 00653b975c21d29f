// SPDX-License-Identifier: BSL-1.0
//
// One source, two programs. CALL makes a system call: natively with the instruction, as wasm through the import of that
// name, which DECLARE has given its parameters. Both return what the kernel returns, -errno for errors. Everything
// that a program learns becomes a line of text, and the lines of the two programs must be equal.
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __wasm__
#define DECLARE(name, ...) \
    __attribute__((import_module("wali"), import_name("SYS_" #name))) long long wali_##name(__VA_ARGS__)
#define CALL(name, ...) wali_##name(__VA_ARGS__)
// An address that a program may name but where nothing is.
#define BAD ((void*)0xfffffff0)
#else
#define DECLARE(name, ...) _Static_assert(SYS_##name >= 0, "every call has a number")
#define CALL(name, ...) raw_call(SYS_##name, (const long[6]){LONGS(__VA_ARGS__)})

#define BAD ((void*)0x1000)

// The specification's own name.
#define SYS_fadvise SYS_fadvise64

#define LONGS(...) \
    LONGS_OF(__VA_ARGS__ __VA_OPT__(, ) LONGS6, LONGS5, LONGS4, LONGS3, LONGS2, LONGS1, LONGS0)(__VA_ARGS__)
#define LONGS_OF(a, b, c, d, e, f, g, ...) g
#define LONGS0()
#define LONGS1(a) (long)(a)
#define LONGS2(a, b) (long)(a), (long)(b)
#define LONGS3(a, b, c) (long)(a), (long)(b), (long)(c)
#define LONGS4(a, b, c, d) (long)(a), (long)(b), (long)(c), (long)(d)
#define LONGS5(a, b, c, d, e) (long)(a), (long)(b), (long)(c), (long)(d), (long)(e)
#define LONGS6(a, b, c, d, e, f) (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)

static inline long long raw_call(long number, const long* a) {
    long result;
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#endif

// TRY prints "name(arguments) = result". TRY_OK prints "ok" instead of a result that differs from run to run (a process
// id, a time). Both return the result.
#define TRY(name, ...) show_call(#name, #__VA_ARGS__, CALL(name __VA_OPT__(, ) __VA_ARGS__), 0)
#define TRY_OK(name, ...) show_call(#name, #__VA_ARGS__, CALL(name __VA_OPT__(, ) __VA_ARGS__), 1)

// SHOW prints "expression = value", SHOW_TEXT the bytes.
#define SHOW(expression) show_value(#expression, (long long)(expression))
#define SHOW_TEXT(text, size) show_text(#text, text, size)

static const char* error_name(long long error) {
    static const struct {
        int number;
        const char* name;
    } names[] = {
#define NAME(e) {e, #e}
        NAME(EPERM),           NAME(ENOENT),       NAME(ESRCH),        NAME(EINTR),      NAME(EIO),
        NAME(ENXIO),           NAME(E2BIG),        NAME(ENOEXEC),      NAME(EBADF),      NAME(ECHILD),
        NAME(EAGAIN),          NAME(ENOMEM),       NAME(EACCES),       NAME(EFAULT),     NAME(ENOTBLK),
        NAME(EBUSY),           NAME(EEXIST),       NAME(EXDEV),        NAME(ENODEV),     NAME(ENOTDIR),
        NAME(EISDIR),          NAME(EINVAL),       NAME(ENFILE),       NAME(EMFILE),     NAME(ENOTTY),
        NAME(ETXTBSY),         NAME(EFBIG),        NAME(ENOSPC),       NAME(ESPIPE),     NAME(EROFS),
        NAME(EMLINK),          NAME(EPIPE),        NAME(EDOM),         NAME(ERANGE),     NAME(EDEADLK),
        NAME(ENAMETOOLONG),    NAME(ENOLCK),       NAME(ENOSYS),       NAME(ENOTEMPTY),  NAME(ELOOP),
        NAME(ENOMSG),          NAME(EIDRM),        NAME(ENODATA),      NAME(ETIME),      NAME(EOVERFLOW),
        NAME(EUSERS),          NAME(ENOTSOCK),     NAME(EDESTADDRREQ), NAME(EMSGSIZE),   NAME(EPROTOTYPE),
        NAME(ENOPROTOOPT),     NAME(EOPNOTSUPP),   NAME(EAFNOSUPPORT), NAME(EADDRINUSE), NAME(EADDRNOTAVAIL),
        NAME(EPROTONOSUPPORT), NAME(ECONNREFUSED), NAME(ECONNRESET),   NAME(EISCONN),    NAME(ENOTCONN),
        NAME(ETIMEDOUT),       NAME(EALREADY),     NAME(EINPROGRESS),  NAME(ESTALE),     NAME(EDQUOT),
        NAME(ENOKEY),          NAME(ECANCELED),    NAME(EBADFD),
#undef NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
        if (names[i].number == error) return names[i].name;
    return NULL;
}

// --- lines, written at once: programs fork ---

struct line {
    size_t size;
    char text[1000];
};

static void add_bytes(struct line* line, const char* bytes, size_t size) {
    for (size_t i = 0; i < size && line->size < sizeof line->text; ++i) line->text[line->size++] = bytes[i];
}

static void add(struct line* line, const char* text) { add_bytes(line, text, strlen(text)); }

static void add_number(struct line* line, long long value) {
    char digits[24];
    size_t at = sizeof digits;
    unsigned long long rest = value < 0 ? -(unsigned long long)value : (unsigned long long)value;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) digits[--at] = '-';
    add_bytes(line, digits + at, sizeof digits - at);
}

static void end(struct line* line) {
    line->size -= line->size == sizeof line->text;
    line->text[line->size++] = '\n';
    if (write(1, line->text, line->size) < 0) _exit(99);
}

__attribute__((unused)) static void say(const char* text) {
    struct line line = {0};
    add(&line, text);
    end(&line);
}

__attribute__((unused)) static long long show_call(const char* name, const char* arguments, long long result,
                                                   int only_ok) {
    struct line line = {0};
    add(&line, name);
    add(&line, "(");
    add(&line, arguments);
    add(&line, ") = ");
    const char* error = error_name(-result);
    if (error)
        add(&line, error);
    else if (only_ok && result >= 0)
        add(&line, "ok");
    else
        add_number(&line, result);
    end(&line);
    return result;
}

__attribute__((unused)) static long long show_value(const char* expression, long long value) {
    struct line line = {0};
    add(&line, expression);
    add(&line, " = ");
    add_number(&line, value);
    end(&line);
    return value;
}

__attribute__((unused)) static void show_text(const char* expression, const char* text, long long size) {
    struct line line = {0};
    add(&line, expression);
    add(&line, " = \"");
    for (long long i = 0; i < size; ++i) {
        if (text[i] == '\n')
            add(&line, "\\n");
        else if (text[i] >= ' ' && text[i] < 127)
            add_bytes(&line, text + i, 1);
        else {
            add(&line, "\\");
            add_number(&line, (unsigned char)text[i]);
            add(&line, ";");
        }
    }
    add(&line, "\"");
    end(&line);
}
