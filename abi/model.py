# SPDX-License-Identifier: BSL-1.0
"""The WALI ABI as objects: loads and validates abi/*.toml.

Every mistake in the data raises AbiError with the file and row that has it, so that the generator can say so in one
line.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ISAS = ("x86_64", "aarch64", "riscv64")
TIERS = ("spec", "named")
HOSTS = ("plain", "custom", "refuse")
DIRECTIONS = ("in", "out", "inout")


class AbiError(Exception):
    """A row of the data is wrong; the message names the file, the row and the reason."""


@dataclass(frozen=True)
class Scalar:
    name: str
    wasm: str  # "i32" or "i64"
    size: int  # bytes natively
    cpp: str  # spelling in the generated C++


@dataclass(frozen=True)
class Size:
    """How many elements a pointer parameter covers: a number, a parameter, or what a parameter points to."""

    count: int | None  # a fixed number of elements
    param: str | None  # or: the parameter that holds it
    indirect: bool  # that parameter points to it
    bytes: bool  # counts bytes instead of elements


@dataclass(frozen=True)
class Param:
    name: str
    type: str
    direction: str | None  # None: passed by value
    nullable: bool
    size: Size | None  # None for a value, or for exactly one element

    @property
    def pointer(self) -> bool:
        """Carries a guest address that the host translates and the kernel reads or writes through."""
        return self.direction is not None

    @property
    def address(self) -> bool:
        """An address-sized value that is not (or not always) read or written through."""
        return self.type == "address"


@dataclass(frozen=True)
class Syscall:
    name: str
    family: str
    brief: str
    man: str
    number: dict[str, int]
    aliases: tuple[str, ...]
    tier: str
    host: str
    params: tuple[Param, ...]
    wasm_params: tuple[str, ...]

    @property
    def import_name(self) -> str:
        return "SYS_" + self.name

    @property
    def wasm_signature(self) -> str:
        return f"({','.join(self.wasm_params)})->i64"


@dataclass(frozen=True)
class Field:
    name: str
    type: str  # scalar, struct or "ptr"
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
    brief: str
    native: Layout
    wasm32: Layout

    @property
    def same_layout(self) -> bool:
        return self.native == self.wasm32


@dataclass(frozen=True)
class Constant:
    name: str  # as in Linux: O_CREAT
    member: str  # without the group's prefix: CREAT
    value: int
    brief: str


@dataclass(frozen=True)
class Group:
    name: str  # the C++ type: OpenFlags
    brief: str
    prefix: str
    type: str  # scalar that holds a value
    flags: bool  # values combine as a bit mask
    constants: tuple[Constant, ...]


@dataclass(frozen=True)
class Abi:
    scalars: dict[str, Scalar]
    structs: dict[str, Struct]
    groups: dict[str, Group]
    syscalls: dict[str, Syscall]


def load(folder: Path) -> Abi:
    """Reads and validates the data in `folder`."""
    scalars = {name: _scalar(name, row) for name, row in _read(folder, "types.toml").items()}
    structs: dict[str, Struct] = {}
    for name, row in _read(folder, "structs.toml").items():
        structs[name] = _struct(name, row, scalars, structs)
    groups = {name: _group(name, row, scalars) for name, row in _read(folder, "constants.toml").items()}
    syscalls = {name: _syscall(name, row, scalars, structs) for name, row in _read(folder, "syscalls.toml").items()}
    _check_unique(syscalls)
    return Abi(scalars, structs, groups, syscalls)


def _read(folder: Path, name: str) -> dict:
    try:
        return tomllib.loads((folder / name).read_text())
    except tomllib.TOMLDecodeError as error:
        raise AbiError(f"abi/{name}: {error}") from None
    except OSError as error:
        raise AbiError(f"abi/{name}: {error.strerror}") from None


def _fail(file: str, row: str, reason: str) -> AbiError:
    return AbiError(f"abi/{file}: [{row}]: {reason}")


def _get(file: str, name: str, row: dict, key: str, kind: type):
    if key not in row:
        raise _fail(file, name, f"`{key}` is missing")
    if not isinstance(row[key], kind):
        raise _fail(file, name, f"`{key}` must be of type {kind.__name__}, not {row[key]!r}")
    return row[key]


def _check_keys(file: str, name: str, row: dict, known: set[str]) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise _fail(file, name, f"unknown key `{unknown[0]}` (known: {', '.join(sorted(known))})")


def _scalar(name: str, row: object) -> Scalar:
    if not (isinstance(row, list) and len(row) == 3 and row[0] in ("i32", "i64") and row[1] in (1, 2, 4, 8)):
        raise _fail("types.toml", name, f'must be ["i32" or "i64", bytes, C++ spelling], not {row!r}')
    return Scalar(name, row[0], row[1], row[2])


def _struct(name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Struct:
    file = "structs.toml"
    _check_keys(file, name, row, {"brief", "size", "align", "fields", "packed", "wasm32"})
    fields = _get(file, name, row, "fields", list)
    size, align = _get(file, name, row, "size", int), _get(file, name, row, "align", int)
    packed = row.get("packed", False)
    native = _layout(name, fields, packed, 8, scalars, {n: s.native for n, s in structs.items()}, size, align)
    wasm = row.get("wasm32", {})
    _check_keys(file, f"{name}.wasm32", wasm, {"size", "align", "fields", "packed"})
    wasm32 = _layout(name, wasm.get("fields", fields), wasm.get("packed", packed), 4, scalars,
                     {n: s.wasm32 for n, s in structs.items()}, wasm.get("size", size), wasm.get("align", align))
    return Struct(name, _get(file, name, row, "brief", str), native, wasm32)


def _layout(name: str, texts: list[str], packed: bool, pointer: int, scalars: dict[str, Scalar],
            structs: dict[str, Layout], size: int, align: int) -> Layout:
    """Lays the fields out by C's rules and compares with the size and alignment that the row declares."""
    where = f"{name} with {pointer * 8}-bit pointers"
    fields: list[Field] = []
    offset, widest = 0, 1
    for text in texts:
        match = re.fullmatch(r"(\w+(?: \w+)*?) (\w+)(?:\[(\d+)\])?", text)
        if not match:
            raise _fail("structs.toml", name, f'field "{text}" must read "TYPE NAME" or "TYPE NAME[COUNT]"')
        type_name, field_name, count = match[1], match[2], int(match[3]) if match[3] else None
        if type_name in ("ptr", "size_t"):
            one, field_align = pointer, pointer
        elif type_name in scalars:
            one = field_align = scalars[type_name].size
        elif type_name in structs:
            one, field_align = structs[type_name].size, structs[type_name].align
        else:
            raise _fail("structs.toml", name, f"field `{field_name}` has the unknown type `{type_name}`")
        field_align = 1 if packed else field_align
        if offset % field_align:
            raise _fail("structs.toml", where, f"`{field_name}` would need padding before it; write the padding out")
        fields.append(Field(field_name, type_name, count, offset, one * (count or 1)))
        offset += one * (count or 1)
        widest = max(widest, field_align)
    if (offset, widest) != (size, align):
        raise _fail("structs.toml", where,
                    f"size and align are {size} and {align}, but the fields make {offset} and {widest}")
    return Layout(size, align, packed, tuple(fields))


