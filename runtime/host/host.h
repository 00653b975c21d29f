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

// Copies a string with its NUL; one that is longer is cut off at `size` characters, to which a NUL is added.
int64_t guest_read_string(char* text, uint32_t address, size_t size);

// Whether a fault at `instruction` is one of those copies; if so, where to go on (the copy then returns -EFAULT).
bool guest_copy_recovers(uintptr_t instruction, uintptr_t* resume);

// --- system calls that the host makes itself ---

// A pointer that the kernel never can follow: it answers -EFAULT, in its own order of errors.
#define UNMAPPED_POINTER (UINT64_MAX - 4095)

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

// --- trap.c, symbols.c, fault.c ---

// The module's name of the function around an instruction, cut off at `capacity`; 0 if it is none of the module's.
size_t symbol_name(char* to, size_t capacity, uintptr_t instruction);

// One line on stderr, then exit code 2: the module cannot be run here.
_Noreturn void host_fail(const char* text);

void fault_handlers_install(void);

// The guest's stack in memory has no room for what a handler is given: that is a fault, and the handler does not run.
void fault_no_room(void);

// --- signal.c ---

// Signals by which the host notices traps. The guest's masks never contain them.
#define HOST_SIGNALS ((1UL << (4 - 1)) | (1UL << (7 - 1)) | (1UL << (8 - 1)) | (1UL << (11 - 1)))

union siginfo;

// Runs what the guest asked for when `signal` arrives. All `info` here is in the kernel's form. `mask` is the kernel's
// mask before it; the guest's handler may change what it shall be afterwards.
void signal_deliver(int signal, const union siginfo* info, uint64_t* mask);

// One of the host's signals that somebody sent; and one that stands for a fault of the guest: false if the guest does
// not handle it, so that it is a trap. Where the native stack is exhausted, a handler needs the alternate stack.
void signal_sent(int signal, const union siginfo* info);
bool signal_fault(int signal, const union siginfo* info, bool stack_exhausted);

void signal_end_by(int signal);  // as its default action does

// Before a jump to the frame at `destination`: ends what the frames below it have begun.
void frames_left(uintptr_t destination);

void signals_inherit(void);  // what the program that executed this one left ignored

// --- sigmask.c ---

// Reads a guest's signal mask and takes the host's signals out. 0, -EFAULT or -EINVAL.
int64_t signal_mask_read(uint64_t* mask, uint32_t address, uint64_t size);

// Those of the host's signals that the guest believes to be blocked: they are held back here, not by the kernel.
uint64_t sigmask_hold(uint64_t more);  // also these; returns what was held before
void sigmask_release(uint64_t held);   // only these; what waited for it is delivered
bool sigmask_holds(int signal);
bool sigmask_defer(int signal, const union siginfo* info);  // true if it is held: it waits now

// --- exceptions.c ---

struct exception_state {
    const void* tag;
    uint32_t size;
    unsigned char values[128];
};

void exception_save(struct exception_state* state);
void exception_restore(const struct exception_state* state);

// --- thread.c ---

bool threads_started(void);  // since the process began
void thread_forked(void);    // in the child of fork

// fork by another call: its number and arguments, and whether it `waits` as vfork does.
uint64_t process_copy(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, bool waits);

// --- robust_list.c ---

void robust_list_end(void);     // of the calling thread, whose end begins
void robust_list_forked(void);  // in the child of fork

// --- program.c ---

extern _Thread_local void* current_instance;

// The environment file was opened: its descriptor is no longer needed.
void environment_file_opened(const char* path);

// --- own_executable.c ---

// Of the environment that walirun has given: the rest is the guest's.
char** module_path_take(char** environment);

// The native path of the module, if the guest's path is that of its own executable in /proc; else 0.
uint64_t own_executable_path(const char* path);

// The variable of the environment that names the module, if that is known.
const char* module_variable(void);

// --- text.c ---

void append_number(char* text, uint64_t number);  // in decimal, behind the text

// --- dumpable.c ---

void dumpable_start(void);

// --- errno values that the host itself returns ---

enum {
    E_PERM = 1,
    E_NOENT = 2,
    E_INTR = 4,
    E_2BIG = 7,
    E_NOEXEC = 8,
    E_BADF = 9,
    E_AGAIN = 11,
    E_NOMEM = 12,
    E_ACCES = 13,
    E_FAULT = 14,
    E_EXIST = 17,
    E_ISDIR = 21,
    E_INVAL = 22,
    E_MFILE = 24,
    E_NOTTY = 25,
    E_SPIPE = 29,
    E_LOOP = 40,
    E_MSGSIZE = 90,
    E_NOPROTOOPT = 92,
    E_OPNOTSUPP = 95,
};
