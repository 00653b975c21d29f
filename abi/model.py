# SPDX-License-Identifier: BSL-1.0
"""The WALI ABI as objects: loads and validates the TOML files of this folder (README.md describes their format).

Every mistake in the data raises AbiError with the file and row that has it, so that the generator can say so in one
line.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ISAS = ("x86_64", "aarch64", "riscv64")
TIERS = ("spec", "named", "linux")
KINDS = ("import", "export", "memory")
HOSTS = ("plain", "custom")  # or the name of an error
DIRECTIONS = ("in", "out", "inout")
CPP_KEYWORDS = frozenset("""and auto bool break case catch char class const continue default delete do double else enum
    explicit export extern false float for friend goto if inline int long mutable namespace new not operator or private
    protected public register return short signed sizeof static struct switch template this throw true try typedef
    typename union unsigned using virtual void volatile while xor""".split())
FILLERS = ("pad", "unused", "spare", "reserved")  # fields whose name begins so hold nothing
WORDS = ("ptr", "uintptr_t", "size_t")  # fields as wide as a pointer


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
    plus: int  # added to that number
    divisor: int  # or it is divided by this, rounded up


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
    host: str  # "plain", "custom" or the name of an error
    since: str | None
    c_name: str  # in <asm/unistd.h>, after __NR_
    params: tuple[Param, ...]
    wasm_params: tuple[str, ...]

    @property
    def import_name(self) -> str:
        return "SYS_" + self.name

    @property
    def wasm_signature(self) -> str:
        return f"({','.join(self.wasm_params)})->i64"


    @property
    def answer(self) -> str | None:
        """The error that the host answers with, or None when it serves the call."""
        return None if self.host in HOSTS else self.host


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

    @property
    def same_layout(self) -> bool:
        return self.native == self.wasm32


@dataclass(frozen=True)
class Constant:
    name: str  # as in Linux: O_CREAT
    member: str  # without the group's prefix: CREAT
    value: int
    brief: str
    since: str | None
    unchecked: str | None


@dataclass(frozen=True)
class Group:
    name: str  # the C++ type: OpenFlags
    family: str
    brief: str
    headers: tuple[str, ...]  # that define the constants
    prefix: str
    type: str  # scalar that holds a value
    flags: bool  # values combine as a bit mask
    constants: tuple[Constant, ...]


@dataclass(frozen=True)
class Import:
    """What a program imports besides system calls, or exports."""

    name: str
    kind: str  # one of KINDS
    module: str
    brief: str
    tier: str  # "spec" or "historical"
    host: str  # "custom" or "none"
    handler: str | None  # of "custom": the function w2c_wali_HANDLER
    params: tuple[Param, ...]
    wasm_params: tuple[str, ...]
    result: str  # "i32", "i64" or "none"

    @property
    def c_name(self) -> str:
        """The name without the leading underscores that C++ reserves."""
        return self.name.lstrip("_")

    @property
    def wasm_signature(self) -> str:
        return f"({','.join(self.wasm_params)})->{'()' if self.result == 'none' else self.result}"


@dataclass(frozen=True)
class Abi:
    scalars: dict[str, Scalar]
    structs: dict[str, Struct]
    groups: dict[str, Group]
    syscalls: dict[str, Syscall]
    imports: dict[str, Import]


def load(folder: Path) -> Abi:
    """Reads and validates the data in `folder`."""
    scalars = {name: _scalar(name, row) for name, row in _read(folder / "types.toml").items()}
    structs = _structs(_rows(folder, "structs"), scalars)
    groups = {name: _group(where, name, row, scalars) for name, (where, row) in _rows(folder, "constants").items()}
    if "Errno" not in groups:
        raise AbiError("abi/constants: no group Errno; the texts of errors come from it")
    errors = {c.name for c in groups["Errno"].constants}
    calls = [_syscall(where, name, row, scalars, structs, errors)
             for name, (where, row) in _rows(folder, "syscalls").items()]
    calls.sort(key=lambda c: (c.number["x86_64"] < 0, c.number["x86_64"], c.name))
    syscalls = {c.name: c for c in calls}
    _check_unique(syscalls)
    imports = {name: _import(name, row, scalars, structs) for name, row in _read(folder / "imports.toml").items()}
    return Abi(scalars, structs, groups, syscalls, imports)


def _read(path: Path) -> dict:
    name = f"abi/{path.name}" if path.parent.name == "abi" else f"abi/{path.parent.name}/{path.name}"
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise AbiError(f"{name}: {error}") from None
    except OSError as error:
        raise AbiError(f"{name}: {error.strerror}") from None


def _rows(folder: Path, area: str) -> dict[str, tuple[str, dict]]:
    """The rows of all files of abi/AREA, each with its file."""
    rows: dict[str, tuple[str, dict]] = {}
    for path in sorted((folder / area).glob("*.toml")):
        where = f"{area}/{path.name}"
        for name, row in _read(path).items():
            if name in rows:
                raise _fail(where, name, f"is in {rows[name][0]} already")
            if not isinstance(row, dict):
                raise _fail(where, name, f"must be a table, not {row!r}")
            rows[name] = (where, row)
    if not rows:
        raise AbiError(f"abi/{area}: no rows")
    return rows


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


def _family(where: str) -> str:
    return Path(where).stem


def _evidence(where: str, name: str, row: dict) -> tuple[tuple[str, ...], str | dict | None]:
    """The headers to compare with, and what is not compared for which reason."""
    header, unchecked = row.get("header", []), row.get("unchecked")
    headers = tuple(header) if isinstance(header, list) else (header,)
    if not all(isinstance(h, str) and h for h in headers):
        raise _fail(where, name, f"`header` must be the name of a header or a list of them, not {header!r}")
    if bool(headers) == isinstance(unchecked, str):
        raise _fail(where, name, "either `header` says what to compare with, or `unchecked` why nothing can be")
    return headers, unchecked


def _structs(rows: dict[str, tuple[str, dict]], scalars: dict[str, Scalar]) -> dict[str, Struct]:
    """The structures in an order in which each comes after those that it holds."""
    done: dict[str, Struct] = {}
    open_names: list[str] = []

    def visit(name: str) -> None:
        where, row = rows[name]
        if name in done:
            return
        if name in open_names:
            raise _fail(where, name, "holds itself")
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
    _check_keys(where, name, row, {"brief", "size", "align", "fields", "packed", "wasm32", "header", "unchecked",
                                   "since", "c_name", "c_fields"})
    headers, unchecked = _evidence(where, name, row)
    if not isinstance(unchecked, str | None):
        raise _fail(where, name, "`unchecked` must be the reason for the whole structure")
    fields = _get(where, name, row, "fields", list)
    size, align = _get(where, name, row, "size", int), _get(where, name, row, "align", int)
    packed = row.get("packed", False)
    native = _layout(where, name, fields, packed, 8, scalars, {n: s.native for n, s in structs.items()}, size, align)
    wasm = row.get("wasm32", {})
    _check_keys(where, f"{name}.wasm32", wasm, {"size", "align", "fields", "packed"})
    wasm32 = _layout(where, name, wasm.get("fields", fields), wasm.get("packed", packed), 4, scalars,
                     {n: s.wasm32 for n, s in structs.items()}, wasm.get("size", size), wasm.get("align", align))
    _check_forms(where, name, native, wasm32)
    c_fields = row.get("c_fields", {})
    known = {f.name for f in native.fields}
    for ours in c_fields:
        if ours not in known:
            raise _fail(where, name, f"`c_fields` has `{ours}`, which is no field")
    return Struct(name, _family(where), _get(where, name, row, "brief", str), native, wasm32, headers, unchecked,
                  row.get("since"), row.get("c_name", f"struct {name}"), c_fields)


def _check_forms(where: str, name: str, native: Layout, wasm32: Layout) -> None:
    """Both forms hold the same fields, apart from filler: the conversion goes by their names."""
    forms = [{f.name: f for f in layout.fields if not f.name.startswith(FILLERS)} for layout in (native, wasm32)]
    for field in forms[0].keys() ^ forms[1].keys():
        raise _fail(where, name, f"`{field}` is in one of the two forms only")
    for field, other in ((forms[0][n], forms[1][n]) for n in forms[0]):
        if field.count != other.count:
            raise _fail(where, name, f"`{field.name}` has another length in wasm32")


def _layout(file: str, name: str, texts: list[str], packed: bool, pointer: int, scalars: dict[str, Scalar],
            structs: dict[str, Layout], size: int, align: int) -> Layout:
    """Lays the fields out by C's rules and compares with the size and alignment that the row declares."""
    where = f"{name} with {pointer * 8}-bit pointers"
    fields: list[Field] = []
    offset, widest = 0, 1
    for text in texts:
        match = re.fullmatch(r"(\w+(?: \w+)*?) (\w+)(?:\[(\d+)\])?", text)
        if not match:
            raise _fail(file, name, f'field "{text}" must read "TYPE NAME" or "TYPE NAME[COUNT]"')
        type_name, field_name, count = match[1], match[2], int(match[3]) if match[3] else None
        if type_name in WORDS:
            one, field_align = pointer, pointer
        elif type_name in scalars:
            one = field_align = scalars[type_name].size
        elif type_name in structs:
            one, field_align = structs[type_name].size, structs[type_name].align
        else:
            raise _fail(file, name, f"field `{field_name}` has the unknown type `{type_name}`")
        field_align = 1 if packed else field_align
        if offset % field_align:
            raise _fail(file, where, f"`{field_name}` would need padding before it; write the padding out")
        fields.append(Field(field_name, type_name, count, offset, one * (count or 1)))
        offset += one * (count or 1)
        widest = max(widest, field_align)
    if (offset, widest) != (size, align):
        raise _fail(file, where,
                    f"size and align are {size} and {align}, but the fields make {offset} and {widest}")
    return Layout(size, align, packed, tuple(fields))


