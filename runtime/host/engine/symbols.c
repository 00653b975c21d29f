// SPDX-License-Identifier: BSL-1.0
//
// The name that a function has in the module, from this executable's own symbol table.
#include "symbols.h"

#include <elf.h>
#include <string.h>

#include "base/base.h"
#include "own_elf.h"

// The symbol with the greatest address not above that; NULL if there is none.
static const char* find_symbol(uint64_t address) {
    const struct dwarf_bytes table = own_section(".symtab");
    const struct dwarf_bytes names = own_section(".strtab");
    const Elf64_Sym* symbols = (const Elf64_Sym*)table.begin;
    for (size_t i = 0; i < table.size / sizeof *symbols; ++i)
        if (ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC && symbols[i].st_value <= address &&
            address - symbols[i].st_value < symbols[i].st_size && symbols[i].st_name < names.size)
            return (const char*)names.begin + symbols[i].st_name;
    return NULL;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Undoes the C writer's mangling: the prefix goes, 0xNN becomes the character.
static size_t demangle(char* to, size_t capacity, const char* from) {
    static const char prefix[] = "w2c_guest_";
    size_t length = 0;
    if (strncmp(from, prefix, sizeof prefix - 1) != 0) return 0;
    for (from += sizeof prefix - 1; *from && length < capacity; ++from) {
        const int high = from[0] == '0' && from[1] == 'x' ? hex_digit(from[2]) : -1;
        const int low = high >= 0 ? hex_digit(from[3]) : -1;
        if (low < 0) {
            to[length++] = *from;
        } else {
            const int c = high * 16 + low;
            to[length++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
            from += 3;
        }
    }
    return length;
}

size_t symbol_name(char* to, size_t capacity, uintptr_t instruction) {
    const char* symbol = find_symbol(own_address(instruction));
    if (!symbol) return 0;
    // The C writer gives the name to the export, which calls the function.
    return demangle(to, capacity, strcmp(symbol, "w2c_guest_0x5Fstart_0") == 0 ? "w2c_guest_0x5Fstart" : symbol);
}