def _group(name: str, row: dict, scalars: dict[str, Scalar]) -> Group:
    file = "constants.toml"
    _check_keys(file, name, row, {"brief", "prefix", "type", "flags", "values", "names"})
    type_name = _get(file, name, row, "type", str)
    if type_name not in scalars:
        raise _fail(file, name, f"unknown type `{type_name}`")
    prefix, names = row.get("prefix", ""), dict(row.get("names", {}))
    constants = []
    for linux_name, value in _get(file, name, row, "values", dict).items():
        brief = ""
        if isinstance(value, list):
            value, brief = value
        if not isinstance(value, int):
            raise _fail(file, name, f"`{linux_name}` must be a number, not {value!r}")
        if not linux_name.startswith(prefix):
            raise _fail(file, name, f"`{linux_name}` does not start with the group's prefix `{prefix}`")
        member = names.pop(linux_name, linux_name.removeprefix(prefix))
        if not re.fullmatch(r"[A-Za-z_]\w*", member):
            raise _fail(file, name, f"`{linux_name}` makes `{member}`, which is no identifier; rename it in `names`")
        constants.append(Constant(linux_name, member, value, brief))
    if names:
        raise _fail(file, name, f"`names` has `{next(iter(names))}`, which is not among the values")
    return Group(name, _get(file, name, row, "brief", str), prefix, type_name, row.get("flags", False),
                 tuple(constants))


