// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdint.h>

#include "structs.h"

#define GUEST_IOV_MAX 1024  // UIO_MAXIOV, the kernel's own limit

// Copies a guest's iovec array (8 bytes each: address, length) once and translates it. Every buffer lies inside the
// reservation, so the kernel notices itself what is not mapped. 0, -EINVAL (too many) or -EFAULT.
int64_t iovec_read(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count);

// The same for a call that looks at other arguments first: what is wrong with the array stays wrong in the native
// form, so that the kernel answers with its own error in its own order. Returns what to pass with `count`.
uint64_t iovec_translate(struct wali_native_iovec native[GUEST_IOV_MAX], uint32_t address, uint32_t count);
