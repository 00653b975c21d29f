// SPDX-License-Identifier: BSL-1.0
//
// Traps: one line on stderr with the functions that were running, the innermost first; then the program ends by a
// signal.
#include <signal.h>
#include <string.h>
#include <unwind.h>

#include "engine.h"
#include "source_line.h"
#include "symbols.h"

#define NAMES 16          // as many are shown,
#define FRAMES 1000       // of so many frames; a function that calls itself is shown once
#define NAME_LENGTH 128U  // longer ones are cut off

const struct trap traps[WASM_RT_TRAP_COUNT] = {
    [WASM_RT_TRAP_NONE] = {"internal error, the host faulted; please report this module", SIGABRT, 0},
    [WASM_RT_TRAP_OOB] = {"out of bounds memory or table access", SIGSEGV, SEGV_MAPERR},
    [WASM_RT_TRAP_INT_OVERFLOW] = {"integer overflow", SIGFPE, FPE_INTDIV},
    [WASM_RT_TRAP_DIV_BY_ZERO] = {"integer divide by zero", SIGFPE, FPE_INTDIV},
    [WASM_RT_TRAP_INVALID_CONVERSION] = {"invalid conversion to integer", SIGFPE, FPE_FLTINV},
    [WASM_RT_TRAP_UNREACHABLE] = {"unreachable executed", SIGILL, ILL_ILLOPN},
    [WASM_RT_TRAP_CALL_INDIRECT] = {"indirect call of an undefined element", SIGSEGV, SEGV_MAPERR},
    [WASM_RT_TRAP_UNCAUGHT_EXCEPTION] = {"uncaught exception", SIGABRT, 0},
    [WASM_RT_TRAP_UNALIGNED] = {"unaligned atomic access", SIGBUS, BUS_ADRALN},
    [WASM_RT_TRAP_EXHAUSTION] = {"call stack exhausted", SIGSEGV, SEGV_MAPERR},
    [WASM_RT_TRAP_WAIT_UNSHARED] = {"atomic wait on unshared memory", SIGABRT, 0},
    [WASM_RT_TRAP_LONGJMP] = {"longjmp to a function that has returned", SIGABRT, 0},
    [WASM_RT_TRAP_MAPPED_FILE] = {"access past the end of a mapped file, or an I/O error on it", SIGBUS, BUS_ADRERR},
    [WASM_RT_TRAP_CALL_TYPE] = {"indirect call of another type", SIGSEGV, SEGV_MAPERR},
    [WASM_RT_TRAP_NULL_POINTER] = {"access through a null pointer", SIGSEGV, SEGV_MAPERR},
};

// --- one line of text ---

struct line {
    char text[4096];
    size_t length;
};

static void append(struct line* line, const char* text, size_t length) {
    const size_t room = sizeof line->text - line->length;
    if (length > room) length = room;
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

static void append_text(struct line* line, const char* text) { append(line, text, strlen(text)); }

static void print(struct line* line) {
    if (line->length == sizeof line->text) --line->length;
    append_text(line, "\n");
    wali_syscall3(NR_write, 2, (uint64_t)line->text, line->length);
}

// --- the call stack, by the compiler's unwind tables, through the frames of signals ---

struct walk {
    struct line* line;
    size_t frames;
    size_t names;
    size_t last_length;
    char last[NAME_LENGTH];
};

static void append_source_line(struct line* line, uintptr_t instruction) {
    struct source_line place;
    char number[24] = ":";
    if (!source_line_of(instruction, &place)) return;
    append_number(number, place.line);
    append_text(line, " at ");
    append(line, place.file, place.length);
    append_text(line, number);
}

static _Unwind_Reason_Code visit(struct _Unwind_Context* context, void* argument) {
    struct walk* walk = argument;
    char name[NAME_LENGTH];
    int exact = 0;
    const uintptr_t next = _Unwind_GetIPInfo(context, &exact);
    // A return address may lie in the next function, if the one that was called does not return.
    const uintptr_t instruction = exact ? next : next - 1;
    const size_t length = symbol_name(name, sizeof name, instruction);
    if (walk->names == NAMES || ++walk->frames == FRAMES) {
        append_text(walk->line, ", ...");
        return _URC_END_OF_STACK;
    }
    if (length == 0 || (length == walk->last_length && memcmp(name, walk->last, length) == 0)) return _URC_NO_REASON;
    append_text(walk->line, walk->names == 0 ? " in function " : walk->names == 1 ? ", called by " : ", ");
    append(walk->line, name, length);
    append_source_line(walk->line, instruction);
    memcpy(walk->last, name, length);
    walk->last_length = length;
    ++walk->names;
    return _URC_NO_REASON;
}

// As natively, nothing of the thread runs any more, and the kernel writes a core file if the user wants one.
static _Noreturn void end_in_function(struct line* line, wasm_rt_trap_t trap) {
    const int signal = traps[trap].signal;
    struct walk walk = {.line = line};
    signals_block();
    _Unwind_Backtrace(visit, &walk);
    print(line);
    end_by_signal(signal);
    // The first process of a namespace is not ended by signals that it sends itself.
    for (;;) wali_syscall1(NR_exit_group, (uint64_t)(128 + signal));
}

static void append_trap(struct line* line, wasm_rt_trap_t trap) {
    append_text(line, "walirun: trap: ");
    append_text(line, traps[trap].text);
}

_Noreturn void trap_end(wasm_rt_trap_t trap) {
    struct line line = {.length = 0};
    append_trap(&line, trap);
    end_in_function(&line, trap);
}

static void append_callee(struct line* line, const wasm_rt_funcref_t* callee) {
    char name[NAME_LENGTH];
    const size_t length = symbol_name(name, sizeof name, (uintptr_t)callee->func);
    const struct wali_signature* signature = signature_of(callee->func_type);
    append(line, name, length);
    append_text(line, length == 0 ? "an import is " : " is ");
    if (signature) append_text(line, signature->text);
}

_Noreturn void trap_end_call(wasm_rt_trap_t trap, const wasm_rt_funcref_t* callee, const char* called_as) {
    struct line line = {.length = 0};
    append_trap(&line, trap);
    if (trap == WASM_RT_TRAP_CALL_TYPE) {
        append_text(&line, ": ");
        append_callee(&line, callee);
        append_text(&line, ", called as ");
        append_text(&line, called_as);
    }
    end_in_function(&line, trap);
}
