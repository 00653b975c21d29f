// SPDX-License-Identifier: BSL-1.0
//
// Calls whose arguments mean different things per command: fcntl, ioctl, prctl, setsockopt. Commands that are known to
// take a number or a flat structure are passed; others could hold a pointer of the host's width and are refused with
// the error that Linux gives for an unknown command.
#include "host.h"

enum kind { UNKNOWN, NUMBER, POINTER };

// clang-format off: tables, several commands per line
static enum kind fcntl_kind(uint32_t command)
{
    switch (command) {
    case 0: case 1: case 2: case 3: case 4:       // F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL
    case 8: case 9: case 10: case 11:             // F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG
    case 1024: case 1025: case 1026:              // F_SETLEASE, F_GETLEASE, F_NOTIFY
    case 1027: case 1028: case 1030:              // F_DUPFD_QUERY, F_CREATED_QUERY, F_DUPFD_CLOEXEC
    case 1031: case 1032: case 1033: case 1034:   // F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS
        return NUMBER;
    case 5: case 6: case 7:                       // F_GETLK, F_SETLK, F_SETLKW: struct flock
    case 15: case 16: case 17:                    // F_SETOWN_EX, F_GETOWN_EX, F_GETOWNER_UIDS
    case 36: case 37: case 38:                    // F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW
    case 1035: case 1036: case 1037: case 1038:   // F_GET_RW_HINT, ..., F_SET_FILE_RW_HINT: u64
        return POINTER;
    default:
        return UNKNOWN;
    }
}

static enum kind ioctl_kind(uint32_t request)
{
    switch (request) {
    case 0x5409: case 0x540a: case 0x540b:        // TCSBRK, TCXONC, TCFLSH
    case 0x540c: case 0x540d: case 0x540e:        // TIOCEXCL, TIOCNXCL, TIOCSCTTY
    case 0x5422: case 0x5425:                     // TIOCNOTTY, TCSBRKP
    case 0x5427: case 0x5428:                     // TIOCSBRK, TIOCCBRK
    case 0x5450: case 0x5451:                     // FIONCLEX, FIOCLEX
    case 0x40049409:                              // FICLONE
        return NUMBER;
    case 0x5401: case 0x5402: case 0x5403: case 0x5404:  // TCGETS, TCSETS, TCSETSW, TCSETSF
    case 0x540f: case 0x5410:                     // TIOCGPGRP, TIOCSPGRP
    case 0x5411: case 0x5413: case 0x5414:        // TIOCOUTQ, TIOCGWINSZ, TIOCSWINSZ
    case 0x5415: case 0x5416: case 0x5417: case 0x5418:  // TIOCMGET, TIOCMBIS, TIOCMBIC, TIOCMSET
    case 0x541b: case 0x5420: case 0x5421:        // FIONREAD, TIOCPKT, FIONBIO
    case 0x5423: case 0x5424: case 0x5429:        // TIOCSETD, TIOCGETD, TIOCGSID
    case 0x5452: case 0x5460:                     // FIOASYNC, FIOQSIZE
    case 0x80045430: case 0x40045431:             // TIOCGPTN, TIOCSPTLCK
    case 0x8901: case 0x8902: case 0x8903: case 0x8904: case 0x8905:  // FIOSETOWN ... SIOCATMARK
    case 0x8910: case 0x8913: case 0x8915: case 0x8917: case 0x8919:  // SIOCGIFNAME, FLAGS, ADDR, DSTADDR, BRDADDR
    case 0x891b: case 0x891d: case 0x8921: case 0x8927: case 0x8933:  // NETMASK, METRIC, MTU, HWADDR, INDEX
    case 0x80081272: case 0x1268: case 0x1260:    // BLKGETSIZE64, BLKSSZGET, BLKGETSIZE
    case 0x4020940d:                              // FICLONERANGE
    case 0x80086601: case 0x40086602:             // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS
        return POINTER;
    default:
        return UNKNOWN;
    }
}

static enum kind prctl_kind(uint64_t option)
{
    switch (option) {
    case 1: case 3: case 4: case 7: case 8:       // PDEATHSIG, DUMPABLE (get, set), KEEPCAPS (get, set)
    case 21: case 23: case 24: case 27: case 28:  // GET_SECCOMP, CAPBSET_READ, CAPBSET_DROP, SECUREBITS (get, set)
    case 29: case 30: case 36: case 38: case 39:  // TIMERSLACK (set, get), SET_CHILD_SUBREAPER, NO_NEW_PRIVS (set, get)
    case 41: case 42: case 47:                    // THP_DISABLE (set, get), CAP_AMBIENT
        return NUMBER;
    case 2: case 15: case 16: case 37:            // GET_PDEATHSIG, SET_NAME, GET_NAME, GET_CHILD_SUBREAPER
        return POINTER;
    default:
        return UNKNOWN;
    }
}
// clang-format on

