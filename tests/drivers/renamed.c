// SPDX-License-Identifier: BSL-1.0
// Executes ./renamed under other names: by its path, and by a descriptor that is closed on execution.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

extern char** environ;

int main(int argc, char** argv) {
    if (argc == 1) {
        execl("./renamed", "-by path", "1", (char*)NULL);
        return 1;
    }
    puts(argv[0]);
    fflush(stdout);
    if (argc > 2) return 0;
    char* arguments[] = {"-by descriptor", "1", "2", NULL};
    fexecve(open("renamed", O_RDONLY | O_CLOEXEC), arguments, environ);
    return 1;
}
