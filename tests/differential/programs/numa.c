// SPDX-License-Identifier: BSL-1.0
// Placing memory on nodes.
#include <sys/mman.h>

#include "call.h"

DECLARE(set_mempolicy, int, const unsigned long*, unsigned long);
DECLARE(get_mempolicy, int*, unsigned long*, unsigned long, void*, unsigned long);
DECLARE(mbind, void*, unsigned long, unsigned long, const unsigned long*, unsigned long, unsigned);
DECLARE(set_mempolicy_home_node, void*, unsigned long, unsigned long, unsigned long);
DECLARE(migrate_pages, int, unsigned long, const unsigned long*, const unsigned long*);

int main(void) {
    const unsigned long first = 1, none = 0;
    TRY(set_mempolicy, 0, NULL, 0);
    TRY(set_mempolicy, 2 /* BIND */, &first, 64);
    TRY(set_mempolicy, 2, &none, 64);
    TRY(set_mempolicy, 2, BAD, 64);
    TRY(set_mempolicy, 99, &first, 64);
    TRY(set_mempolicy, 0, &first, 64);
    TRY(set_mempolicy, 0, NULL, 0);
    TRY(migrate_pages, 0, 64, &first, &first);
    TRY(migrate_pages, 0, 64, &first, &none);
    TRY(migrate_pages, 0, 64, BAD, &first);
    TRY(migrate_pages, 1 << 30, 64, &first, &first);

    int mode = -1;
    unsigned long nodes[16];
    memset(nodes, 0, sizeof nodes);
    TRY(get_mempolicy, &mode, nodes, 1024, NULL, 0);
    SHOW(mode);
    SHOW(nodes[0]);
    TRY(get_mempolicy, NULL, nodes, 1024, NULL, 4 /* MEMS_ALLOWED */);
    SHOW(nodes[0] & 1);
    char* page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    TRY(mbind, page, 4096, 2, &first, 64, 0);
    TRY(get_mempolicy, &mode, nodes, 1024, page, 2 /* ADDR */);
    SHOW(mode);
    SHOW(nodes[0]);
    TRY(get_mempolicy, &mode, NULL, 0, page, 3 /* ADDR and NODE */);
    SHOW(mode);
    TRY(set_mempolicy_home_node, page, 4096, 0, 0);
    TRY(set_mempolicy_home_node, page, 4096, 0, 1);
    TRY(set_mempolicy_home_node, page, 4096, 5000, 0);
    TRY(set_mempolicy_home_node, page + 1, 4096, 0, 0);
    TRY(get_mempolicy, BAD, NULL, 0, NULL, 0);
    TRY(get_mempolicy, NULL, BAD, 1024, NULL, 0);
    TRY(get_mempolicy, &mode, NULL, 0, NULL, 99);
    TRY(get_mempolicy, &mode, NULL, 0, BAD, 2);
    TRY(mbind, page + 1, 4096, 2, &first, 64, 0);
    TRY(mbind, page, 4096, 99, &first, 64, 0);
    TRY(mbind, page, 4096, 2, &none, 64, 0);
    TRY(mbind, page, 4096, 2, BAD, 64, 0);
    TRY(mbind, page, 4096, 2, &first, 64, 0x80);
    munmap(page + 4096, 4096);
    TRY(mbind, page, 8192, 2, &first, 64, 0);
    // Beyond the program's memory, and where nothing is.
    TRY(mbind, page, 1UL << 44, 0, NULL, 0, 2 /* MOVE */);
    TRY(mbind, page, 6UL << 30, 2, &first, 64, 0);
    TRY(mbind, page + 4096, 4096, 0, NULL, 0, 0);
    TRY(mbind, page + 4096, 4096, 2, &first, 64, 0);
    TRY(mbind, page, 0, 2, &first, 64, 0);
    TRY(set_mempolicy_home_node, page + 4096, 4096, 0, 0);
    TRY(set_mempolicy_home_node, page, 0, 0, 0);
    return 0;
}
