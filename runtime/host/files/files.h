// SPDX-License-Identifier: BSL-1.0
//
// Paths, and the two files that the host shows to the guest.
#pragma once

#include "memory/memory.h"

#define PATH_SIZE 4096  // PATH_MAX: the kernel, too, reads no more

// A path, copied once: what was looked at is what the kernel is given.
struct guest_path {
    char text[PATH_SIZE + 1];  // empty if it could not be read
    uint64_t native;           // for the kernel, which finds what is wrong with it in its own order of errors
};

void path_read(struct guest_path* path, uint32_t address);

// Whether a path that shall be opened leads to a /proc/PID/mem under its own name.
bool path_is_refused(uint64_t dirfd, const struct guest_path* path);

// --- descriptor_table.c ---

typedef bool descriptor_test(uint32_t fd, const void* context);

// Whether the test holds for any number that may be a descriptor's.
bool any_descriptor(descriptor_test* test, const void* context);

// --- own_executable.c ---

// Of the environment that walirun has given: the rest is the guest's.
char** module_path_take(char** environment);

// The native path of the module, if the guest's path is that of its own executable in /proc; else 0.
uint64_t own_executable_path(const char* path);

// The variable of the environment that names the module, if that is known.
const char* module_variable(void);

// --- memfd.c ---

// memfd_create, also under a policy.
uint64_t memory_file(uint64_t name, uint64_t flags);

// --- aio.c ---

void aio_forked(void);  // in the child of fork, which has no contexts

// --- environment.c ---

void environment_set(char** variables);
