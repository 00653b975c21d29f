// SPDX-License-Identifier: BSL-1.0
#include "own_elf.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>

#include "base/base.h"

static struct dwarf_bytes map_self(void) {
    const struct dwarf_bytes none = {NULL, 0};
    const uint64_t fd =
        wali_syscall4(NR_openat, (uint64_t)WALI_AT_FDCWD, (uint64_t)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
    if (failed(fd)) return none;
    const uint64_t size = wali_syscall3(NR_lseek, fd, 0, WALI_SEEK_END);
    const uint64_t bytes =
        failed(size) ? size : wali_syscall6(NR_mmap, 0, size, WALI_PROT_READ, WALI_MAP_PRIVATE, fd, 0);
    wali_syscall1(NR_close, fd);
    if (failed(bytes)) return none;
    return (struct dwarf_bytes){(const unsigned char*)bytes, size};
}

static struct dwarf_bytes part(struct dwarf_bytes elf, uint64_t offset, uint64_t size) {
    if (offset > elf.size || size > elf.size - offset) return (struct dwarf_bytes){NULL, 0};
    return (struct dwarf_bytes){elf.begin + offset, size};
}

struct dwarf_bytes own_section(const char* name) {
    static struct dwarf_bytes elf;
    const struct dwarf_bytes none = {NULL, 0};
    if (!elf.begin) elf = map_self();
    const Elf64_Ehdr* head = (const Elf64_Ehdr*)elf.begin;
    if (elf.size < sizeof *head) return none;
    const struct dwarf_bytes table = part(elf, head->e_shoff, head->e_shnum * sizeof(Elf64_Shdr));
    const Elf64_Shdr* sections = (const Elf64_Shdr*)table.begin;
    if (!sections || head->e_shstrndx >= head->e_shnum) return none;
    const Elf64_Shdr* strings = &sections[head->e_shstrndx];
    const struct dwarf_bytes names = part(elf, strings->sh_offset, strings->sh_size);
    for (size_t i = 0; i < head->e_shnum; ++i)
        if (sections[i].sh_name < names.size && strcmp((const char*)names.begin + sections[i].sh_name, name) == 0)
            return part(elf, sections[i].sh_offset, sections[i].sh_size);
    return none;
}

extern const char __ehdr_start[] __attribute__((weak, visibility("hidden")));

uint64_t own_address(uintptr_t address) { return address - (uintptr_t)__ehdr_start; }
