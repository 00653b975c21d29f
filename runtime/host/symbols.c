// SPDX-License-Identifier: BSL-1.0
//
// The name that a function has in the module, from this executable's own symbol table, which is read only now.
#include <elf.h>
#include <fcntl.h>
#include <string.h>

#include "host.h"

struct elf_view {
    const unsigned char* bytes;
    size_t size;
};

static struct elf_view map_self(void) {
    const struct elf_view none = {NULL, 0};
    const uint64_t fd = wali_syscall4(257, (uint64_t)-100L, (uint64_t)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
    if (failed(fd)) return none;
    const uint64_t size = wali_syscall3(8, fd, 0, 2 /* SEEK_END */);
    const uint64_t bytes =
        failed(size) ? size : wali_syscall6(9, 0, size, 1 /* PROT_READ */, 2 /* MAP_PRIVATE */, fd, 0);
    wali_syscall1(3, fd);
    if (failed(bytes)) return none;
    return (struct elf_view){(const unsigned char*)bytes, size};
}

extern const char __ehdr_start[] __attribute__((weak, visibility("hidden")));

// The symbol with the greatest address not above `offset` from the load address; NULL if there is none.
static const char* find_symbol(struct elf_view elf, uint64_t offset) {
    const Elf64_Ehdr* head = (const Elf64_Ehdr*)elf.bytes;
    if (elf.size < sizeof *head || head->e_shoff > elf.size ||
        head->e_shnum * sizeof(Elf64_Shdr) > elf.size - head->e_shoff)
        return NULL;
    const Elf64_Shdr* sections = (const Elf64_Shdr*)(elf.bytes + head->e_shoff);
    for (size_t i = 0; i < head->e_shnum; ++i) {
        if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= head->e_shnum) continue;
        const Elf64_Sym* symbols = (const Elf64_Sym*)(elf.bytes + sections[i].sh_offset);
        const char* names = (const char*)(elf.bytes + sections[sections[i].sh_link].sh_offset);
        for (size_t k = 0; k < sections[i].sh_size / sizeof *symbols; ++k) {
            const Elf64_Sym* symbol = &symbols[k];
            if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_value <= offset &&
                offset - symbol->st_value < symbol->st_size)
                return names + symbol->st_name;
        }
    }
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
    static struct elf_view elf;
    if (!elf.bytes) elf = map_self();
    if (!elf.bytes || !__ehdr_start) return 0;
    const char* symbol = find_symbol(elf, instruction - (uintptr_t)__ehdr_start);
    if (!symbol) return 0;
    // The C writer gives the name to the export, which calls the function.
    return demangle(to, capacity, strcmp(symbol, "w2c_guest_0x5Fstart_0") == 0 ? "w2c_guest_0x5Fstart" : symbol);
}
