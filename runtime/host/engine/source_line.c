// SPDX-License-Identifier: BSL-1.0
//
// Where in the guest's source an instruction comes from. Generated C names the guest's files in #line directives
// (aot/source_lines.h), so that the line tables of this executable have them. An access to memory is an inlined
// function of a header, whose own line says nothing: its call is looked up in .debug_info, DWARF 4.
#include "source_line.h"

#include <string.h>

#include "dwarf/guest_file.h"
#include "dwarf/line_table.h"
#include "own_elf.h"

// --- names of files ---

static struct line_sections line_sections(void) {
    return (struct line_sections){own_section(".debug_line"), own_section(".debug_line_str"),
                                  own_section(".debug_str")};
}

static struct dwarf_bytes name_at(struct line_names names, uint64_t number, uint64_t* folder) {
    struct line_name name = {{NULL, 0}, 0};
    do
        if (!line_next_name(&names, &name)) return (struct dwarf_bytes){NULL, 0};
    while (number-- > 0);
    *folder = name.folder;
    return name.text;
}

static bool append(struct source_line* place, struct dwarf_bytes text) {
    if (text.size > sizeof place->file - place->length) return false;
    memcpy(place->file + place->length, text.begin, text.size);
    place->length += text.size;
    return true;
}

// False if it is no line of the guest.
static bool set(struct source_line* place, const struct line_unit* unit, uint64_t file, uint64_t line) {
    static const struct dwarf_bytes slash = {(const unsigned char*)"/", 1};
    static const char prefix[] = GUEST_FILE;
    struct source_line found = {.line = line};
    uint64_t folder = 0;
    uint64_t none;
    const struct dwarf_bytes name = name_at(unit->files, file - unit->first, &folder);
    if (line == 0) return false;
    if (folder != 0 && (!append(&found, name_at(unit->folders, folder - unit->first, &none)) || !append(&found, slash)))
        return false;
    if (!append(&found, name) || found.length < sizeof prefix || memcmp(found.file, prefix, sizeof prefix - 1) != 0)
        return false;
    found.length -= sizeof prefix - 1;
    memmove(found.file, found.file + sizeof prefix - 1, found.length);
    *place = found;
    return true;
}

// --- .debug_line ---

// The row of an address, and its unit.
static bool find_row(uint64_t address, struct line_unit* unit, struct line_row* row) {
    const struct line_sections sections = line_sections();
    for (size_t offset = 0; line_unit_at(&sections, offset, unit); offset = unit->next) {
        struct line_row next;
        for (bool inside = false; line_next_row(unit, &next); inside = !next.end) {
            if (inside && row->address <= address && address < next.address) return true;
            *row = next;
        }
    }
    return false;
}

// --- .debug_info ---

enum { TAG_INLINED_SUBROUTINE = 0x1d };

enum {
    AT_STMT_LIST = 0x10,
    AT_LOW_PC = 0x11,
    AT_HIGH_PC = 0x12,
    AT_RANGES = 0x55,
    AT_CALL_FILE = 0x58,
    AT_CALL_LINE = 0x59,
};

enum {
    FORM_ADDR = 0x01,
    FORM_DATA2 = 0x05,
    FORM_DATA4 = 0x06,
    FORM_DATA8 = 0x07,
    FORM_STRING = 0x08,
    FORM_DATA1 = 0x0b,
    FORM_SDATA = 0x0d,
    FORM_STRP = 0x0e,
    FORM_UDATA = 0x0f,
    FORM_REF4 = 0x13,
    FORM_SEC_OFFSET = 0x17,
    FORM_EXPRLOC = 0x18,
    FORM_FLAG_PRESENT = 0x19,
};

#define NONE UINT64_MAX

struct entry {
    uint64_t tag;
    uint64_t low;
    uint64_t high;
    uint64_t ranges;
    uint64_t line_table;
    uint64_t call_file;
    uint64_t call_line;
};

static uint64_t read_value(struct dwarf_cursor* cursor, uint64_t form) {
    switch (form) {
        case FORM_DATA1: return dwarf_fixed(cursor, 1);
        case FORM_DATA2: return dwarf_fixed(cursor, 2);
        case FORM_DATA4:
        case FORM_STRP:
        case FORM_REF4:
        case FORM_SEC_OFFSET: return dwarf_fixed(cursor, 4);
        case FORM_ADDR:
        case FORM_DATA8: return dwarf_fixed(cursor, 8);
        case FORM_SDATA: return (uint64_t)dwarf_signed(cursor);
        case FORM_UDATA: return dwarf_unsigned(cursor);
        case FORM_STRING: dwarf_string(cursor); return 0;
        case FORM_EXPRLOC: dwarf_skip(cursor, dwarf_unsigned(cursor)); return 0;
        case FORM_FLAG_PRESENT: return 1;
        default: cursor->at = cursor->end; return 0;
    }
}

