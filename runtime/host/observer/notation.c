// SPDX-License-Identifier: BSL-1.0
#include "notation.h"

#include <string.h>

#include "memory/memory.h"

#define MAX_BYTES 32       // of a buffer
#define MAX_STRING 160     // of a path
#define MAX_ELEMENTS 8     // of an array
#define MAX_STRUCTURE 512  // bytes

// --- what notations.h consists of ---

enum notation {
    SIGNED,
    UNSIGNED,
    HEX,
    OCTAL,
    FOLDER,    // a descriptor, or AT_FDCWD
    CONSTANT,  // of a group
    FLAGS,
    FLAGS_ONLY,  // without the name for none
    STRING,
    STRINGS,
    BYTES,
    SOCKET_ADDRESS,
    STRUCTURE,
};

struct value {
    uint8_t notation;
    uint16_t size;    // in bytes
    uint16_t of;      // the number of the group or structure
    uint16_t second;  // a group of flags besides: its number + 1
};

enum direction { BY_VALUE, IN, OUT };

struct parameter {
    struct value value;  // of a pointer: what it points to
    uint8_t direction;
    bool array;
    bool count_is_indirect;  // the parameter that counts points to the number
    bool count_is_bytes;
    bool result_counts;  // a call's result is how many it has filled
    uint8_t counted_by;  // the number of a parameter + 1; 0: `count`
    uint8_t plus;
    uint16_t divisor;
    uint16_t count;
};

struct constant {
    const char* name;
    uint64_t value;
    uint64_t mask;  // the bits that must be as in the value
};

struct group {
    const struct constant* constants;
    size_t count;
};

struct field {
    const char* name;
    uint16_t offset;
    uint16_t count;  // 0: no array
    struct value value;
};

struct structure {
    const struct field* fields;
    uint8_t count;
    bool has_more;
    uint16_t size;
};

struct call_notation {
    const char* name;
    uint8_t count;
    bool returns_address;
    bool plain;
    struct parameter parameters[6];
};

#include "notations.h"

const char* call_name(uint32_t call) { return calls[call].name; }

bool call_is_plain(uint32_t call) { return calls[call].plain; }

// --- text ---

void text_add_bytes(struct text* text, const char* bytes, size_t count) {
    const size_t room = (size_t)(text->end - text->at);
    if (count > room) count = room;
    memcpy(text->at, bytes, count);
    text->at += count;
}

void text_add(struct text* text, const char* more) { text_add_bytes(text, more, strlen(more)); }

// Inlined: dividing by a number that the compiler knows takes a fraction of the time.
WALI_INLINE void add_in_base(struct text* text, uint64_t number, unsigned base) {
    char digits[22];
    size_t first = sizeof digits;
    do digits[--first] = "0123456789abcdef"[number % base];
    while ((number /= base) != 0);
    text_add_bytes(text, digits + first, sizeof digits - first);
}

void text_add_number(struct text* text, uint64_t number) { add_in_base(text, number, 10); }

static void add_hex(struct text* text, uint64_t number) {
    text_add(text, "0x");
    add_in_base(text, number, 16);
}

