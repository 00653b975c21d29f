// SPDX-License-Identifier: BSL-1.0
//
// Tables of functions and references. They belong to one instance, that is to one thread.
#include "engine.h"

// Signals are blocked around the C library's functions: a handler of the guest is found through the table, may grow it
// itself, and may jump out.
static void* allocate(size_t count, size_t size) {
    const uint64_t mask = signals_block();
    void* elements = calloc(count ? count : 1, size);
    signals_restore(mask);
    if (!elements) host_fail("not enough memory for a table of the module");
    return elements;
}

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t elements, uint32_t max_elements) {
    table->data = allocate(elements, sizeof *table->data);
    table->size = elements;
    table->max_size = max_elements;
}

void wasm_rt_allocate_externref_table(wasm_rt_externref_table_t* table, uint32_t elements, uint32_t max_elements) {
    table->data = allocate(elements, sizeof *table->data);
    table->size = elements;
    table->max_size = max_elements;
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table) { free(table->data); }

void wasm_rt_free_externref_table(wasm_rt_externref_table_t* table) { free(table->data); }

#define DEFINE_GROW(kind)                                                                                            \
    uint32_t wasm_rt_grow_##kind##_table(wasm_rt_##kind##_table_t* table, uint32_t delta, wasm_rt_##kind##_t init) { \
        const uint64_t mask = signals_block();                                                                       \
        const uint32_t old = table->size;                                                                            \
        const uint64_t size = (uint64_t)old + delta;                                                                 \
        void* data = size <= table->max_size ? realloc(table->data, size ? size * sizeof init : 1) : NULL;           \
        if (data) {                                                                                                  \
            table->data = data;                                                                                      \
            for (uint64_t i = old; i < size; ++i) table->data[i] = init;                                             \
            table->size = (uint32_t)size;                                                                            \
        }                                                                                                            \
        signals_restore(mask);                                                                                       \
        return data ? old : UINT32_MAX;                                                                              \
    }

DEFINE_GROW(funcref)
DEFINE_GROW(externref)
