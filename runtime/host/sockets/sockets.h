// SPDX-License-Identifier: BSL-1.0
//
// For those who send, receive and set options by other ways than the calls.
#pragma once

#include "memory/memory.h"

// A header that was read, in native form; `iov` is for its vector.
void message_translate(struct wali_native_msghdr* native, const struct wali_guest_msghdr* guest,
                       struct wali_native_iovec iov[GUEST_IOV_MAX]);

// After receiving: to the guest's header at `message`. 0 or -EFAULT.
int64_t message_write_back(uint32_t message, const struct wali_native_msghdr* head);

// Whether an option's value has no pointers.
bool socket_option_is_flat(uint32_t level, uint32_t option);
