// SPDX-License-Identifier: BSL-1.0
//
// For guest programs about signals: the calls, structures and numbers that they share.
#pragma once

#include "program.h"

WALI(SYS_rt_sigaction) i64 sys_rt_sigaction(int signal, const void* action, void* old, u32 size);
WALI(SYS_rt_sigprocmask) i64 sys_rt_sigprocmask(int how, const void* set, void* old, u32 size);
WALI(SYS_kill) i64 sys_kill(int pid, int signal);
WALI(SYS_getpid) i64 sys_getpid(void);
WALI(SYS_fork) i64 sys_fork(void);
WALI(SYS_wait4) i64 sys_wait4(int pid, int* status, int options, void* usage);

enum { HUP = 1, ILL = 4, BUS = 7, FPE = 8, USR1 = 10, SEGV = 11, USR2 = 12, PIPE = 13, ALRM = 14, CHLD = 17, RT = 40 };

#define DFL 0u
#define IGN 0xfffffffeu
#define SIGINFO 4u
#define ONSTACK 0x08000000u
#define RESTART 0x10000000u
#define NODEFER 0x40000000u
#define RESETHAND 0x80000000u

#define BIT(signal) (1ull << ((signal) - 1))

struct action {
    u32 handler;
    u64 flags;
    u32 restorer;
    u64 mask;
} __attribute__((packed));

struct stack {
    u32 base;
    i32 flags;
    u32 size;
};

// The members of the union, from offset 16 on, by what they mean.
struct siginfo {
    i32 signal, error, code, pad;
    union {
        struct {
            i32 pid;
            u32 uid;
            union {
                u32 value;
                i32 status;
            };
        };
        struct {
            i32 timer, overrun;
            u32 timer_value;
        };
        u32 address;
        u32 rest[28];
    };
};

static inline i64 install_masked(int signal, u32 handler, u64 flags, u64 mask) {
    const struct action action = {handler, flags, 0, mask};
    return sys_rt_sigaction(signal, &action, NULL, 8);
}

static inline i64 install(int signal, u32 handler, u64 flags) { return install_masked(signal, handler, flags, 0); }

static inline void block(u64 set) { CHECK_EQUAL(sys_rt_sigprocmask(0, &set, NULL, 8), 0); }
static inline void unblock(u64 set) { CHECK_EQUAL(sys_rt_sigprocmask(1, &set, NULL, 8), 0); }

// The wait status of a child that runs `body`.
static inline int status_of(void (*body)(void)) {
    int status = -1;
    const int child = (int)sys_fork();
    if (child == 0) {
        failures = 0;
        body();
        sys_exit_group(failures ? 1 : 0);
    }
    CHECK_EQUAL(sys_wait4(child, &status, 0, NULL), child);
    return status;
}

// What ended such a child: a signal, whether or not there was a core file. 0 if it ended itself.
static inline int signal_of(void (*body)(void)) {
    const int status = status_of(body);
    return (status & 0xff00) == 0 ? status & 127 : 0;
}
