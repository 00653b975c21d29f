// SPDX-License-Identifier: BSL-1.0
//
// For fuzz.c: which calls, and what their arguments are.
//
// Left out is what ends, replaces or stops the process (exit, execve of a file, pause, rt_sigsuspend, SIGKILL,
// SIGSTOP), doubles it (fork, clone3), names other processes (kill, F_SETOWN, FIOSETOWN) or what all of a user's have
// (keys), and the limit of the address space, which a sanitizer needs. Calls that could wait with the timer's signal
// blocked have a timeout.
#pragma once

#include "fuzz_ring.h"

#define WAITER "s0p0s0"

struct call {
    const char* name;
    const char* arguments;  // a letter each, see value_of
    i64 (*make)(const u64* values);
};

// A call imported with 64-bit arguments, which links with any.
#define CALL_1(name, ...)                 \
    WALI(SYS_##name) i64 raw_##name(u64); \
    static i64 make_##name(const u64* v) { return raw_##name(v[0]); }
#define CALL_2(name, ...)                      \
    WALI(SYS_##name) i64 raw_##name(u64, u64); \
    static i64 make_##name(const u64* v) { return raw_##name(v[0], v[1]); }
#define CALL_3(name, ...)                           \
    WALI(SYS_##name) i64 raw_##name(u64, u64, u64); \
    static i64 make_##name(const u64* v) { return raw_##name(v[0], v[1], v[2]); }
#define CALL_4(name, ...)                                \
    WALI(SYS_##name) i64 raw_##name(u64, u64, u64, u64); \
    static i64 make_##name(const u64* v) { return raw_##name(v[0], v[1], v[2], v[3]); }
#define CALL_5(name, ...)                                     \
    WALI(SYS_##name) i64 raw_##name(u64, u64, u64, u64, u64); \
    static i64 make_##name(const u64* v) { return raw_##name(v[0], v[1], v[2], v[3], v[4]); }
#define CALL_6(name, ...)                                          \
    WALI(SYS_##name) i64 raw_##name(u64, u64, u64, u64, u64, u64); \
    static i64 make_##name(const u64* v) { return raw_##name(v[0], v[1], v[2], v[3], v[4], v[5]); }

// clang-format off: a table
#define CALLS_OF_A_TABLE(CALL) \
    CALL(3, sendmsg, "gMz") CALL(3, recvmsg, "gMz") CALL(4, sendmmsg, "gNcz") CALL(5, recvmmsg, "gNczt") \
    CALL(3, readv, "fvc") CALL(3, writev, "fvc") CALL(5, preadv, "fvcnz") CALL(5, pwritev, "fvcnz") \
    CALL(6, preadv2, "fvcnzz") CALL(6, pwritev2, "fvcnzz") CALL(4, vmsplice, "fvcz") \
    CALL(5, setsockopt, "gleps") CALL(5, getsockopt, "glepp") \
    CALL(3, ioctl, "fip") CALL(3, fcntl, "fFp") CALL(5, prctl, "onnnn") CALL(5, keyctl, "kpppp") \
    CALL(2, io_setup, "cZ") CALL(3, io_submit, "xcb") CALL(3, io_cancel, "xpp") CALL(1, io_destroy, "X") \
    CALL(5, io_getevents, "xccpt") CALL(6, io_pgetevents, "xccptp") \
    CALL(2, io_uring_setup, "cp") CALL(6, io_uring_enter, "rcznpn") CALL(4, io_uring_register, "rspc") \
    CALL(3, timer_create, "sGp") CALL(2, mq_notify, "fG") \
    CALL(3, rt_sigqueueinfo, "PSQ") CALL(4, rt_tgsigqueueinfo, "PPSQ") CALL(4, pidfd_send_signal, "DSQz") \
    CALL(4, rt_sigtimedwait, "ppt8") CALL(4, rt_sigaction, "S0p8") CALL(4, rt_sigprocmask, "spp8") \
    CALL(2, rt_sigpending, "p8") CALL(2, sigaltstack, "pp") CALL(4, signalfd4, "fp8z") \
    CALL(5, ppoll, "pctp8") CALL(6, pselect6, "cppptp") CALL(6, epoll_pwait, "fpc0p8") CALL(6, epoll_pwait2, "fpctp8") \
    CALL(6, futex, "psctpn") CALL(5, futex_waitv, "Wczt1") CALL(4, futex_requeue, "Wzcc") \
    CALL(2, set_robust_list, "R2") CALL(3, get_robust_list, "zpp") CALL(2, getrlimit, "sp") CALL(4, prlimit64, "zs0p") \
    CALL(3, execve, "Epp") CALL(5, execveat, "fEppz") CALL(4, openat2, "zEps") CALL(3, open_by_handle_at, "fpn") \
    CALL(6, mmap, "aLsmfz") CALL(2, munmap, "AL") CALL(3, mprotect, "ALs") CALL(5, mremap, "ALLsa") \
    CALL(3, madvise, "ALs") CALL(3, msync, "ALs") CALL(3, mincore, "ALp") CALL(2, mlock, "AL") CALL(2, munlock, "AL") \
    CALL(3, mlock2, "ALz") CALL(4, pkey_mprotect, "ALsn") CALL(3, shmat, "Ian") CALL(1, shmdt, "A") \
    CALL(4, semctl, "JsCp")
// clang-format on

#define DEFINE_CALL(count, name, arguments) CALL_##count(name)
CALLS_OF_A_TABLE(DEFINE_CALL)

#define LIST_CALL(count, name, arguments) {#name, arguments, make_##name},
static const struct call calls[] = {CALLS_OF_A_TABLE(LIST_CALL)};

#define CHOOSE(list) (list)[below(sizeof(list) / sizeof *(list))]

static u32 fcntl_command(void) {
    const u32 command = below(2) ? below(40) : 1024 + below(20);
    return command == 8 || command == 15 ? 3 : command;  // F_SETOWN
}

static u32 ioctl_request(void) {
    static const u32 named[] = {0x8912, 0x8946, 0x89b0, 0x1269, 0x80041270, 0x125f, 0x07b9, 0xff0b, 0xb704};
    static const u32 families[] = {0x5400, 0x4500, 0x5200, 0x5700, 0x6a00, 0x8a00, 0xb400, 0x7000, 0xff00, 0x6600};
    const u32 direction = below(4) << 30 | below(128) << 16;
    switch (below(4)) {
        case 0: return CHOOSE(named);
        case 1: return 0x5400 + below(128);
        case 2: return direction | CHOOSE(families) | below(256);
        default: return random_number();
    }
}

static u32 prctl_option(void) {
    static const u32 others[] = {0x53564d41, 0x41555856, 0x59616d61};
    return below(8) == 0 ? CHOOSE(others) : below(80);
}

// Those that concern no key of others.
static u32 keyctl_operation(void) {
    static const u32 operations[] = {0, 2, 6, 10, 11, 12, 17, 20, 23, 24, 25, 28, 29, 30, 31, 32, 33, 255};
    return CHOOSE(operations);
}

static u32 socket_level(void) {
    static const u32 levels[] = {0, 1, 6, 17, 41, 58, 132, 255, 263, 270, 284};
    return below(8) == 0 ? word() : CHOOSE(levels);
}

static u32 signal_number(void) {
    const u32 signal = below(70);
    return signal == 9 || signal == 19 ? 64 : signal;
}

static u32 playground_address(void) {
    return playground + below(PLAYGROUND / 4096) * 4096 + (below(8) == 0 ? below(4096) : 0);
}

static u32 playground_length(void) {
    return below(8) == 0 ? edge() : below(40) * 4096 + (below(8) == 0 ? below(99) : 0);
}

static u32 no_wait(void) {
    const u32 at = arena + ARENA / 2;
    for (u32 i = 0; i < 4; ++i) ((u32*)at)[i] = 0;
    return at;
}

static u32 filled_pointer(void) {
    const u32 at = pointer();
    fill(at, 16);
    return at;
}

static u64 value_of(char letter) {
    switch (letter) {
        case '0': return 0;
        case '1': return 1;
        case '2': return below(8) == 0 ? word() : 24;  // sizeof(struct robust_list_head)
        case '8': return below(32) == 0 ? word() : 8;  // of a signal mask
        case 'f': return descriptor();
        case 'g': return socket();
        case 'p': return filled_pointer();
        case 'v': return member('V');
        case 'M': return filled(MESSAGE);
        case 'N': return filled(MESSAGE "n" MESSAGE "n" MESSAGE "n");
        case 'G': return filled("nsss");              // sigevent
        case 'Q': return filled("ssK0nnnn00000000");  // siginfo
        case 'W': return filled(WAITER WAITER);
        case 'R': return filled("p0s0p0");  // robust_list_head
        case 'Z': return filled("00");
        case 'b': return filled("BBBBBBBB");
        case 't': return no_wait();
        case 'n': return below(4) == 0 ? (u64)word() << 32 | word() : word();
        case 'c': return below(16) == 0 ? word() : below(20);
        case 's': return below(8) == 0 ? word() : below(32);
        case 'z': return below(8) == 0 ? 1u << below(32) : 0;
        case 'l': return socket_level();
        case 'e': return below(8) == 0 ? word() : below(128);
        case 'i': return ioctl_request();
        case 'F': return fcntl_command();
        case 'o': return prctl_option();
        case 'k': return keyctl_operation();
        case 'P': return (u64)pid;
        case 'D': return (u64)pidfd;
        case 'S': return signal_number();
        case 'x': return below(8) == 0 ? word() : 1 + below(3);
        case 'X': return below(32) == 0 ? 1 : word();  // waits for all processors
        case 'r': return (u64)ring.fd;
        case 'E': return (u32) "/proc/self/nothing";
        case 'A': return playground_address();
        case 'a': return below(2) ? playground_address() : 0;
        case 'L': return playground_length();
        case 'm':
            return 1u << below(2) | (below(2) ? 0x20 : 0) | (below(2) ? 0x10 : 0) | (below(4) ? 0 : random_number());
        case 'I': return (u64)ipc_segment;
        case 'J': return (u64)ipc_semaphores;
        default: return 1 + below(20);  // a command of semctl; 0 removes
    }
}

static const char* random_call(void) {
    if (below(8) == 0) {
        ring_call();
        return "io_uring_enter";
    }
    const struct call* call = &CHOOSE(calls);
    u64 values[6];
    for (u32 i = 0; call->arguments[i]; ++i) values[i] = value_of(call->arguments[i]);
    call->make(values);
    return call->name;
}
