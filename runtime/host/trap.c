// SPDX-License-Identifier: BSL-1.0
//
// Traps: one line on stderr with the functions that were running, the innermost first; exit code 134 (128 + SIGABRT,
// without a core file).
#include <string.h>
#include <unwind.h>

#include "host.h"

#define EXIT_TRAPPED 134

#define NAMES 16          // as many are shown,
#define FRAMES 1000       // of so many frames; a function that calls itself is shown once
#define NAME_LENGTH 128U  // longer ones are cut off

static const char* const texts[WASM_RT_TRAP_COUNT] = {
    [WASM_RT_TRAP_NONE] = "no trap",
    [WASM_RT_TRAP_OOB] = "out of bounds memory or table access",
    [WASM_RT_TRAP_INT_OVERFLOW] = "integer overflow",
    [WASM_RT_TRAP_DIV_BY_ZERO] = "integer divide by zero",
    [WASM_RT_TRAP_INVALID_CONVERSION] = "invalid conversion to integer",
    [WASM_RT_TRAP_UNREACHABLE] = "unreachable executed",
    [WASM_RT_TRAP_CALL_INDIRECT] = "indirect call of an undefined element or of a function of another type",
    [WASM_RT_TRAP_UNCAUGHT_EXCEPTION] = "uncaught exception",
    [WASM_RT_TRAP_UNALIGNED] = "unaligned atomic access",
    [WASM_RT_TRAP_EXHAUSTION] = "call stack exhausted",
    [WASM_RT_TRAP_WAIT_UNSHARED] = "atomic wait on unshared memory",
    [WASM_RT_TRAP_LONGJMP] = "longjmp to a function that has returned",
    [WASM_RT_TRAP_MAPPED_FILE] = "access past the end of a mapped file, or an I/O error on it",
};

// --- one line of text ---

struct line {
    char text[1024];
    size_t length;
};

static void append(struct line* line, const char* text, size_t length) {
    const size_t room = sizeof line->text - line->length;
    if (length > room) length = room;
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

static void append_text(struct line* line, const char* text) { append(line, text, strlen(text)); }

static _Noreturn void end(struct line* line) {
    if (line->length == sizeof line->text) --line->length;
    append_text(line, "\n");
    wali_syscall3(1, 2, (uint64_t)line->text, line->length);
    for (;;) wali_syscall1(231, EXIT_TRAPPED);
}

_Noreturn void host_fail(const char* text) {
    struct line line = {.length = 0};
    append_text(&line, "walirun: ");
    append_text(&line, text);
    end(&line);
}

// --- the call stack, by the compiler's unwind tables, through the frames of signals ---

struct walk {
    struct line* line;
    size_t frames;
    size_t names;
    size_t last_length;
    char last[NAME_LENGTH];
};

static _Unwind_Reason_Code visit(struct _Unwind_Context* context, void* argument) {
    struct walk* walk = argument;
    char name[NAME_LENGTH];
    int exact = 0;
    const uintptr_t next = _Unwind_GetIPInfo(context, &exact);
    // A return address may lie in the next function, if the one that was called does not return.
    const size_t length = symbol_name(name, sizeof name, exact ? next : next - 1);
    if (walk->names == NAMES || ++walk->frames == FRAMES) {
        append_text(walk->line, ", ...");
        return _URC_END_OF_STACK;
    }
    if (length == 0 || (length == walk->last_length && memcmp(name, walk->last, length) == 0)) return _URC_NO_REASON;
    append_text(walk->line, walk->names == 0 ? " in function " : walk->names == 1 ? ", called by " : ", ");
    append(walk->line, name, length);
    memcpy(walk->last, name, length);
    walk->last_length = length;
    ++walk->names;
    return _URC_NO_REASON;
}

_Noreturn void trap_end(wasm_rt_trap_t trap) {
    struct line line = {.length = 0};
    struct walk walk = {.line = &line};
    append_text(&line, "walirun: trap: ");
    append_text(&line, texts[trap]);
    _Unwind_Backtrace(visit, &walk);
    end(&line);
}
