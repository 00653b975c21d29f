// SPDX-License-Identifier: BSL-1.0
//
// Threads of a guest program without a C library: each with a stack of its own. Not below program.h's CHECK: threads
// report by what they write to memory.
#pragma once

#include "program.h"

WALI(__wasm_thread_spawn) i32 thread_spawn(u32 function, u32 argument);
WALI(SYS_sched_yield) i64 sys_sched_yield(void);

enum { THREADS = 24, THREAD_STACK = 16384 };

static struct thread {
    void (*function)(u32);
    u32 argument;
    i32 tid;
    _Atomic u32 ended;
    _Alignas(16) u8 stack[THREAD_STACK];
} threads[THREADS];

__attribute__((noinline)) static void thread_run(u32 index) {
    threads[index].function(threads[index].argument);
    threads[index].ended = 1;
}

static void thread_entry(u32 tid, u32 index) {
    __asm__ volatile(
        ".globaltype __stack_pointer, i32\n"
        "local.get %0\n"
        "global.set __stack_pointer"
        :
        : "r"(threads[index].stack + THREAD_STACK));
    (void)tid;
    thread_run(index);
}

// The kernel's number of the new thread, or an error.
static i32 thread_start(u32 index, void (*function)(u32), u32 argument) {
    threads[index].function = function;
    threads[index].argument = argument;
    threads[index].ended = 0;
    threads[index].tid = thread_spawn((u32)thread_entry, index);
    return threads[index].tid;
}

static void thread_join(u32 index) {
    while (!threads[index].ended) sys_sched_yield();
}
