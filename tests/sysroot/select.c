// SPDX-License-Identifier: BSL-1.0
// select says how much of its time is left, as the kernel does.
#include <sys/select.h>
#include <unistd.h>

#include "check.h"

int main(void) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    fd_set reading;
    FD_ZERO(&reading);
    FD_SET(ends[0], &reading);
    struct timeval time = {0, 1000};
    CHECK(select(ends[0] + 1, &reading, NULL, NULL, &time) == 0);
    CHECK(time.tv_sec == 0 && time.tv_usec == 0);

    CHECK(write(ends[1], "x", 1) == 1);
    FD_SET(ends[0], &reading);
    time = (struct timeval){1000, 0};
    CHECK(select(ends[0] + 1, &reading, NULL, NULL, &time) == 1 && FD_ISSET(ends[0], &reading));
    CHECK(time.tv_sec == 999 || (time.tv_sec == 1000 && time.tv_usec == 0));
    if (failures == 0) puts("ok");
    return failures != 0;
}
