// SPDX-License-Identifier: BSL-1.0
//
// Reads bytes of DWARF, little-endian. What lies behind the end reads as 0, and the cursor stays at the end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_bytes {
    const unsigned char* begin;
    size_t size;
};

struct dwarf_cursor {
    const unsigned char* at;
    const unsigned char* end;
};

static inline struct dwarf_cursor dwarf_cursor_at(struct dwarf_bytes bytes, uint64_t offset) {
    struct dwarf_cursor cursor = {bytes.begin + bytes.size, bytes.begin + bytes.size};
    if (offset < bytes.size) cursor.at = bytes.begin + offset;
    return cursor;
}

static inline size_t dwarf_left(const struct dwarf_cursor* cursor) { return (size_t)(cursor->end - cursor->at); }

static inline void dwarf_skip(struct dwarf_cursor* cursor, uint64_t count) {
    cursor->at = count < dwarf_left(cursor) ? cursor->at + count : cursor->end;
}

/// `size` bytes; the upper ones are dropped if it is more than 8.
static inline uint64_t dwarf_fixed(struct dwarf_cursor* cursor, uint64_t size) {
    uint64_t value = 0;
    for (uint64_t i = 0; i < size && i < 8 && i < dwarf_left(cursor); ++i) value |= (uint64_t)cursor->at[i] << (8 * i);
    dwarf_skip(cursor, size);
    return value;
}

static inline uint64_t dwarf_unsigned(struct dwarf_cursor* cursor) {
    uint64_t value = 0;
    for (unsigned shift = 0; cursor->at < cursor->end; shift += 7) {
        const unsigned char byte = *cursor->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
    }
    return value;
}

static inline int64_t dwarf_signed(struct dwarf_cursor* cursor) {
    uint64_t value = 0;
    for (unsigned shift = 0; cursor->at < cursor->end;) {
        const unsigned char byte = *cursor->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (byte & 0x80) continue;
        if (byte & 0x40 && shift < 64) value |= ~UINT64_C(0) << shift;
        break;
    }
    return (int64_t)value;
}

/// Up to a NUL, which is passed over.
static inline struct dwarf_bytes dwarf_string(struct dwarf_cursor* cursor) {
    struct dwarf_bytes text = {cursor->at, 0};
    while (text.size < dwarf_left(cursor) && text.begin[text.size]) ++text.size;
    dwarf_skip(cursor, text.size + 1);
    return text;
}
