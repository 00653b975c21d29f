// SPDX-License-Identifier: BSL-1.0
#include "line_table.h"

enum { NAME_PATH = 1, NAME_FOLDER = 2 };  // DW_LNCT_path, DW_LNCT_directory_index

enum {
    FORM_BLOCK = 0x09,
    FORM_DATA1 = 0x0b,
    FORM_DATA2 = 0x05,
    FORM_DATA4 = 0x06,
    FORM_DATA8 = 0x07,
    FORM_DATA16 = 0x1e,
    FORM_STRING = 0x08,
    FORM_STRP = 0x0e,
    FORM_LINE_STRP = 0x1f,
    FORM_UDATA = 0x0f,
};

#define LONGEST_NAME 1024  // many entries may refer to one string

// --- names ---

static void read_value(struct line_names* names, uint64_t form, uint64_t* number, struct dwarf_bytes* text) {
    struct dwarf_cursor* cursor = &names->cursor;
    struct dwarf_cursor string;
    switch (form) {
        case FORM_STRING: *text = dwarf_string(cursor); break;
        case FORM_STRP:
        case FORM_LINE_STRP:
            string = dwarf_cursor_at(form == FORM_STRP ? names->sections.strings : names->sections.line_strings,
                                     dwarf_fixed(cursor, 4));
            if (dwarf_left(&string) > LONGEST_NAME) string.end = string.at + LONGEST_NAME;
            *text = dwarf_string(&string);
            break;
        case FORM_UDATA: *number = dwarf_unsigned(cursor); break;
        case FORM_DATA1: *number = dwarf_fixed(cursor, 1); break;
        case FORM_DATA2: *number = dwarf_fixed(cursor, 2); break;
        case FORM_DATA4: *number = dwarf_fixed(cursor, 4); break;
        case FORM_DATA8: *number = dwarf_fixed(cursor, 8); break;
        case FORM_DATA16: dwarf_skip(cursor, 16); break;
        case FORM_BLOCK: dwarf_skip(cursor, dwarf_unsigned(cursor)); break;
        default: cursor->at = cursor->end; break;
    }
}

// Each name takes at least one byte, so that there are not more of them than bytes.
bool line_next_name(struct line_names* names, struct line_name* name) {
    *name = (struct line_name){{NULL, 0}, 0};
    if (names->left == 0 || dwarf_left(&names->cursor) == 0) return false;
    --names->left;
    if (names->version >= 5) {
        const unsigned char* begin = names->cursor.at;
        for (struct dwarf_cursor format = names->format; dwarf_left(&format) > 0;) {
            const uint64_t what = dwarf_unsigned(&format);
            uint64_t number = 0;
            struct dwarf_bytes text = {NULL, 0};
            read_value(names, dwarf_unsigned(&format), &number, &text);
            if (what == NAME_PATH) name->text = text;
            if (what == NAME_FOLDER) name->folder = number;
        }
        return names->cursor.at != begin;
    }
    name->text = dwarf_string(&names->cursor);
    if (name->text.size == 0) return false;
    if (names->files) {
        name->folder = dwarf_unsigned(&names->cursor);
        dwarf_unsigned(&names->cursor);  // time
        dwarf_unsigned(&names->cursor);  // length
    }
    return true;
}

// Moves the cursor behind the list.
static struct line_names read_names(const struct line_sections* sections, struct dwarf_cursor* cursor, bool files,
                                    unsigned version) {
    struct line_names names = {.files = files, .version = version, .sections = *sections, .left = UINT64_MAX};
    if (version >= 5) {
        const uint64_t pairs = dwarf_fixed(cursor, 1);
        names.format.at = cursor->at;
        for (uint64_t i = 0; i < 2 * pairs; ++i) dwarf_unsigned(cursor);
        names.format.end = cursor->at;
        names.left = dwarf_unsigned(cursor);
    }
    names.cursor = *cursor;
    struct line_names all = names;
    struct line_name name;
    while (line_next_name(&all, &name)) continue;
    *cursor = all.cursor;
    return names;
}

// --- rows ---

static void begin_sequence(struct line_unit* unit) {
    unit->address = 0;
    unit->file = 1;
    unit->line = 1;
}

