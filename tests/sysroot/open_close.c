// SPDX-License-Identifier: BSL-1.0
// A file is opened for this process alone in one call: its imports are what is checked.
#include <fcntl.h>
#include <unistd.h>

int main(void) {
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd < 0 || close(fd) != 0;
}