// --- fcntl ---

uint64_t w2c_wali_SYS_fcntl(struct w2c_wali* host, uint32_t fd, uint32_t cmd, uint64_t arg) {
    (void)host;
    switch (fcntl_kind(cmd)) {
        case NUMBER: return wali_syscall3(72, fd, cmd, arg);
        case POINTER:
            return arg > UINT32_MAX ? wali_error(E_FAULT) : wali_syscall3(72, fd, cmd, wali_pointer((uint32_t)arg));
        default:
            // Let the kernel find a bad descriptor first.
            return failed(wali_syscall3(72, fd, 1 /* F_GETFD */, 0)) ? wali_error(E_BADF) : wali_error(E_INVAL);
    }
}

// --- ioctl ---

uint64_t w2c_wali_SYS_ioctl(struct w2c_wali* host, uint32_t fd, uint32_t request, uint32_t argp) {
    (void)host;
    switch (ioctl_kind(request)) {
        case NUMBER: return wali_syscall3(16, fd, request, argp);
        case POINTER: return wali_syscall3(16, fd, request, wali_pointer(argp));
        default: return failed(wali_syscall3(72, fd, 1 /* F_GETFD */, 0)) ? wali_error(E_BADF) : wali_error(E_NOTTY);
    }
}

// --- prctl: what concerns the program, not the host's memory, seccomp state or tracers ---

uint64_t w2c_wali_SYS_prctl(struct w2c_wali* host, uint32_t option, uint64_t arg2, uint64_t arg3, uint64_t arg4,
                            uint64_t arg5) {
    (void)host;
    switch (prctl_kind(option)) {
        case NUMBER: return wali_syscall5(157, option, arg2, arg3, arg4, arg5);
        case POINTER:
            return arg2 > UINT32_MAX ? wali_error(E_FAULT)
                                     : wali_syscall5(157, option, wali_pointer((uint32_t)arg2), arg3, arg4, arg5);
        default: return wali_error(E_INVAL);
    }
}

// --- socket options ---

#define SOL_IP_ 0U
#define SOL_SOCKET_ 1U
#define SOL_TCP_ 6U
#define SOL_UDP_ 17U
#define SOL_IPV6_ 41U
#define SOL_ICMPV6_ 58U
#define SOL_UDPLITE_ 136U
#define SOL_RAW_ 255U
#define SOL_NETLINK_ 270U

static bool is_flat(uint32_t level, uint32_t option) {
    switch (level) {
        case SOL_SOCKET_:
            return option != 26 && option != 51;  // SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF: struct sock_fprog
        case SOL_TCP_:
            return option != 35;  // TCP_ZEROCOPY_RECEIVE: addresses to map at and to copy to
        // From 64 on: netfilter's tables, whose structures hold native pointers (IPT_SO_SET_REPLACE and the like).
        case SOL_IP_: return option < 64;
        case SOL_IPV6_: return option < 64 || (option >= 66 && option < 80);
        case SOL_UDP_:
        case SOL_ICMPV6_:
        case SOL_UDPLITE_:
        case SOL_RAW_:
        case SOL_NETLINK_: return true;
        default: return false;
    }
}

uint64_t w2c_wali_SYS_setsockopt(struct w2c_wali* host, uint32_t sockfd, uint32_t level, uint32_t optname,
                                 uint32_t optval, uint32_t optlen) {
    (void)host;
    if (!is_flat(level, optname)) return wali_error(E_NOPROTOOPT);
    return wali_syscall5(54, sockfd, level, optname, wali_pointer(optval), optlen);
}

uint64_t w2c_wali_SYS_getsockopt(struct w2c_wali* host, uint32_t sockfd, uint32_t level, uint32_t optname,
                                 uint32_t optval, uint32_t optlen) {
    (void)host;
    if (!is_flat(level, optname)) return wali_error(E_NOPROTOOPT);
    return wali_syscall5(55, sockfd, level, optname, wali_pointer(optval), wali_pointer(optlen));
}
