// SPDX-License-Identifier: BSL-1.0
//
// prctl by option: what concerns the program, not the host's memory or tracers. Options that are known
// to take numbers or flat structures are passed; others could hold a pointer of the host's width and are refused.
#include "dumpable.h"
#include "filters/filters.h"

enum kind { UNKNOWN, NUMBER, POINTER, REFUSED };

// clang-format off
static enum kind prctl_kind(uint32_t option)
{
    switch (option) {
    case WALI_PR_SET_PDEATHSIG: case WALI_PR_GET_KEEPCAPS: case WALI_PR_SET_KEEPCAPS: case WALI_PR_SET_UNALIGN:
    case WALI_PR_SET_FPEMU: case WALI_PR_SET_FPEXC: case WALI_PR_GET_TIMING: case WALI_PR_SET_TIMING:
    case WALI_PR_SET_ENDIAN: case WALI_PR_CAPBSET_READ: case WALI_PR_CAPBSET_DROP:
    case WALI_PR_GET_SECUREBITS: case WALI_PR_SET_SECUREBITS: case WALI_PR_SET_TIMERSLACK:
    case WALI_PR_GET_TIMERSLACK: case WALI_PR_TASK_PERF_EVENTS_DISABLE: case WALI_PR_TASK_PERF_EVENTS_ENABLE:
    case WALI_PR_MCE_KILL: case WALI_PR_MCE_KILL_GET: case WALI_PR_SET_CHILD_SUBREAPER: case WALI_PR_SET_NO_NEW_PRIVS:
    case WALI_PR_GET_NO_NEW_PRIVS: case WALI_PR_SET_THP_DISABLE: case WALI_PR_GET_THP_DISABLE:
    case WALI_PR_CAP_AMBIENT: case WALI_PR_GET_SPECULATION_CTRL: case WALI_PR_SET_SPECULATION_CTRL:
    case WALI_PR_SET_IO_FLUSHER: case WALI_PR_GET_IO_FLUSHER: case WALI_PR_SET_MDWE: case WALI_PR_GET_MDWE:
    case WALI_PR_SET_MEMORY_MERGE: case WALI_PR_GET_MEMORY_MERGE: case WALI_PR_TIMER_CREATE_RESTORE_IDS:
    case WALI_PR_FUTEX_HASH:
        return NUMBER;
    case WALI_PR_GET_PDEATHSIG: case WALI_PR_GET_UNALIGN: case WALI_PR_GET_FPEMU: case WALI_PR_GET_FPEXC:
    case WALI_PR_SET_NAME: case WALI_PR_GET_NAME: case WALI_PR_GET_ENDIAN: case WALI_PR_GET_TSC:
    case WALI_PR_GET_CHILD_SUBREAPER:
        return POINTER;
    case WALI_PR_SET_TSC: case WALI_PR_SET_MM: case WALI_PR_SET_SYSCALL_USER_DISPATCH:
    case WALI_PR_GET_TID_ADDRESS: case WALI_PR_GET_AUXV: case WALI_PR_SET_PTRACER:
        return REFUSED;
    default:
        return UNKNOWN;
    }
}
// clang-format on

// Names a range for /proc/PID/maps.
static uint64_t set_vma(uint64_t what, uint64_t address, uint64_t size, uint64_t name) {
    if (what != 0 || address > UINT32_MAX || size > UINT32_MAX) return wali_error(WALI_EINVAL);
    if (name > UINT32_MAX) return wali_error(WALI_EFAULT);
    return wali_syscall5(NR_prctl, WALI_PR_SET_VMA, what, WALI_MEMORY_BASE + address, size,
                         wali_pointer((uint32_t)name));
}

uint64_t w2c_wali_SYS_prctl(struct w2c_wali* host, uint32_t option, uint64_t arg2, uint64_t arg3, uint64_t arg4,
                            uint64_t arg5) {
    (void)host;
    if (option == WALI_PR_GET_DUMPABLE) return dumpable_get();
    if (option == WALI_PR_SET_DUMPABLE) return dumpable_set(arg2);
    if (option == WALI_PR_GET_SECCOMP) return filters_any() ? WALI_SECCOMP_MODE_FILTER : WALI_SECCOMP_MODE_DISABLED;
    if (option == WALI_PR_SET_SECCOMP) {
        if (arg2 == WALI_SECCOMP_MODE_FILTER) return filter_install(0, arg3);
        return wali_error(arg2 == WALI_SECCOMP_MODE_STRICT ? WALI_EPERM : WALI_EINVAL);
    }
    if (option == WALI_PR_SET_VMA) return set_vma(arg2, arg3, arg4, arg5);
    if (option == WALI_PR_SCHED_CORE)
        return arg5 > UINT32_MAX ? wali_error(WALI_EFAULT)
                                 : wali_syscall5(NR_prctl, option, arg2, arg3, arg4, wali_pointer((uint32_t)arg5));
    switch (prctl_kind(option)) {
        case NUMBER: return wali_syscall5(NR_prctl, option, arg2, arg3, arg4, arg5);
        case POINTER:
            return arg2 > UINT32_MAX ? wali_error(WALI_EFAULT)
                                     : wali_syscall5(NR_prctl, option, wali_pointer((uint32_t)arg2), arg3, arg4, arg5);
        case REFUSED: return wali_error(WALI_EPERM);
        default: return wali_error(WALI_EINVAL);
    }
}
