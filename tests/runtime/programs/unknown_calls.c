// SPDX-License-Identifier: BSL-1.0
// System calls that the host does not have link and return -ENOSYS; known ones may come with other integer types.
#include "program.h"

WALI(SYS_wali_made_up) i64 made_up(void);
WALI(SYS_io_uring_setup) i64 io_uring_setup(i32 a, i64 b, i32 c);
WALI(SYS_made_up_without_result) void nothing(i32 a);
WALI(SYS_fcntl) i64 fcntl_i32(int fd, int command, u32 argument);
WALI(SYS_poll) i64 poll_i32(void* fds, u32 count, int timeout);
WALI(SYS_exit) void exit_without_result(int status);
WALI(SYS_dup) i64 dup_with_two(int fd, int other);

void test(void) {
    CHECK_EQUAL(made_up(), -ENOSYS);
    CHECK_EQUAL(io_uring_setup(1, 2, 3), -ENOSYS);
    nothing(1);
    CHECK_EQUAL(fcntl_i32(0, 1, 0), 0);
    CHECK_EQUAL(poll_i32(NULL, 0, 0), 0);
    CHECK_EQUAL(dup_with_two(0, 0), -ENOSYS);
    if (!failures) exit_without_result(0);
}
