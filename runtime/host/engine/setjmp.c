// SPDX-License-Identifier: BSL-1.0
//
// setjmp and longjmp as imports. The guest's buffer holds no address but the number of a function's activation, which
// is on a list as long as it runs: whatever the guest writes there, a jump goes to a place that it may go to. The
// functions that call setjmp are written in aot/jumps.cpp.
#include "engine.h"

// What the guest's 344 bytes begin with.
struct token {
    uint64_t activation;
    uint64_t mask;
    uint32_t site;
    uint32_t stack_pointer;
    uint32_t has_mask;
    uint32_t unused;
};

static _Thread_local uint64_t activations;

void wali_jump_enter(struct wali_jump_frame* frame, struct wali_jump_site* sites, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) sites[i].armed = false;
    frame->sites = sites;
    frame->count = count;
    frame_begin(&frame->frame, ++activations);
}

void wali_jump_leave(struct wali_jump_frame* frame) { frame_end(&frame->frame); }

static uint32_t* stack_pointer(void) {
    return wali_guest.stack_pointer ? wali_guest.stack_pointer(current_instance) : NULL;
}

static void write_token(uint32_t env, const struct token* token) {
    if (guest_write(env, token, sizeof *token) != 0) trap_end(WASM_RT_TRAP_OOB);
}

void wali_jump_arm(struct wali_jump_frame* frame, uint32_t site, uint32_t env, uint32_t save_mask) {
    struct token token = {.activation = frame->frame.activation, .site = site, .has_mask = save_mask != 0};
    if (stack_pointer()) token.stack_pointer = *stack_pointer();
    if (save_mask) wali_syscall4(NR_rt_sigprocmask, 0, 0, (uint64_t)&token.mask, 8);
    write_token(env, &token);
    frame->sites[site].armed = true;
}

static struct wali_jump_frame* jump_frame(uint64_t activation) {
    struct wali_frame* frame = activation == 0 ? NULL : frame_innermost();
    while (frame && frame->activation != activation) frame = frame->outer;
    return (struct wali_jump_frame*)frame;
}

void w2c_wali_longjmp(struct w2c_wali* host, uint32_t env, uint32_t value) {
    (void)host;
    struct token token;
    if (guest_read(&token, env, sizeof token) != 0) trap_end(WASM_RT_TRAP_OOB);
    struct wali_jump_frame* const frame = jump_frame(token.activation);
    if (!frame || token.site >= frame->count || !frame->sites[token.site].armed) trap_end(WASM_RT_TRAP_LONGJMP);
    frames_end_below(&frame->frame);
    if (stack_pointer()) *stack_pointer() = token.stack_pointer;
    if (token.has_mask) signals_restore(token.mask & ~HOST_SIGNALS);
    _longjmp(frame->sites[token.site].context, value ? (int)value : 1);
}

// Called through the function table, or by a program that also uses exceptions, whose unwinding does not know the list:
// the first return is right, a jump is not possible.
uint32_t w2c_wali_setjmp(struct w2c_wali* host, uint32_t env) {
    (void)host;
    const struct token nowhere = {0};
    write_token(env, &nowhere);
    return 0;
}

uint32_t w2c_wali_sigsetjmp(struct w2c_wali* host, uint32_t env, uint32_t save_mask) {
    (void)save_mask;
    return w2c_wali_setjmp(host, env);
}
