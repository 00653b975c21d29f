// SPDX-License-Identifier: BSL-1.0
#include "engine.h"

static _Thread_local struct wali_frame* volatile innermost;

struct wali_frame* frame_innermost(void) { return innermost; }

void frame_begin(struct wali_frame* frame, uint64_t activation) {
    *frame = (struct wali_frame){innermost, activation};
    atomic_signal_fence(memory_order_seq_cst);  // a handler that comes now begins and ends one of its own
    innermost = frame;
}

void frame_end(const struct wali_frame* frame) {
    RULE(innermost == frame, "the innermost frame ends first");
    innermost = frame->outer;
}

void frames_end_below(struct wali_frame* frame) { innermost = frame; }

void frames_left(uintptr_t destination) {
    while (innermost && frame_is_left(innermost, destination)) innermost = innermost->outer;
}
