// SPDX-License-Identifier: BSL-1.0
// For pointers_test: each line that wali-check-pointers must name says which check finds it; no other line is named.
#include <stdint.h>

struct object {
    void* value;
};
typedef uint64_t key;
#define AS_POINTER(number) ((void*)(long)(number))

long keep(struct object* object, long number, key wide, int narrow);

long keep(struct object* object, long number, key wide, int narrow) {
    object->value = (void*)number;                           // long-in-pointer
    object->value = (void*)(wide + 1);                       // long-in-pointer
    object->value = AS_POINTER(narrow);                      // widened, then as it was
    object->value = (void*)(uintptr_t)number;                // cut by the program itself
    object->value = (void*)1L;                               // a constant
    object->value = (void*)-1L;                              // a constant
    object->value = (void*)((unsigned long)object & ~15UL);  // was a pointer: pointer-read-as-long
    object->value = (void*)(narrow + (long)object);          // was a pointer: pointer-read-as-long
    *(long*)&object->value = number;                         // pointer-as-long
    return (long)object->value + number;                     // pointer-read-as-long
}
