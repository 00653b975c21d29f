// SPDX-License-Identifier: BSL-1.0
//
// Calls whose arguments mean different things per command: fcntl, prctl, keyctl (ioctl.c and sockopt.c have more of
// them). Commands that are known to take a number or a flat structure are passed; others could hold a pointer of the
// host's width and are refused with the error that Linux gives for an unknown command.
#include "dumpable.h"
#include "host.h"

enum kind { UNKNOWN, NUMBER, POINTER, REFUSED };

// --- fcntl ---

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

// --- prctl: what concerns the program, not the host's memory, seccomp state or tracers ---

#define PR_GET_DUMPABLE_ 3U
#define PR_SET_DUMPABLE_ 4U
#define PR_SCHED_CORE_ 62U
#define PR_SET_VMA_ 0x53564d41U

// clang-format off
static enum kind prctl_kind(uint32_t option)
{
    switch (option) {
    case 1: case 7: case 8:                       // PDEATHSIG, KEEPCAPS (get, set)
    case 6: case 10: case 12: case 13: case 14:   // SET_UNALIGN, SET_FPEMU, SET_FPEXC, TIMING (get, set)
    case 20: case 21: case 23: case 24:           // SET_ENDIAN, GET_SECCOMP, CAPBSET_READ, CAPBSET_DROP
    case 27: case 28: case 29: case 30:           // SECUREBITS (get, set), TIMERSLACK (set, get)
    case 31: case 32: case 33: case 34:           // TASK_PERF_EVENTS (disable, enable), MCE_KILL (set, get)
    case 36: case 38: case 39:                    // SET_CHILD_SUBREAPER, NO_NEW_PRIVS (set, get)
    case 41: case 42: case 47:                    // THP_DISABLE (set, get), CAP_AMBIENT
    case 52: case 53: case 57: case 58:           // SPECULATION_CTRL (get, set), IO_FLUSHER (set, get)
    case 65: case 66: case 67: case 68:           // MDWE (set, get), MEMORY_MERGE (set, get)
    case 77: case 78:                             // TIMER_CREATE_RESTORE_IDS, FUTEX_HASH
        return NUMBER;
    case 2: case 5: case 9: case 11: case 15:     // GET_PDEATHSIG, GET_UNALIGN, GET_FPEMU, GET_FPEXC, SET_NAME
    case 16: case 19: case 25: case 37:           // GET_NAME, GET_ENDIAN, GET_TSC, GET_CHILD_SUBREAPER
        return POINTER;
    case 22: case 26: case 35: case 59:           // SET_SECCOMP, SET_TSC, SET_MM, SET_SYSCALL_USER_DISPATCH
    case 40: case 0x41555856: case 0x59616d61:    // GET_TID_ADDRESS, GET_AUXV, SET_PTRACER
        return REFUSED;
    default:
        return UNKNOWN;
    }
}
// clang-format on

// Names a range for /proc/PID/maps.
static uint64_t set_vma(uint64_t what, uint64_t address, uint64_t size, uint64_t name) {
    if (what != 0 || address > UINT32_MAX || size > UINT32_MAX) return wali_error(E_INVAL);
    if (name > UINT32_MAX) return wali_error(E_FAULT);
    return wali_syscall5(157, PR_SET_VMA_, what, WALI_MEMORY_BASE + address, size, wali_pointer((uint32_t)name));
}

uint64_t w2c_wali_SYS_prctl(struct w2c_wali* host, uint32_t option, uint64_t arg2, uint64_t arg3, uint64_t arg4,
                            uint64_t arg5) {
    (void)host;
    if (option == PR_GET_DUMPABLE_) return dumpable_get();
    if (option == PR_SET_DUMPABLE_) return dumpable_set(arg2);
    if (option == PR_SET_VMA_) return set_vma(arg2, arg3, arg4, arg5);
    if (option == PR_SCHED_CORE_)
        return arg5 > UINT32_MAX ? wali_error(E_FAULT)
                                 : wali_syscall5(157, option, arg2, arg3, arg4, wali_pointer((uint32_t)arg5));
    switch (prctl_kind(option)) {
        case NUMBER: return wali_syscall5(157, option, arg2, arg3, arg4, arg5);
        case POINTER:
            return arg2 > UINT32_MAX ? wali_error(E_FAULT)
                                     : wali_syscall5(157, option, wali_pointer((uint32_t)arg2), arg3, arg4, arg5);
        case REFUSED: return wali_error(E_PERM);
        default: return wali_error(E_INVAL);
    }
}

// --- keyctl ---

// Per operation: which of the four arguments are pointers, the second of the call being bit 0. UINT8_MAX: refused,
// because of an iovec.
static const uint8_t keyctl_pointers[] = {
    [1] = 1,                                            // JOIN_SESSION_KEYRING: name
    [2] = 2,                                            // UPDATE: key, payload
    [6] = 2,   [11] = 2,         [17] = 2,              // DESCRIBE, READ, GET_SECURITY: key, buffer
    [10] = 6,                                           // SEARCH: keyring, type, description
    [12] = 2,  [20] = UINT8_MAX,                        // INSTANTIATE: key, payload; INSTANTIATE_IOV
    [23] = 11,                                          // DH_COMPUTE: keys, buffer, size, key derivation
    [24] = 12,                                          // PKEY_QUERY: key, 0, information, result
    [25] = 15, [26] = 15,        [27] = 15, [28] = 15,  // PKEY_ENCRYPT, ..., PKEY_VERIFY: all
    [29] = 6,                                           // RESTRICT_KEYRING: keyring, type, restriction
    [31] = 1,  [32] = 0,                                // CAPABILITIES: buffer; WATCH_KEY
};

#define KEYCTL_DH_COMPUTE_ 23U

uint64_t w2c_wali_SYS_keyctl(struct w2c_wali* host, uint32_t operation, uint32_t arg2, uint32_t arg3, uint32_t arg4,
                             uint32_t arg5) {
    (void)host;
    const uint32_t given[4] = {arg2, arg3, arg4, arg5};
    uint64_t native[4];
    if (operation >= sizeof keyctl_pointers || keyctl_pointers[operation] == UINT8_MAX ||
        (operation == KEYCTL_DH_COMPUTE_ && arg5 != 0))  // a structure with pointers
        return wali_error(E_OPNOTSUPP);
    for (unsigned i = 0; i < 4; ++i)
        native[i] = keyctl_pointers[operation] >> i & 1 ? wali_pointer(given[i]) : given[i];
    return wali_syscall5(250, operation, native[0], native[1], native[2], native[3]);
}
