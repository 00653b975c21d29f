// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

// The host's address of what mmap at `offset` of a ring's descriptor shall show; 0 if that is no ring; an error if the
// ring has less. The memory is shared, and nothing but what the guest may see.
uint64_t io_uring_memory(uint32_t fd, uint64_t offset, uint64_t size);

bool io_uring_used(void);  // since the program began

// Room for the structures with pointers that one submission refers to, in their native form.
#define IO_URING_ROOM (5UL << 12)

// Turns a guest's entry into what the kernel may see: addresses inside the reservation, structures translated into
// `room`, which must stay until the kernel has taken the entry. Operations that are not known become invalid ones.
void io_uring_translate(struct io_uring_sqe* entry, void* room);

bool io_uring_operation_known(unsigned operation);
