// SPDX-License-Identifier: BSL-1.0
//
// prctl by option: what concerns the program, not the host's memory, seccomp state or tracers. Options that are known
// to take numbers or flat structures are passed; others could hold a pointer of the host's width and are refused.
#include "dumpable.h"

enum kind { UNKNOWN, NUMBER, POINTER, REFUSED };

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
