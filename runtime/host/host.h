// SPDX-License-Identifier: BSL-1.0
//
// What the files of the host library share. All of it runs inside the guest's process, also below signal handlers: no
// stdio, no locale, no errno; memory of its own only at start-up.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wali_host.h"

#define WALI_PAGE 4096UL
#define WALI_WASM_PAGE 65536UL

// --- crossing memory safely: guest_copy.c, copy.S ---

// Copies between host memory and the guest's. 0, or -EFAULT if the guest's side is not mapped as needed; the host's
// side must be valid. Guest memory may change at any time, so everything is copied once and then checked.
int64_t guest_read(void* host, uint32_t address, size_t size);
int64_t guest_write(uint32_t address, const void* host, size_t size);

// Whether a fault at `instruction` is one of those copies; if so, where to go on (the copy then returns -EFAULT).
bool guest_copy_recovers(uintptr_t instruction, uintptr_t* resume);

// --- system calls that the host makes itself ---

WALI_INLINE bool failed(uint64_t result) { return result > -4096UL; }

// Blocks all signals of this thread: guest handlers run on it and could need what is being changed.
WALI_INLINE uint64_t signals_block(void) {
    uint64_t all = ~0UL;
    uint64_t old = 0;
    wali_syscall4(14, 0, (uint64_t)&all, (uint64_t)&old, 8);
    return old;
}

WALI_INLINE void signals_restore(uint64_t mask) { wali_syscall4(14, 2, (uint64_t)&mask, 0, 8); }

// --- memory.c ---

void memory_reserve(void);
uint64_t memory_limit(void);  // bytes that the guest may ever address; above lies the guard

// --- trap.c, fault.c ---

// "walirun: trap: TEXT" and the function that `instruction` lies in, then exit code 134.
_Noreturn void trap_at(wasm_rt_trap_t trap, uintptr_t instruction);

// One line on stderr, then exit code 134: the host itself cannot go on.
_Noreturn void host_fail(const char* text);

void fault_handlers_install(void);  // for this thread; also gives it a stack for them

// --- signal.c ---

// Signals by which the host notices traps. The guest's masks never contain them.
#define HOST_SIGNALS ((1UL << (4 - 1)) | (1UL << (7 - 1)) | (1UL << (8 - 1)) | (1UL << (11 - 1)))

struct siginfo_head {
    int32_t signal;
    int32_t error;
    int32_t code;
};

// Runs what the guest asked for when `signal` arrives; `info` are the kernel's 128 bytes.
void signal_deliver(int signal, const void* info);
bool signal_is_ignored(int signal);
bool signal_has_handler(int signal);

// Reads a guest's signal mask and takes the host's signals out. 0, -EFAULT or -EINVAL.
int64_t signal_mask_read(uint64_t* mask, uint32_t address, uint64_t size);

// --- exceptions.c ---

struct exception_state {
    const void* tag;
    uint32_t size;
    unsigned char values[128];
};

void exception_save(struct exception_state* state);
void exception_restore(const struct exception_state* state);

// --- thread.c ---

bool threads_started(void);  // since the program began
void thread_forked(void);    // in the child of fork

// --- program.c ---

extern _Thread_local void* current_instance;

// The environment file was opened: its descriptor is no longer needed.
void environment_file_opened(uint32_t pathname);

// --- open.c ---

// Before a guest's handler runs: looks at what an interrupted open has made. `context` is a ucontext_t.
void open_interrupted(void* context);

// --- errno values that the host itself returns ---

enum {
    E_PERM = 1,
    E_NOENT = 2,
    E_BADF = 9,
    E_AGAIN = 11,
    E_NOMEM = 12,
    E_ACCES = 13,
    E_FAULT = 14,
    E_EXIST = 17,
    E_ISDIR = 21,
    E_INVAL = 22,
    E_NOTTY = 25,
    E_2BIG = 7,
    E_LOOP = 40,
    E_MSGSIZE = 90,
    E_NOPROTOOPT = 92,
};
