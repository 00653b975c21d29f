// SPDX-License-Identifier: BSL-1.0
#include "files.h"

void path_read(struct guest_path* path, uint32_t address) {
    const bool readable = guest_read_string(path->text, address, PATH_SIZE) == 0;
    path->native = readable ? (uint64_t)path->text : address == 0 ? 0 : UNMAPPED_POINTER;
    if (!readable) path->text[0] = '\0';
}
