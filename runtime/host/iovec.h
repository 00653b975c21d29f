// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdint.h>

#include "structs.h"

#define GUEST_IOV_MAX 1024  // UIO_MAXIOV, the kernel's own limit

// Copies a guest's iovec array (8 bytes each: address, length) once and translates it. Every buffer lies inside the
// reservation, so the kernel notices itself what is not mapped. 0, -EINVAL (too many) or -EFAULT.
int64_t iovec_read(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count);
