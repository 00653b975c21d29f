// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Whether an open for reading means the environment's file: then its descriptor is the caller's.
bool environment_file_open(const char* path, uint64_t flags, uint64_t* fd);
