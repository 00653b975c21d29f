// SPDX-License-Identifier: BSL-1.0
//
// Messages that are received. The kernel writes lengths and flags to the header when it is done, in its own form. So it
// gets a header of the host's, and its completion comes under a name of the host's, by which the guest's header is
// found.
#include "ring.h"

#include <stddef.h>

#include "sockets/sockets.h"

#define NAME 0x7265636d73670000UL  // and the number of the reception

static struct reception* named(const struct ring* ring, uint64_t name) {
    const uint64_t index = name - NAME;
    if (index >= ring->receptions_made || !ring->rooms->receptions[index].used) return NULL;
    return &ring->rooms->receptions[index];
}

static struct reception* allocate(struct ring* ring) {
    struct reception* all = ring->rooms->receptions;
    if (ring->reception_free != 0) {
        struct reception* one = &all[ring->reception_free - 1];
        ring->reception_free = one->next;
        return one;
    }
    return ring->receptions_made < RECEPTIONS ? &all[ring->receptions_made++] : NULL;
}

bool reception_begin(struct ring* ring, struct io_uring_sqe* entry, const struct wali_native_msghdr* message,
                     uint32_t guest) {
    struct reception* one = allocate(ring);
    if (!one) return false;
    *one = (struct reception){.message = *message, .user_data = entry->user_data, .guest = guest, .used = true};
    entry->addr = (uint64_t)&one->message;
    entry->user_data = NAME + (uint64_t)(one - ring->rooms->receptions);
    return true;
}

uint64_t reception_name(const struct ring* ring, uint64_t user_data) {
    const struct reception* all = ring->rooms->receptions;
    for (uint32_t i = 0; i < ring->receptions_made; ++i)
        if (all[i].used && all[i].user_data == user_data) return NAME + i;
    return user_data;
}

void reception_end(struct ring* ring, struct io_uring_cqe* completion) {
    struct reception* one = named(ring, completion->user_data);
    if (!one) return;
    // Who unmapped the header meanwhile does not look at it.
    if (completion->res >= 0) message_write_back(one->guest, &one->message);
    completion->user_data = one->user_data;
    one->used = false;
    one->next = ring->reception_free;
    ring->reception_free = 1 + (uint32_t)(one - ring->rooms->receptions);
}