def _group(where: str, name: str, row: dict, scalars: dict[str, Scalar]) -> Group:
    _check_keys(where, name, row, {"brief", "header", "prefix", "type", "flags", "values", "names", "since",
                                   "unchecked"})
    headers, unchecked = _evidence(where, name, row)
    type_name = _get(where, name, row, "type", str)
    if type_name not in scalars:
        raise _fail(where, name, f"unknown type `{type_name}`")
    values = _get(where, name, row, "values", dict)
    since = row.get("since")
    # A plain text holds for all constants, a table for some.
    some = {key: value if isinstance(value, dict) else dict.fromkeys(values, value)
            for key, value in {"since": since, "unchecked": unchecked}.items()}
    some["names"] = row.get("names", {})
    for key, table in some.items():
        for linux_name in table:
            if linux_name not in values:
                raise _fail(where, name, f"`{key}` has `{linux_name}`, which is not among the values")
    prefix = row.get("prefix", "")
    bits, unsigned = 8 * scalars[type_name].size, scalars[type_name].cpp.startswith("u")
    lowest, highest = (0, (1 << bits) - 1) if unsigned else (-(1 << bits - 1), (1 << bits - 1) - 1)
    constants = []
    for linux_name, value in values.items():
        brief = ""
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
            value, brief = value
        if not isinstance(value, int):
            raise _fail(where, name, f"`{linux_name}` must be a number or [number, text], not {value!r}")
        if not lowest <= value <= highest:
            raise _fail(where, name, f"`{linux_name}` does not fit the type `{type_name}`")
        if not linux_name.startswith(prefix):
            raise _fail(where, name, f"`{linux_name}` does not start with the group's prefix `{prefix}`")
        member = some["names"].get(linux_name, linux_name.removeprefix(prefix))
        if not re.fullmatch(r"[A-Za-z_]\w*", member) or member in CPP_KEYWORDS:
            raise _fail(where, name, f"`{linux_name}` makes `{member}`, which is no identifier; rename it in `names`")
        constants.append(Constant(linux_name, member, value, brief, some["since"].get(linux_name),
                                  some["unchecked"].get(linux_name)))
    if len({c.member for c in constants}) != len(constants):
        raise _fail(where, name, "two constants have the same C++ name")
    return Group(name, _family(where), _get(where, name, row, "brief", str), headers, prefix, type_name,
                 row.get("flags", False), tuple(constants))


