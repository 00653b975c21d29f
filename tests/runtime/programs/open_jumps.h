// SPDX-License-Identifier: BSL-1.0
//
// For programs whose handlers jump out of opens that wait, among threads. What the host kept for such a call must be
// free again. Before it is included: `struct jump back`, setjmp and longjmp.
#pragma once

#include "signals.h"
#include "threads.h"

WALI(SYS_open) i64 sys_open(const char* path, int flags, int mode);
WALI(SYS_mknod) i64 sys_mknod(const char* path, u32 mode, u64 device);
WALI(SYS_unlink) i64 sys_unlink(const char* path);
WALI(SYS_gettid) i64 sys_gettid(void);
WALI(SYS_tgkill) i64 sys_tgkill(int process, int thread, int signal);

enum { JUMPS = 200, FIFO = 010600 };

static const char nobody_writes[] = "wali-open-jumps";
static const int senders[] = {USR1, HUP};

static volatile bool waiting, over;
static volatile bool on_its_way[2];  // one of each, or handlers would nest without end
static volatile u32 jumps;

static void jump_out(int signal) {
    on_its_way[signal == HUP] = false;
    if (!waiting) return;
    waiting = false;
    longjmp(&back, signal);
}

static void interrupt(u32 thread) {
    for (u32 i = 0; !over; i ^= 1, sys_sched_yield()) {
        if (!waiting || on_its_way[i]) continue;
        on_its_way[i] = true;
        sys_tgkill((int)sys_getpid(), (int)thread, senders[i]);
    }
}

// Opens without end: handlers that only return are run, too, when two signals come at once.
static void wait_and_jump(void) {
    for (jumps = 0; jumps < JUMPS; ++jumps) {
        if (setjmp(&back) != 0) continue;
        waiting = true;
        CHECK_EQUAL(sys_open(nobody_writes, 0, 0), -EINTR);
        waiting = false;
    }
}

static void jumps_out_of_open(void) {
    CHECK_EQUAL(sys_mknod(nobody_writes, FIFO, 0), 0);
    for (u32 i = 0; i < 2; ++i) CHECK_EQUAL(install(senders[i], (u32)jump_out, NODEFER), 0);
    CHECK(thread_start(0, interrupt, (u32)sys_gettid()) > 0);
    wait_and_jump();
    over = true;
    thread_join(0);
    CHECK_EQUAL(sys_unlink(nobody_writes), 0);
}
