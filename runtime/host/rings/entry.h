// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

// Room for the structures with pointers that one submission refers to, in their native form.
#define IO_URING_ROOM (5UL << 12)

// Turns a guest's entry into what the kernel may see: addresses inside the reservation, structures translated into
// `room`, which must stay until the kernel has taken the entry. Operations that are not known become invalid ones.
void io_uring_translate(struct io_uring_sqe* entry, void* room);

bool io_uring_operation_known(unsigned operation);
