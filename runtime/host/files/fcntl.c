// SPDX-License-Identifier: BSL-1.0
//
// fcntl by command. Those that are known to take a number or a flat structure are passed; others could hold a pointer
// of the host's width and are refused with the error that Linux gives for an unknown command.
#include "base/base.h"

enum kind { UNKNOWN, NUMBER, POINTER };

// clang-format off: a table, several commands per line
static enum kind fcntl_kind(uint32_t command)
{
    switch (command) {
    case 0: case 1: case 2: case 3: case 4:       // F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL
    case 8: case 9: case 10: case 11:             // F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG
    case 1024: case 1025: case 1026:              // F_SETLEASE, F_GETLEASE, F_NOTIFY
    case 1027: case 1028: case 1029: case 1030:   // F_DUPFD_QUERY, F_CREATED_QUERY, F_CANCELLK, F_DUPFD_CLOEXEC
    case 1031: case 1032: case 1033: case 1034:   // F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS
        return NUMBER;
    case 5: case 6: case 7:                       // F_GETLK, F_SETLK, F_SETLKW: struct flock
    case 15: case 16: case 17:                    // F_SETOWN_EX, F_GETOWN_EX, F_GETOWNER_UIDS
    case 36: case 37: case 38:                    // F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW
    case 1035: case 1036: case 1037: case 1038:   // F_GET_RW_HINT, ..., F_SET_FILE_RW_HINT: u64
    case 1039: case 1040:                         // F_GETDELEG, F_SETDELEG: struct delegation
        return POINTER;
    default:
        return UNKNOWN;
    }
}
// clang-format on

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