bool line_unit_at(const struct line_sections* sections, size_t offset, struct line_unit* unit) {
    struct dwarf_cursor cursor = dwarf_cursor_at(sections->line, offset);
    const uint64_t length = dwarf_fixed(&cursor, 4);
    if (length == 0 || length > dwarf_left(&cursor)) return false;  // so it is in the 64-bit format, too
    cursor.end = cursor.at + length;
    *unit = (struct line_unit){.next = (size_t)(cursor.end - sections->line.begin)};
    const unsigned version = (unsigned)dwarf_fixed(&cursor, 2);
    if (version < 2 || version > 5) return true;  // one without rows
    if (version >= 5) dwarf_skip(&cursor, 2);     // the sizes of an address and of a segment
    const uint64_t head = dwarf_fixed(&cursor, 4);
    struct dwarf_cursor program = cursor;
    dwarf_skip(&program, head);
    cursor.end = program.at;
    unit->step = (unsigned char)dwarf_fixed(&cursor, 1);
    if (version >= 4) dwarf_skip(&cursor, 1);  // operations of an instruction
    dwarf_skip(&cursor, 1);                    // whether rows begin statements
    unit->line_base = (signed char)dwarf_fixed(&cursor, 1);
    unit->line_range = (unsigned char)dwarf_fixed(&cursor, 1);
    unit->opcode_base = (unsigned)dwarf_fixed(&cursor, 1);
    if (unit->line_range == 0 || unit->opcode_base == 0) return true;
    unit->operands = cursor;
    dwarf_skip(&cursor, unit->opcode_base - 1);
    unit->operands.end = cursor.at;
    unit->folders = read_names(sections, &cursor, false, version);
    unit->files = read_names(sections, &cursor, true, version);
    unit->first = version >= 5 ? 0 : 1;
    unit->program = program;
    begin_sequence(unit);
    return true;
}

static void advance(struct line_unit* unit, unsigned adjusted_opcode) {
    unit->address += (uint64_t)(adjusted_opcode / unit->line_range) * unit->step;
}

// Returns whether it ends a sequence.
static bool extended(struct line_unit* unit) {
    const uint64_t length = dwarf_unsigned(&unit->program);
    struct dwarf_cursor operand = unit->program;
    dwarf_skip(&unit->program, length);
    operand.end = unit->program.at;
    switch (dwarf_fixed(&operand, 1)) {
        case 1: return true;
        case 2: unit->address = dwarf_fixed(&operand, dwarf_left(&operand)); return false;
        default: return false;
    }
}

static void skip_operands(struct line_unit* unit, unsigned opcode) {
    struct dwarf_cursor operands = unit->operands;
    dwarf_skip(&operands, opcode - 1);
    for (uint64_t i = dwarf_fixed(&operands, 1); i > 0; --i) dwarf_unsigned(&unit->program);
}

bool line_next_row(struct line_unit* unit, struct line_row* row) {
    while (dwarf_left(&unit->program) > 0) {
        const unsigned opcode = (unsigned)dwarf_fixed(&unit->program, 1);
        bool emits = false;
        bool ends = false;
        if (opcode >= unit->opcode_base) {
            const unsigned adjusted = opcode - unit->opcode_base;
            advance(unit, adjusted);
            unit->line += (uint64_t)(unit->line_base + (int)(adjusted % unit->line_range));
            emits = true;
        } else {
            switch (opcode) {
                case 0: ends = extended(unit); break;
                case 1: emits = true; break;
                case 2: unit->address += dwarf_unsigned(&unit->program) * unit->step; break;
                case 3: unit->line += (uint64_t)dwarf_signed(&unit->program); break;
                case 4: unit->file = dwarf_unsigned(&unit->program); break;
                case 8: advance(unit, 255 - unit->opcode_base); break;
                case 9: unit->address += dwarf_fixed(&unit->program, 2); break;
                default: skip_operands(unit, opcode); break;
            }
        }
        if (!emits && !ends) continue;
        *row = (struct line_row){unit->address, unit->file, unit->line, ends};
        if (ends) begin_sequence(unit);
        return true;
    }
    return false;
}