// Moves the cursor to the attributes of an abbreviation.
static bool find_abbreviation(struct dwarf_cursor* cursor, uint64_t code, uint64_t* tag) {
    while (dwarf_left(cursor) > 0) {
        const uint64_t found = dwarf_unsigned(cursor);
        if (found == 0) return false;
        *tag = dwarf_unsigned(cursor);
        dwarf_skip(cursor, 1);  // whether it has children
        if (found == code) return true;
        for (uint64_t attribute = 1; attribute != 0 && dwarf_left(cursor) > 0;) {
            attribute = dwarf_unsigned(cursor);
            dwarf_unsigned(cursor);
        }
    }
    return false;
}

// The next one of a unit, whatever its depth.
static bool next_entry(struct dwarf_cursor* cursor, struct dwarf_cursor abbreviations, struct entry* entry) {
    *entry = (struct entry){.ranges = NONE};
    uint64_t code = 0;
    while (code == 0 && dwarf_left(cursor) > 0) code = dwarf_unsigned(cursor);
    if (code == 0 || !find_abbreviation(&abbreviations, code, &entry->tag)) return false;
    while (dwarf_left(&abbreviations) > 0) {
        const uint64_t attribute = dwarf_unsigned(&abbreviations);
        const uint64_t form = dwarf_unsigned(&abbreviations);
        if (attribute == 0) break;
        const uint64_t value = read_value(cursor, form);
        switch (attribute) {
            case AT_STMT_LIST: entry->line_table = value; break;
            case AT_LOW_PC: entry->low = value; break;
            case AT_HIGH_PC: entry->high = form == FORM_ADDR ? value : entry->low + value; break;
            case AT_RANGES: entry->ranges = value; break;
            case AT_CALL_FILE: entry->call_file = value; break;
            case AT_CALL_LINE: entry->call_line = value; break;
            default: break;
        }
    }
    return true;
}

static bool covers(const struct entry* entry, uint64_t base, uint64_t address) {
    if (entry->ranges == NONE) return entry->low <= address && address < entry->high;
    struct dwarf_cursor ranges = dwarf_cursor_at(own_section(".debug_ranges"), entry->ranges);
    for (;;) {
        const uint64_t low = dwarf_fixed(&ranges, 8);
        const uint64_t high = dwarf_fixed(&ranges, 8);
        if (low == 0 && high == 0) return false;
        if (low == UINT64_MAX)
            base = high;
        else if (base + low <= address && address < base + high)
            return true;
    }
}

// The innermost call around an address, of a function that was inlined, in a file of the guest.
static bool find_call(uint64_t address, struct source_line* place) {
    const struct line_sections sections = line_sections();
    const struct dwarf_bytes info = own_section(".debug_info");
    const struct dwarf_bytes abbreviations = own_section(".debug_abbrev");
    for (struct dwarf_cursor units = dwarf_cursor_at(info, 0); dwarf_left(&units) > 0;) {
        struct dwarf_cursor unit = units;
        const uint64_t size = dwarf_fixed(&unit, 4);
        units = unit;
        dwarf_skip(&units, size);
        unit.end = units.at;
        dwarf_skip(&unit, 2);  // version
        const struct dwarf_cursor table = dwarf_cursor_at(abbreviations, dwarf_fixed(&unit, 4));
        dwarf_skip(&unit, 1);  // the size of an address
        struct entry whole;
        struct line_unit lines;
        if (!next_entry(&unit, table, &whole) || !covers(&whole, whole.low, address) ||
            !line_unit_at(&sections, whole.line_table, &lines))
            continue;
        bool found = false;  // entries follow those that they are in
        for (struct entry entry; next_entry(&unit, table, &entry);)
            if (entry.tag == TAG_INLINED_SUBROUTINE && covers(&entry, whole.low, address) &&
                set(place, &lines, entry.call_file, entry.call_line))
                found = true;
        return found;
    }
    return false;
}

bool source_line_of(uintptr_t instruction, struct source_line* place) {
    const uint64_t address = own_address(instruction);
    struct line_unit unit;
    struct line_row row;
    if (!find_row(address, &unit, &row)) return false;
    return set(place, &unit, row.file, row.line) || find_call(address, place);
}