def _syscall(where: str, name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct],
             errors: set[str]) -> Syscall:
    _check_keys(where, name, row, {"brief", "man", "number", "aliases", "tier", "host", "params", "since", "c_name"})
    if name in CPP_KEYWORDS:
        raise _fail(where, name, "is a keyword of C++")
    number = _get(where, name, row, "number", dict)
    if sorted(number) != sorted(ISAS) or not all(isinstance(n, int) and n >= -1 for n in number.values()):
        raise _fail(where, name, f"`number` needs a number, or -1, for exactly {', '.join(ISAS)}")
    tier, host = _get(where, name, row, "tier", str), row.get("host", "plain")
    if tier not in TIERS:
        raise _fail(where, name, f"unknown tier `{tier}` (known: {', '.join(TIERS)})")
    if host not in HOSTS and host not in errors:
        raise _fail(where, name, f"unknown host `{host}` (known: {', '.join(HOSTS)}, names of errors)")
    params = tuple(_param(where, name, text, scalars, structs) for text in _get(where, name, row, "params", list))
    if len(params) > 6:
        raise _fail(where, name, "a system call has at most 6 parameters")
    _check_sizes(where, name, params)
    if host == "plain":
        for p in params:
            if p.address or p.type == "cstr_vector" or p.type in structs and not structs[p.type].same_layout:
                raise _fail(where, name, f"`{p.name}` cannot pass to the kernel as it is, so the call is not plain; "
                            'set host to "custom" or to the name of an error')
    wasm = _wasm_params(params, scalars)
    return Syscall(name, _family(where), _get(where, name, row, "brief", str), _get(where, name, row, "man", str),
                   number, tuple(row.get("aliases", ())), tier, host, row.get("since"), row.get("c_name", name), params,
                   wasm)


