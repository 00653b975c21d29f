// SPDX-License-Identifier: BSL-1.0
#include <string.h>
#include <sys/uio.h>

#include "base.h"

#define EXIT_REFUSED 2  // as of walirun

_Noreturn void host_fail(const char* text) {
    const struct iovec line[] = {{"walirun: ", 9}, {(char*)text, strlen(text)}, {"\n", 1}};
    wali_syscall3(NR_writev, 2, (uint64_t)line, sizeof line / sizeof *line);
    for (;;) wali_syscall1(NR_exit_group, EXIT_REFUSED);
}
