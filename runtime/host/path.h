// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PATH_SIZE 4096  // PATH_MAX: the kernel, too, reads no more

// A path, copied once: what was looked at is what the kernel is given.
struct guest_path {
    char text[PATH_SIZE + 1];  // empty if it could not be read
    uint64_t native;           // for the kernel, which finds what is wrong with it in its own order of errors
};

void path_read(struct guest_path* path, uint32_t address);

// Whether a path that shall be opened leads to a /proc/PID/mem under its own name.
bool path_is_refused(uint64_t dirfd, const struct guest_path* path);