def _wasm_params(params: tuple[Param, ...], scalars: dict[str, Scalar]) -> tuple[str, ...]:
    return tuple("i32" if p.pointer or p.address else scalars[p.type].wasm for p in params)


def _import(name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Import:
    where = "imports.toml"
    _check_keys(where, name, row, {"brief", "kind", "module", "params", "result", "tier", "host", "handler"})
    known = {"kind": KINDS, "tier": ("spec", "historical"), "host": ("custom", "none"),
             "result": ("i32", "i64", "none")}
    filled = {"kind": "import", "result": "none"} | row
    for key, values in known.items():
        if _get(where, name, filled, key, str) not in values:
            raise _fail(where, name, f"unknown {key} `{filled[key]}` (known: {', '.join(values)})")
    if (filled["kind"] == "import" and filled["host"] == "custom") != ("handler" in row):
        raise _fail(where, name, "an import that the host serves has a `handler`, and no other row has one")
    params = tuple(_param(where, name, text, scalars, structs) for text in row.get("params", ()))
    _check_sizes(where, name, params)
    return Import(name, filled["kind"], row.get("module", "wali"), _get(where, name, row, "brief", str), row["tier"],
                  row["host"], row.get("handler"), params, _wasm_params(params, scalars), filled["result"])


PARAM = re.compile(r"(?:(inout|in|out)(\?)? )?((?:unsigned )?\w+) (\w+)(?:\[(\*)?(\w+)(?:\+(\d+)|/(\d+))?( bytes)?\])?")


def _param(where: str, call: str, text: str, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Param:
    match = PARAM.fullmatch(text)
    if not match:
        raise _fail(where, call, f'parameter "{text}" must read "TYPE NAME" or "DIRECTION TYPE NAME[SIZE]"')
    direction, nullable, type_name, name, star, size, plus, divisor, in_bytes = match.groups()
    known = type_name in scalars or type_name in structs or type_name in ("address", "void", "cstr", "cstr_vector")
    if not known:
        raise _fail(where, call, f"parameter `{name}` has the unknown type `{type_name}`")
    if direction is None and type_name not in scalars and type_name != "address":
        raise _fail(where, call, f"parameter `{name}` of type `{type_name}` needs a direction (in, out, inout)")
    if direction is None and size is not None or direction is not None and type_name == "address":
        raise _fail(where, call, f"parameter `{name}`: only a pointer has a size, only a pointer has a direction")
    if direction is not None and type_name == "void" and size is None:
        raise _fail(where, call, f"parameter `{name}` has no size rule; write {name}[...]")
    if name in CPP_KEYWORDS:
        raise _fail(where, call, f"parameter `{name}` is a keyword of C++")
    rule = None
    if size is not None:
        fixed = int(size) if size.isdigit() else None
        rule = Size(fixed, None if fixed is not None else size, star is not None,
                    in_bytes is not None or type_name in ("void", "char"), int(plus or 0), int(divisor or 1))
    return Param(name, type_name, direction, nullable is not None, rule)


def _check_sizes(where: str, call: str, params: tuple[Param, ...]) -> None:
    by_name = {p.name: p for p in params}
    if len(by_name) != len(params):
        raise _fail(where, call, "two parameters have the same name")
    for p in params:
        if p.size is None or p.size.param is None:
            continue
        other = by_name.get(p.size.param)
        if other is None:
            raise _fail(where, call, f"the size of `{p.name}` names `{p.size.param}`, which is no parameter")
        if p.size.indirect != other.pointer:
            raise _fail(where, call, f"the size of `{p.name}`: `{other.name}` is "
                        + ("a pointer; write *" + other.name if other.pointer else "no pointer; write it without *"))


def _check_unique(syscalls: dict[str, Syscall]) -> None:
    names: dict[str, str] = {}
    for call in syscalls.values():
        for name in (call.name, *call.aliases):
            if name in names:
                raise _fail(f"syscalls/{call.family}.toml", call.name, f"the name `{name}` is taken by [{names[name]}]")
            names[name] = call.name
    for isa in ISAS:
        taken: dict[int, str] = {}
        for call in syscalls.values():
            number = call.number[isa]
            if number in taken:
                raise _fail(f"syscalls/{call.family}.toml", call.name,
                            f"the {isa} number {number} is taken by [{taken[number]}]")
            if number != -1:
                taken[number] = call.name
