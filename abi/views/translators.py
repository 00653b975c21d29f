# SPDX-License-Identifier: BSL-1.0
"""The host's view of structures whose layout differs in wasm32: both forms in C, and the conversion between them."""

from model import FILLERS, Abi, Layout, Struct

from views._text import mark

INTEGERS = {1: "uint8_t", 2: "uint16_t", 4: "uint32_t", 8: "uint64_t"}
HEAD = """//
// Structures that lie differently in wasm32 and natively: because they hold pointers or sizes. A handler copies the
// guest's form once (guest_read), converts it, and gives the kernel the native form. Converting a pointer only moves it
// into the reservation; what it points to is the handler's business. Numbers are zero-extended, filler is zero.
#pragma once

#include <string.h>

#include "wali_syscall.h"
"""


def render(abi: Abi) -> dict[str, str]:
    parts = [mark("//", "abi/structs/"), HEAD]
    for struct in abi.structs.values():
        if not struct.same_layout:
            parts += [_definition(abi, struct, "guest", struct.wasm32),
                      _definition(abi, struct, "native", struct.native),
                      _conversion(abi, struct, "native", "guest"), _conversion(abi, struct, "guest", "native")]
    return {"runtime/generated/structs.h": "".join(parts)}


def _definition(abi: Abi, struct: Struct, side: str, layout: Layout) -> str:
    name = f"wali_{side}_{struct.name}"
    packed = " __attribute__((packed))" if layout.packed else ""
    lines = [f"\n// {struct.brief}, as {'the guest' if side == 'guest' else 'the kernel'} has it.", f"struct {name} {{"]
    for f in layout.fields:
        count = f.count or 1
        inner = abi.structs.get(f.type)
        if inner and not inner.same_layout:
            spelling = f"struct wali_{side}_{f.type} {f.name}"
        elif inner:  # the same on both sides: bytes, aligned as it must be
            align = 1 if layout.packed else inner.native.align
            spelling = f"{INTEGERS[align]} {f.name}"
            count *= inner.native.size // align
        else:
            spelling = f"{INTEGERS[f.size // count]} {f.name}"
        lines.append(f"    {spelling}{f'[{count}]' if count > 1 or f.count else ''};")
    lines.append(f"}}{packed};")
    lines.append(f"_Static_assert(sizeof(struct {name}) == {layout.size} && _Alignof(struct {name}) == {layout.align}, "
                 f'"{struct.name}");')
    lines += [f'_Static_assert(offsetof(struct {name}, {f.name}) == {f.offset}, "{struct.name}.{f.name}");'
              for f in layout.fields]
    return "\n".join(lines) + "\n"


def _conversion(abi: Abi, struct: Struct, to: str, source: str) -> str:
    target = struct.native if to == "native" else struct.wasm32
    fields = {f.name: f for f in (struct.wasm32 if to == "native" else struct.native).fields}
    lines = [f"\nWALI_INLINE void wali_{struct.name}_to_{to}(struct wali_{to}_{struct.name}* to, "
             f"const struct wali_{source}_{struct.name}* from) {{", "    memset(to, 0, sizeof *to);"]
    for f in target.fields:
        if f.name.startswith(FILLERS) or f.name not in fields:
            continue
        other = fields[f.name]
        inner = abi.structs.get(f.type)
        if inner and not inner.same_layout:
            if f.count:
                lines.append(f"    for (size_t i = 0; i < {f.count}; ++i) "
                             f"wali_{f.type}_to_{to}(&to->{f.name}[i], &from->{f.name}[i]);")
            else:
                lines.append(f"    wali_{f.type}_to_{to}(&to->{f.name}, &from->{f.name});")
        elif f.size == other.size and (inner or f.count):
            lines.append(f"    memcpy(&to->{f.name}, &from->{f.name}, sizeof to->{f.name});")
        elif f.count:
            lines.append(f"    for (size_t i = 0; i < {f.count}; ++i) to->{f.name}[i] = "
                         f"{_value(f, f'from->{f.name}[i]', to)};")
        else:
            lines.append(f"    to->{f.name} = {_value(f, f'from->{f.name}', to)};")
    lines.append("}")
    return "\n".join(lines) + "\n"


def _value(field, value: str, to: str) -> str:
    if field.type == "ptr":  # a handler refuses what does not fit 32 bits before
        return f"wali_pointer((uint32_t){value})" if to == "native" else f"wali_address({value})"
    return f"({INTEGERS[field.size // (field.count or 1)]}){value}"
