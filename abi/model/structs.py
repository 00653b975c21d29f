# SPDX-License-Identifier: BSL-1.0
"""Structures, and how their fields lie with pointers of 64 and of 32 bits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .data import check_keys, evidence, failure, family, get
from .scalars import Scalar

FILLERS = ("pad", "unused", "spare", "reserved")  # fields whose name begins so hold nothing
WORDS = ("ptr", "uintptr_t", "size_t")  # fields as wide as a pointer


@dataclass(frozen=True)
class Field:
    name: str
    type: str  # scalar, struct or one of WORDS
    count: int | None  # array length
    offset: int
    size: int  # of the whole field


@dataclass(frozen=True)
class Layout:
    size: int
    align: int
    packed: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Struct:
    name: str
    family: str
    brief: str
    native: Layout
    wasm32: Layout
    headers: tuple[str, ...]  # where C declares it; none when `unchecked` says why
    unchecked: str | None
    since: str | None
    c_name: str  # its spelling in C
    c_fields: dict[str, str]  # our name of a field: C's, or "" when C has none
    isas: tuple[str, ...]  # where the kernel lays it out so; none: everywhere

    @property
    def same_layout(self) -> bool:
        return self.native == self.wasm32


def structs_from(rows: dict[str, tuple[str, dict]], scalars: dict[str, Scalar]) -> dict[str, Struct]:
    """The structures in an order in which each comes after those that it holds."""
    done: dict[str, Struct] = {}
    open_names: list[str] = []

    def visit(name: str) -> None:
        where, row = rows[name]
        if name in done:
            return
        if name in open_names:
            raise failure(where, name, "holds itself")
        open_names.append(name)
        for text in [*row.get("fields", []), *row.get("wasm32", {}).get("fields", [])]:
            inner = str(text).split(" ")[0]
            if inner in rows:
                visit(inner)
        open_names.pop()
        done[name] = _struct(where, name, row, scalars, done)

    for name in rows:
        visit(name)
    return done


def _struct(where: str, name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Struct:
    check_keys(where, name, row, {"brief", "size", "align", "fields", "packed", "wasm32", "header", "unchecked",
                                   "since", "c_name", "c_fields", "isas"})
    headers, unchecked = evidence(where, name, row)
    if not isinstance(unchecked, str | None):
        raise failure(where, name, "`unchecked` must be the reason for the whole structure")
    fields = get(where, name, row, "fields", list)
    size, align = get(where, name, row, "size", int), get(where, name, row, "align", int)
    packed = row.get("packed", False)
    native = _layout(where, name, fields, packed, 8, scalars, {n: s.native for n, s in structs.items()}, size, align)
    wasm = row.get("wasm32", {})
    check_keys(where, f"{name}.wasm32", wasm, {"size", "align", "fields", "packed"})
    wasm32 = _layout(where, name, wasm.get("fields", fields), wasm.get("packed", packed), 4, scalars,
                     {n: s.wasm32 for n, s in structs.items()}, wasm.get("size", size), wasm.get("align", align))
    _check_forms(where, name, native, wasm32)
    c_fields = row.get("c_fields", {})
    known = {f.name for f in native.fields}
    for ours in c_fields:
        if ours not in known:
            raise failure(where, name, f"`c_fields` has `{ours}`, which is no field")
    return Struct(name, family(where), get(where, name, row, "brief", str), native, wasm32, headers, unchecked,
                  row.get("since"), row.get("c_name", f"struct {name}"), c_fields, tuple(row.get("isas", ())))


def _check_forms(where: str, name: str, native: Layout, wasm32: Layout) -> None:
    """Both forms hold the same fields, apart from filler: the conversion goes by their names."""
    forms = [{f.name: f for f in layout.fields if not f.name.startswith(FILLERS)} for layout in (native, wasm32)]
    for field in forms[0].keys() ^ forms[1].keys():
        raise failure(where, name, f"`{field}` is in one of the two forms only")
    for field, other in ((forms[0][n], forms[1][n]) for n in forms[0]):
        if field.count != other.count:
            raise failure(where, name, f"`{field.name}` has another length in wasm32")


def _layout(file: str, name: str, texts: list[str], packed: bool, pointer: int, scalars: dict[str, Scalar],
            structs: dict[str, Layout], size: int, align: int) -> Layout:
    """Lays the fields out by C's rules and compares with the size and alignment that the row declares."""
    where = f"{name} with {pointer * 8}-bit pointers"
    fields: list[Field] = []
    offset, widest = 0, 1
    for text in texts:
        match = re.fullmatch(r"(\w+(?: \w+)*?) (\w+)(?:\[(\d+)\])?", text)
        if not match:
            raise failure(file, name, f'field "{text}" must read "TYPE NAME" or "TYPE NAME[COUNT]"')
        type_name, field_name, count = match[1], match[2], int(match[3]) if match[3] else None
        if type_name in WORDS:
            one, field_align = pointer, pointer
        elif type_name in scalars:
            one = field_align = scalars[type_name].size
        elif type_name in structs:
            one, field_align = structs[type_name].size, structs[type_name].align
        else:
            raise failure(file, name, f"field `{field_name}` has the unknown type `{type_name}`")
        field_align = 1 if packed else field_align
        if offset % field_align:
            raise failure(file, where, f"`{field_name}` would need padding before it; write the padding out")
        fields.append(Field(field_name, type_name, count, offset, one * (count or 1)))
        offset += one * (count or 1)
        widest = max(widest, field_align)
    if (offset, widest) != (size, align):
        raise failure(file, where,
                    f"size and align are {size} and {align}, but the fields make {offset} and {widest}")
    return Layout(size, align, packed, tuple(fields))
