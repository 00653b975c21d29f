// SPDX-License-Identifier: BSL-1.0
//
// For small guest programs without a C library: the imports, declared where they are used, and CHECK.
#pragma once

#include <stdbool.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;

#ifdef __wasm__
#define WALI(name) __attribute__((import_module("wali"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(name)))
#else
#define WALI(name)  // defined in native.S
#define EXPORT(name) __attribute__((force_align_arg_pointer))
#endif

WALI(SYS_write) i64 sys_write(int fd, const void* buffer, u32 count);
WALI(SYS_read) i64 sys_read(int fd, void* buffer, u32 count);
WALI(SYS_close) i64 sys_close(int fd);
WALI(SYS_exit_group) i64 sys_exit_group(int status);

#define NULL ((void*)0)
#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EBADF 9
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EEXIST 17
#define EINVAL 22
#define ENOTTY 25
#define ENOSYS 38
#define EOVERFLOW 75
#define EOPNOTSUPP 95

static inline u32 length(const char* text) {
    u32 count = 0;
    while (text[count]) ++count;
    return count;
}

static inline void print(int fd, const char* text) { sys_write(fd, text, length(text)); }

static inline void print_number(int fd, i64 value) {
    char digits[24];
    u32 at = sizeof digits;
    u64 rest = value < 0 ? -(u64)value : (u64)value;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) digits[--at] = '-';
    sys_write(fd, digits + at, sizeof digits - at);
}

static int failures;

static inline void check_equal(const char* file, int line, const char* text, i64 value, i64 expected) {
    if (value == expected) return;
    ++failures;
    print(2, file);
    print(2, ":");
    print_number(2, line);
    print(2, ": ");
    print(2, text);
    print(2, " is ");
    print_number(2, value);
    print(2, ", not ");
    print_number(2, expected);
    print(2, "\n");
}

#define CHECK_EQUAL(value, expected) check_equal(__FILE_NAME__, __LINE__, #value, (i64)(value), (i64)(expected))
#define CHECK(condition) check_equal(__FILE_NAME__, __LINE__, #condition, !!(condition), 1)

void test(void);

EXPORT("_start") void _start(void) {
    test();
    sys_exit_group(failures ? 1 : 0);
}
