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
    case WALI_F_DUPFD: case WALI_F_GETFD: case WALI_F_SETFD: case WALI_F_GETFL: case WALI_F_SETFL: case WALI_F_SETOWN:
    case WALI_F_GETOWN: case WALI_F_SETSIG: case WALI_F_GETSIG: case WALI_F_SETLEASE: case WALI_F_GETLEASE:
    case WALI_F_NOTIFY: case WALI_F_DUPFD_QUERY: case WALI_F_CREATED_QUERY: case WALI_F_CANCELLK:
    case WALI_F_DUPFD_CLOEXEC: case WALI_F_SETPIPE_SZ: case WALI_F_GETPIPE_SZ: case WALI_F_ADD_SEALS:
    case WALI_F_GET_SEALS:
        return NUMBER;
    case WALI_F_GETLK: case WALI_F_SETLK: case WALI_F_SETLKW: case WALI_F_SETOWN_EX: case WALI_F_GETOWN_EX:
    case WALI_F_GETOWNER_UIDS: case WALI_F_OFD_GETLK: case WALI_F_OFD_SETLK: case WALI_F_OFD_SETLKW:
    case WALI_F_GET_RW_HINT: case WALI_F_SET_RW_HINT: case WALI_F_GET_FILE_RW_HINT: case WALI_F_SET_FILE_RW_HINT:
    case WALI_F_GETDELEG: case WALI_F_SETDELEG:
        return POINTER;
    default:
        return UNKNOWN;
    }
}
// clang-format on

uint64_t w2c_wali_SYS_fcntl(struct w2c_wali* host, uint32_t fd, uint32_t cmd, uint64_t arg) {
    (void)host;
    switch (fcntl_kind(cmd)) {
        case NUMBER: return wali_syscall3(NR_fcntl, fd, cmd, arg);
        case POINTER:
            return arg > UINT32_MAX ? wali_error(WALI_EFAULT)
                                    : wali_syscall3(NR_fcntl, fd, cmd, wali_pointer((uint32_t)arg));
        default:
            // Let the kernel find a bad descriptor first.
            return failed(wali_syscall3(NR_fcntl, fd, WALI_F_GETFD, 0)) ? wali_error(WALI_EBADF)
                                                                        : wali_error(WALI_EINVAL);
    }
}