static void add_signed(struct text* text, int64_t number) {
    if (number < 0) text_add(text, "-");
    text_add_number(text, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

// As in C: whatever bytes there are, it stays one line that a terminal does not obey.
static void add_quoted(struct text* text, const char* bytes, size_t count, bool has_more) {
    static const char names[] = "\aa\bb\tt\nn\vv\ff\rr\"\"\\\\";
    text_add(text, "\"");
    for (size_t i = 0; i < count; ++i) {
        const char* name = bytes[i] ? strchr(names, bytes[i]) : NULL;
        const bool is_name = name && (name - names) % 2 == 0;
        char escaped[4] = {'\\'};
        if (is_name) {
            escaped[1] = name[1];
            text_add_bytes(text, escaped, 2);
        } else if (bytes[i] >= ' ' && bytes[i] <= '~') {
            text_add_bytes(text, &bytes[i], 1);
        } else {
            for (unsigned digit = 0; digit < 3; ++digit)
                escaped[1 + digit] = (char)('0' + ((unsigned char)bytes[i] >> (6 - 3 * digit) & 7));
            text_add_bytes(text, escaped, sizeof escaped);
        }
    }
    text_add(text, has_more ? "\"..." : "\"");
}

// --- numbers ---

static const char* constant_name(const struct group* group, uint64_t value) {
    for (size_t i = 0; i < group->count; ++i)
        if (group->constants[i].value == value) return group->constants[i].name;
    return NULL;
}

static void add_separated(struct text* text, const char* name, bool* any) {
    if (*any) text_add(text, "|");
    text_add(text, name);
    *any = true;
}

// Those of the group's flags that are in `value`; returns the other bits.
static uint64_t add_flags(struct text* text, const struct group* group, uint64_t value, bool with_none, bool* any) {
    uint64_t left = value;
    for (size_t i = 0; i < group->count; ++i) {
        const struct constant* one = &group->constants[i];
        if (one->value == 0 && !with_none) continue;
        if (((one->value == 0 ? value : left) & one->mask) != one->value) continue;
        add_separated(text, one->name, any);
        left &= ~one->mask;
    }
    return left;
}

static void add_constants(struct text* text, const struct value* value, uint64_t number) {
    const struct group* group = &groups[value->of];
    bool any = false;
    uint64_t left = number;
    if (value->notation != CONSTANT) {
        left = add_flags(text, group, number, value->notation == FLAGS, &any);
    } else {
        const struct group* flags = value->second ? &groups[value->second - 1] : NULL;
        for (size_t i = 0; flags && i < flags->count; ++i)
            if ((left & flags->constants[i].mask) == flags->constants[i].value) left &= ~flags->constants[i].mask;
        const char* name = constant_name(group, left);
        if (name) add_separated(text, name, &any);
        if (flags && left != number) add_flags(text, flags, number & ~left, false, &any);
        if (name) return;
    }
    if (left == 0 && any) return;
    if (any) text_add(text, "|");
    if (value->notation != CONSTANT && left != 0)
        add_hex(text, left);
    else
        add_signed(text, value->size == 4 ? (int32_t)left : (int64_t)left);
}

static void add_number(struct text* text, const struct value* value, uint64_t number) {
    const int64_t as_signed = value->size == 8   ? (int64_t)number
                              : value->size == 4 ? (int32_t)number
                              : value->size == 2 ? (int16_t)number
                                                 : (int8_t)number;
    switch (value->notation) {
        case SIGNED: add_signed(text, as_signed); break;
        case HEX:
            if (number == 0)
                text_add(text, "0");
            else
                add_hex(text, number);
            break;
        case OCTAL:
            text_add(text, "0");
            if (number != 0) add_in_base(text, number, 8);
            break;
        case FOLDER:
            if (as_signed == WALI_AT_FDCWD)
                text_add(text, "AT_FDCWD");
            else
                add_signed(text, as_signed);
            break;
        case CONSTANT:
        case FLAGS:
        case FLAGS_ONLY: add_constants(text, value, number); break;
        default: text_add_number(text, number); break;
    }
}

// --- memory: read once, by copies that may fail ---

static void add_pointer(struct text* text, uint64_t pointer) {
    if (pointer == 0)
        text_add(text, "NULL");
    else
        add_hex(text, pointer);
}

static uint64_t number_at(const char* bytes, size_t size) {
    uint64_t number = 0;
    memcpy(&number, bytes, size < sizeof number ? size : sizeof number);
    return number;
}

static void add_structure(struct text* text, const struct structure* structure, const char* bytes);

static void add_element(struct text* text, const struct value* value, const char* bytes) {
    if (value->notation == STRUCTURE)
        add_structure(text, &structures[value->of], bytes);
    else
        add_number(text, value, number_at(bytes, value->size));
}

static void add_field(struct text* text, const struct field* field, const char* bytes) {
    text_add(text, field->name);
    text_add(text, "=");
    if (field->value.notation == BYTES) {
        const size_t shown = field->count < MAX_BYTES ? field->count : MAX_BYTES;
        add_quoted(text, bytes, strnlen(bytes, shown), shown < field->count && strnlen(bytes, shown) == shown);
        return;
    }
    if (field->count == 0) {
        add_element(text, &field->value, bytes);
        return;
    }
    text_add(text, "[");
    for (uint16_t i = 0; i < field->count && i < MAX_ELEMENTS; ++i) {
        if (i > 0) text_add(text, ", ");
        add_element(text, &field->value, bytes + i * field->value.size);
    }
    text_add(text, field->count > MAX_ELEMENTS ? ", ...]" : "]");
}

static void add_structure(struct text* text, const struct structure* structure, const char* bytes) {
    text_add(text, "{");
    for (uint8_t i = 0; i < structure->count; ++i) {
        if (i > 0) text_add(text, ", ");
        add_field(text, &structure->fields[i], bytes + structure->fields[i].offset);
    }
    text_add(text, structure->has_more ? ", ...}" : "}");
}

static void add_string(struct text* text, uint32_t address, size_t shown) {
    char string[MAX_STRING + 2];
    if (address == 0 || guest_read_string(string, address, shown + 1) != 0) {
        add_pointer(text, address);
        return;
    }
    const size_t length = strnlen(string, shown + 1);
    add_quoted(text, string, length < shown ? length : shown, length > shown);
}

static void add_strings(struct text* text, uint32_t address) {
    uint32_t strings[MAX_ELEMENTS + 1] = {0};
    uint32_t count = 0;
    do {
        const uint64_t at = address + count * sizeof *strings;
        if (at > UINT32_MAX || guest_read(&strings[count], (uint32_t)at, sizeof *strings) != 0) {
            add_pointer(text, address);
            return;
        }
    } while (strings[count] != 0 && ++count <= MAX_ELEMENTS);
    text_add(text, "[");
    for (uint32_t i = 0; i < count && i < MAX_ELEMENTS; ++i) {
        if (i > 0) text_add(text, ", ");
        add_string(text, strings[i], MAX_BYTES);
    }
    text_add(text, count > MAX_ELEMENTS ? ", ...]" : "]");
}

static void add_bytes(struct text* text, uint32_t address, uint64_t count) {
    char bytes[MAX_BYTES];
    const size_t shown = count < MAX_BYTES ? count : MAX_BYTES;
    if (guest_read(bytes, address, shown) != 0)
        add_pointer(text, address);
    else
        add_quoted(text, bytes, shown, shown < count);
}

// --- socket addresses ---

static void add_port(struct text* text, const char* bytes) {
    text_add(text, ":");
    text_add_number(text, (uint64_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1]);
}

static void add_ipv4(struct text* text, const char* address) {
    for (unsigned i = 4; i < 8; ++i) {
        text_add(text, i == 4 ? ", " : ".");
        text_add_number(text, (unsigned char)address[i]);
    }
    add_port(text, address + 2);
}

static void add_ipv6(struct text* text, const char* address) {
    text_add(text, ", [");
    for (unsigned i = 8; i < 24; i += 2) {
        if (i > 8) text_add(text, ":");
        add_in_base(text, (uint64_t)(unsigned char)address[i] << 8 | (unsigned char)address[i + 1], 16);
    }
    text_add(text, "]");
    add_port(text, address + 2);
}

static void add_unix(struct text* text, const char* address, size_t size) {
    const char* path = address + 2;
    const size_t length = size - 2;
    text_add(text, ", ");
    add_quoted(text, path, length > 0 && path[0] != '\0' ? strnlen(path, length) : length, false);
}

static void add_socket_address(struct text* text, uint32_t pointer, uint64_t size) {
    char address[sizeof(uint16_t) + 108];
    if (size > sizeof address) size = sizeof address;
    if (size < sizeof(uint16_t) || guest_read(address, pointer, size) != 0) {
        add_pointer(text, pointer);
        return;
    }
    const uint64_t family = number_at(address, sizeof(uint16_t));
    const char* name = constant_name(&groups[GROUP_AddressFamily], family);
    text_add(text, "{");
    if (name)
        text_add(text, name);
    else
        text_add_number(text, family);
    if (family == WALI_AF_INET && size >= 8)
        add_ipv4(text, address);
    else if (family == WALI_AF_INET6 && size >= 24)
        add_ipv6(text, address);
    else if (family == WALI_AF_UNIX)
        add_unix(text, address, size);
    text_add(text, "}");
}

// --- parameters ---

// How many elements lie where a pointer leads.
static uint64_t count_of(const struct parameter* parameter, const struct wali_call* call, uint64_t result) {
    if (!parameter->array) return 1;
    if (parameter->counted_by == 0) return parameter->count;
    uint64_t count = call->arguments[parameter->counted_by - 1];
    if (parameter->count_is_indirect) {
        uint32_t number;
        if (guest_read(&number, (uint32_t)count, sizeof number) != 0) return 0;
        count = number;
    }
    if (parameter->result_counts && result < count) count = result;
    if (parameter->divisor > 1) count = (count + parameter->divisor - 1) / parameter->divisor;
    count += parameter->plus;
    return parameter->count_is_bytes ? count / parameter->value.size : count;
}

static void add_array(struct text* text, const struct parameter* parameter, uint32_t address, uint64_t count) {
    const size_t size = parameter->value.size;
    const bool brackets = parameter->array || parameter->value.notation != STRUCTURE;
    char element[MAX_STRUCTURE];
    if (brackets) text_add(text, "[");
    for (uint64_t i = 0; i < count && i < MAX_ELEMENTS; ++i) {
        const uint64_t at = address + i * size;
        if (i > 0) text_add(text, ", ");
        if (at > UINT32_MAX || size > sizeof element || guest_read(element, (uint32_t)at, size) != 0) {
            add_pointer(text, at);
            break;
        }
        add_element(text, &parameter->value, element);
    }
    if (count > MAX_ELEMENTS) text_add(text, ", ...");
    if (brackets) text_add(text, "]");
}

static void add_pointed_to(struct text* text, const struct parameter* parameter, const struct wali_call* call,
                           uint32_t address, uint64_t result) {
    if (address == 0) {
        text_add(text, "NULL");
        return;
    }
    switch (parameter->value.notation) {
        case STRING: add_string(text, address, MAX_STRING); break;
        case STRINGS: add_strings(text, address); break;
        case BYTES: add_bytes(text, address, count_of(parameter, call, result)); break;
        case SOCKET_ADDRESS: add_socket_address(text, address, count_of(parameter, call, result)); break;
        default: add_array(text, parameter, address, count_of(parameter, call, result)); break;
    }
}

static void add_parameter(struct text* text, const struct wali_call* call, uint64_t result) {
    const struct parameter* parameter = &calls[call->number].parameters[call->next];
    const uint64_t argument = call->arguments[call->next];
    if (call->next > 0) text_add(text, ", ");
    if (parameter->direction == BY_VALUE)
        add_number(text, &parameter->value, argument);
    else if (parameter->direction == OUT && failed(result))
        add_pointer(text, argument);
    else
        add_pointed_to(text, parameter, call, (uint32_t)argument, result);
}

// --- calls ---

void text_add_call(struct text* text, struct wali_call* call) {
    const struct call_notation* notation = &calls[call->number];
    text_add(text, notation->name);
    text_add(text, "(");
    for (; call->next < notation->count && notation->parameters[call->next].direction != OUT; ++call->next)
        add_parameter(text, call, 0);
}

void text_add_rest(struct text* text, struct wali_call* call, uint64_t result) {
    for (; call->next < calls[call->number].count; ++call->next) add_parameter(text, call, result);
}

void text_add_result(struct text* text, const struct wali_call* call, uint64_t result) {
    text_add(text, ") = ");
    if (failed(result)) {
        const char* name = constant_name(&groups[GROUP_Errno], -result);
        text_add(text, "-1 ");
        if (name)
            text_add(text, name);
        else
            text_add_number(text, -result);
    } else if (calls[call->number].returns_address) {
        add_hex(text, result);
    } else {
        add_signed(text, (int64_t)result);
    }
}