def _syscall(name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Syscall:
    file = "syscalls.toml"
    _check_keys(file, name, row, {"family", "brief", "man", "number", "aliases", "tier", "host", "params"})
    number = _get(file, name, row, "number", dict)
    if sorted(number) != sorted(ISAS):
        raise _fail(file, name, f"`number` needs exactly the keys {', '.join(ISAS)}")
    tier, host = _get(file, name, row, "tier", str), row.get("host", "plain")
    if tier not in TIERS:
        raise _fail(file, name, f"unknown tier `{tier}` (known: {', '.join(TIERS)})")
    if host not in HOSTS:
        raise _fail(file, name, f"unknown host `{host}` (known: {', '.join(HOSTS)})")
    params = tuple(_param(name, text, scalars, structs) for text in _get(file, name, row, "params", list))
    if len(params) > 6:
        raise _fail(file, name, "a system call has at most 6 parameters")
    _check_sizes(name, params)
    wasm = tuple("i32" if p.pointer or p.address else scalars[p.type].wasm for p in params)
    return Syscall(name, _get(file, name, row, "family", str), _get(file, name, row, "brief", str),
                   _get(file, name, row, "man", str), number, tuple(row.get("aliases", ())), tier, host, params, wasm)


def _param(call: str, text: str, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Param:
    match = re.fullmatch(r"(?:(inout|in|out)(\?)? )?((?:unsigned )?\w+) (\w+)(?:\[(\*)?(\w+)( bytes)?\])?", text)
    if not match:
        raise _fail("syscalls.toml", call, f'parameter "{text}" must read "TYPE NAME" or "DIRECTION TYPE NAME[SIZE]"')
    direction, nullable, type_name, name, star, size, in_bytes = match.groups()
    known = type_name in scalars or type_name in structs or type_name in ("address", "void", "cstr", "cstr_vector")
    if not known:
        raise _fail("syscalls.toml", call, f"parameter `{name}` has the unknown type `{type_name}`")
    if direction is None and type_name not in scalars and type_name != "address":
        raise _fail("syscalls.toml", call,
                    f"parameter `{name}` of type `{type_name}` needs a direction (in, out, inout)")
    if direction is not None and type_name == "void" and size is None:
        raise _fail("syscalls.toml", call, f"parameter `{name}` has no size rule; write {name}[...]")
    rule = None
    if size is not None:
        fixed = int(size) if size.isdigit() else None
        rule = Size(fixed, None if fixed is not None else size, star is not None,
                    in_bytes is not None or type_name in ("void", "char"))
    return Param(name, type_name, direction, nullable is not None, rule)


def _check_sizes(call: str, params: tuple[Param, ...]) -> None:
    by_name = {p.name: p for p in params}
    if len(by_name) != len(params):
        raise _fail("syscalls.toml", call, "two parameters have the same name")
    for p in params:
        if p.size is None or p.size.param is None:
            continue
        other = by_name.get(p.size.param)
        if other is None:
            raise _fail("syscalls.toml", call, f"the size of `{p.name}` names `{p.size.param}`, which is no parameter")
        if p.size.indirect != other.pointer:
            raise _fail("syscalls.toml", call, f"the size of `{p.name}`: `{other.name}` is "
                        + ("a pointer; write *" + other.name if other.pointer else "no pointer; write it without *"))


def _check_unique(syscalls: dict[str, Syscall]) -> None:
    names: dict[str, str] = {}
    for call in syscalls.values():
        for name in (call.name, *call.aliases):
            if name in names:
                raise _fail("syscalls.toml", call.name, f"the name `{name}` is taken by [{names[name]}]")
            names[name] = call.name
    for isa in ISAS:
        taken: dict[int, str] = {}
        for call in syscalls.values():
            number = call.number[isa]
            if number in taken:
                raise _fail("syscalls.toml", call.name, f"the {isa} number {number} is taken by [{taken[number]}]")
            if number != -1:
                taken[number] = call.name
