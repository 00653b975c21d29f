// SPDX-License-Identifier: BSL-1.0
//
// Tables of functions and references. They belong to one instance, that is to one thread. A handler of the guest may
// grow a table in the midst of an instruction that copies or fills it. So an array never moves: it has room for all
// elements that the table may ever have, of which only those that are used take memory.
#include "engine.h"

#define MAX_ELEMENTS 10000000U  // as browsers have

static uint64_t bytes(uint32_t elements, size_t size) { return page_up((elements ? elements : 1) * (uint64_t)size); }

static void* allocate(uint32_t elements, size_t size) {
    const uint64_t at = map_own(bytes(elements, size));
    if (failed(at)) host_fail("not enough memory for a table of the module");
    return (void*)at;
}

static uint32_t room(uint32_t elements, uint32_t max_elements) {
    if (elements >= MAX_ELEMENTS) return elements;
    return max_elements < MAX_ELEMENTS ? max_elements : MAX_ELEMENTS;
}

#define DEFINE_TABLE(kind)                                                                                             \
    void wasm_rt_allocate_##kind##_table(wasm_rt_##kind##_table_t* table, uint32_t elements, uint32_t max_elements) {  \
        table->max_size = room(elements, max_elements);                                                                \
        table->data = allocate(table->max_size, sizeof *table->data);                                                  \
        table->size = elements;                                                                                        \
    }                                                                                                                  \
                                                                                                                       \
    void wasm_rt_free_##kind##_table(wasm_rt_##kind##_table_t* table) {                                                \
        if (table->data) wali_syscall2(NR_munmap, (uint64_t)table->data, bytes(table->max_size, sizeof *table->data)); \
    }                                                                                                                  \
                                                                                                                       \
    uint32_t wasm_rt_grow_##kind##_table(wasm_rt_##kind##_table_t* table, uint32_t delta, wasm_rt_##kind##_t init) {   \
        const uint64_t mask = signals_block();                                                                         \
        const uint32_t old = table->size;                                                                              \
        const bool fits = delta <= table->max_size - old;                                                              \
        for (uint32_t i = 0; fits && i < delta; ++i) table->data[old + i] = init;                                      \
        if (fits) table->size = old + delta;                                                                           \
        signals_restore(mask);                                                                                         \
        return fits ? old : UINT32_MAX;                                                                                \
    }

DEFINE_TABLE(funcref)
DEFINE_TABLE(externref)
