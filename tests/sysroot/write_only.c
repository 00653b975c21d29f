// SPDX-License-Identifier: BSL-1.0
// The smallest program: what it imports is what a start costs.
#include <unistd.h>

int main(void) { return write(STDOUT_FILENO, "hello\n", 6) == 6 ? 0 : 1; }
