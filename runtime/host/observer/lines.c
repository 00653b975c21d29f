// SPDX-License-Identifier: BSL-1.0
//
// A line is written to a place of the queue that the thread has got with its number. Meanwhile signals are blocked: a
// handler of the guest might never return, and walirun waits for the line. Whoever is killed there leaves a place that
// walirun skips.
#include "lines.h"

#include <string.h>

#include "memory/memory.h"
#include "notation.h"

#define ROOM_FOR_RESULT 64

static struct observed_region* region;
static bool closed;  // for this process
static _Thread_local struct observed_thread* own;
static _Thread_local uint32_t without_own;  // the thread that found no free place
static _Thread_local uint32_t calls;

void lines_use(struct observed_region* used) { region = used; }

static uint32_t gettid_(void) { return (uint32_t)wali_syscall0(NR_gettid); }

// --- the queue ---

static bool is_closed(void) { return closed || __atomic_load_n(&region->closed, __ATOMIC_RELAXED) != 0; }

static bool put(const char* line, size_t length) {
    uint64_t number = __atomic_load_n(&region->head, __ATOMIC_RELAXED);
    struct observed_line* place;
    uint64_t turn;
    for (;;) {
        place = &region->lines[number % OBSERVED_LINES];
        turn = number - number % OBSERVED_LINES;
        const uint64_t now = __atomic_load_n(&place->turn, __ATOMIC_ACQUIRE);
        if (now < turn) return false;
        if (now != turn)
            number = __atomic_load_n(&region->head, __ATOMIC_RELAXED);
        else if (__atomic_compare_exchange_n(&region->head, &number, number + 1, false, __ATOMIC_RELAXED,
                                             __ATOMIC_RELAXED))
            break;
    }
    memcpy(place->text, line, length);
    place->length = (uint32_t)length;
    __atomic_compare_exchange_n(&place->turn, &turn, turn + 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    return true;
}

// Waits while the queue is full, unless nobody empties it any more.
static void send(const char* line, size_t length) {
    const int64_t wait[] = {0, 500000};
    while (!is_closed()) {
        const uint64_t mask = signals_block();
        const bool done = put(line, length);
        signals_restore(mask);
        if (done) return;
        closed = wali_syscall2(NR_kill, region->observer, 0) == wali_error(WALI_ESRCH);
        wali_syscall2(NR_nanosleep, (uint64_t)wait, 0);
    }
}

// --- what a thread is doing ---

static struct observed_thread* find(uint32_t tid) {
    for (uint32_t i = 0; i < OBSERVED_THREADS; ++i)
        if (__atomic_load_n(&region->threads[i].tid, __ATOMIC_RELAXED) == tid) return &region->threads[i];
    return NULL;
}

// A child of fork has its parent's, and takes one of its own.
static bool has_own(uint32_t tid) { return own && __atomic_load_n(&own->tid, __ATOMIC_RELAXED) == tid; }

static void take_own(uint32_t tid) {
    if (has_own(tid) || without_own == tid) return;
    for (own = find(0); own; own = find(0)) {
        uint32_t none = 0;
        if (__atomic_compare_exchange_n(&own->tid, &none, tid, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return;
    }
    without_own = tid;
}

static struct text room_in(char* buffer) { return (struct text){buffer, buffer + OBSERVED_TEXT - ROOM_FOR_RESULT}; }

static void send_text(char* line, struct text* text) {
    text->end = line + OBSERVED_TEXT;
    text_add(text, "\n");
    send(line, (size_t)(text->at - line));
}

// Read once: others may change it.
static size_t own_length(void) {
    const uint32_t length = __atomic_load_n(&own->length, __ATOMIC_RELAXED);
    return length < OBSERVED_TEXT ? length : OBSERVED_TEXT;
}

static bool change_state(uint32_t from, uint32_t to) {
    return __atomic_compare_exchange_n(&own->state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

// A handler makes calls while one waits, or has left it for good.
static void show_interrupted(uint32_t tid) {
    char line[OBSERVED_TEXT];
    struct text text = room_in(line);
    const uint32_t state = __atomic_load_n(&own->state, __ATOMIC_ACQUIRE);
    if (state % OBSERVED_STATES != OBSERVED_RUNNING) return;
    text_add_number(&text, tid);
    text_add(&text, " ");
    text_add_bytes(&text, own->text, own_length());
    text_add(&text, " <unfinished ...>");
    if (change_state(state, state - OBSERVED_RUNNING + OBSERVED_SHOWN)) send_text(line, &text);
}

// Once more where a handler has made calls, and written to the same place, in the meantime.
static void write_own(struct wali_call* call) {
    uint32_t state;
    do {
        state = ++calls * OBSERVED_STATES + OBSERVED_WRITING;
        __atomic_store_n(&own->state, state, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_RELEASE);
        struct text text = room_in(own->text);
        call->next = 0;
        text_add_call(&text, call);
        __atomic_store_n(&own->length, (uint32_t)(text.at - own->text), __ATOMIC_RELAXED);
    } while (!change_state(state, state - OBSERVED_WRITING + OBSERVED_RUNNING));
    call->state = state - OBSERVED_WRITING + OBSERVED_RUNNING;
}

void line_begin(struct wali_call* call) {
    call->tid = gettid_();
    call->state = 0;
    take_own(call->tid);
    if (!has_own(call->tid)) return;
    show_interrupted(call->tid);
    write_own(call);
}

static void add_time(struct text* text, uint64_t ticks) {
    const uint64_t tenths = (uint64_t)((unsigned __int128)ticks * region->nanoseconds >> 32) / 100;
    text_add(text, " <");
    text_add_number(text, tenths / 10);
    if (tenths < 100) {
        text_add(text, ".");
        text_add_number(text, tenths % 10);
    }
    text_add(text, " us>");
}

// What line_begin has written, unless that was shown.
static void add_begin(struct text* text, struct wali_call* call) {
    char* const begin = text->at;
    if (call->state == 0) {
        text_add_call(text, call);
        return;
    }
    if (has_own(call->tid)) {
        text_add_bytes(text, own->text, own_length());
        if (change_state(call->state, OBSERVED_WRITING)) return;
        text->at = begin;
    }
    text_add(text, "<... ");
    text_add(text, call_name(call->number));
    text_add(text, " resumed>");
}

void line_end(struct wali_call* call, uint64_t result, uint64_t ticks) {
    char line[OBSERVED_TEXT];
    struct text text = room_in(line);
    text_add_number(&text, call->tid);
    text_add(&text, " ");
    add_begin(&text, call);
    text_add_rest(&text, call, result);
    const bool cut = text.at == text.end;
    text.end = line + OBSERVED_TEXT;
    if (cut) text_add(&text, "...");
    text_add_result(&text, call, result);
    add_time(&text, ticks);
    send_text(line, &text);
}

void line_last(struct wali_call* call) {
    char line[OBSERVED_TEXT];
    struct text text = room_in(line);
    const uint32_t tid = gettid_();
    if (has_own(tid)) __atomic_store_n(&own->tid, 0, __ATOMIC_RELEASE);
    text_add_number(&text, tid);
    text_add(&text, " ");
    text_add_call(&text, call);
    text_add(&text, ") = ?");
    send_text(line, &text);
}

void line_executed(void) {
    static const char execve[] = "execve";  // or execveat
    char line[OBSERVED_TEXT];
    struct text text = room_in(line);
    const uint32_t tid = gettid_();
    own = find(tid);
    if (!own) return;
    const uint32_t state = __atomic_exchange_n(&own->state, OBSERVED_WRITING, __ATOMIC_ACQ_REL);
    calls = state / OBSERVED_STATES;
    // Another thread than the first may have executed this, and only the first's number is left.
    if (state % OBSERVED_STATES == OBSERVED_WRITING || strncmp(own->text, execve, sizeof execve - 1) != 0) return;
    text_add_number(&text, tid);
    text_add(&text, " ");
    if (state % OBSERVED_STATES == OBSERVED_RUNNING)
        text_add_bytes(&text, own->text, own_length());
    else
        text_add(&text, "<... execve resumed>");
    text_add(&text, ") = 0");
    send_text(line, &text);
}
