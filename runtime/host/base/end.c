// SPDX-License-Identifier: BSL-1.0
#include <string.h>
#include <sys/uio.h>

#include "base.h"
#include "structs.h"

#define EXIT_REFUSED 2  // as of walirun

#ifdef WALI_CHECKED
_Thread_local bool lock_is_held;
#endif

static void print(const char* head, const char* text) {
    const struct iovec line[] = {{(char*)head, strlen(head)}, {(char*)text, strlen(text)}, {"\n", 1}};
    wali_syscall3(NR_writev, 2, (uint64_t)line, sizeof line / sizeof *line);
}

_Noreturn void host_fail(const char* text) {
    print("walirun: ", text);
    for (;;) wali_syscall1(NR_exit_group, EXIT_REFUSED);
}

void end_by_signal(int signal) {
    const struct wali_native_k_sigaction action = {0};
    const uint64_t set = 1UL << (signal - 1);
    wali_syscall4(NR_rt_sigaction, (uint64_t)signal, (uint64_t)&action, 0, 8);
    wali_syscall4(NR_rt_sigprocmask, WALI_SIG_UNBLOCK, (uint64_t)&set, 0, 8);
    wali_syscall3(NR_tgkill, wali_syscall0(NR_getpid), wali_syscall0(NR_gettid), (uint64_t)signal);
}

_Noreturn void rule_broken(const char* text) {
    print("walirun: broken rule of the host: ", text);
    signals_block();
    end_by_signal(WALI_SIGABRT);
    for (;;) wali_syscall1(NR_exit_group, EXIT_REFUSED);
}
