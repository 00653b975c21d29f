// SPDX-License-Identifier: BSL-1.0
//
// The line tables of DWARF 2 to 5 (.debug_line): which addresses belong to which line of which file. Of a module when
// it is translated, whatever its bytes are; of the executable when it traps. Nothing is allocated, and the time is
// linear in the number of bytes.
#pragma once

#include "cursor.h"

struct line_sections {
    struct dwarf_bytes line;
    struct dwarf_bytes line_strings;  // .debug_line_str
    struct dwarf_bytes strings;       // .debug_str
};

/// A list of folders, or of files, in the head of a unit.
struct line_names {
    struct dwarf_cursor cursor;
    struct dwarf_cursor format;  // version 5: pairs of what and in which form
    uint64_t left;
    bool files;
    unsigned version;
    struct line_sections sections;
};

struct line_name {
    struct dwarf_bytes text;
    uint64_t folder;  // of a file
};

/// One unit: of one source file and those that it includes.
struct line_unit {
    struct line_names folders;
    struct line_names files;
    unsigned first;  // the number of the first one of each; folder 0 is that in which the compiler ran
    size_t next;     // offset of the next unit
    struct dwarf_cursor program;
    unsigned opcode_base;
    unsigned char step;
    signed char line_base;
    unsigned char line_range;
    struct dwarf_cursor operands;
    uint64_t address;
    uint64_t file;
    uint64_t line;
};

/// From its address to that of the next row, the code is of this line; none behind the end of a sequence.
struct line_row {
    uint64_t address;
    uint64_t file;
    uint64_t line;
    bool end;
};

#ifdef __cplusplus
extern "C" {
#endif

/// The unit at an offset; false if none is there.
bool line_unit_at(const struct line_sections* sections, size_t offset, struct line_unit* unit);

/// The rows of the unit, one after the other.
bool line_next_row(struct line_unit* unit, struct line_row* row);

/// The names of a list, one after the other.
bool line_next_name(struct line_names* names, struct line_name* name);

#ifdef __cplusplus
}
#endif
