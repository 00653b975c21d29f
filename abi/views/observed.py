# SPDX-License-Identifier: BSL-1.0
"""What `walirun --trace` and `--stats` know of calls: their names, and how arguments are written."""

from __future__ import annotations

from model import FILLERS, Abi, Group, Layout, Param, Syscall

from views._text import mark
from views.host import handler_name

MAX_FIELDS = 8  # of a structure; a line shall stay readable
ALL_BITS = (1 << 64) - 1


def render(abi: Abi) -> dict[str, str]:
    return {"runtime/generated/observed_calls.inc": _names(abi), "runtime/generated/notations.h": _Table(abi).text()}


def _names(abi: Abi) -> str:
    return (mark("//", "abi/syscalls/") + "// OBSERVED_CALL(its handler, its name, its family)\n"
            + "".join(f'OBSERVED_CALL({handler_name(c)}, "{c.name}", "{c.family}")\n' for c in abi.syscalls.values()))


class _Table:
    """Collects the groups and structures that the calls need."""

    def __init__(self, abi: Abi):
        self.abi = abi
        self.groups: list[str] = ["Errno", "AddressFamily"]  # those that results and addresses need
        self.structs: list[str] = []

    def text(self) -> str:
        calls = [self._call(c) for c in self.abi.syscalls.values()]
        structs = []
        for name in self.structs:  # grows meanwhile, by those that a structure holds
            structs.append(self._struct(name, self.abi.structs[name].wasm32))
        groups = [self._group(self.abi.groups[name]) for name in self.groups]
        return (mark("//", "abi/") + '//\n// For runtime/host/observer/notation.c alone.\n\n'
                + "".join(groups) + "\nenum { " + ", ".join(f"GROUP_{g}" for g in self.groups[:2]) + " };\n"
                + "\nstatic const struct group groups[] = {\n"
                + "".join(f"    {{{g}, {len(_constants(self.abi.groups[g]))}}},\n" for g in self.groups) + "};\n\n"
                + "".join(structs) + "\nstatic const struct structure structures[] = {\n"
                + "".join(f"    {{{s}_fields, {self._fields(self.abi.structs[s].wasm32)}, "
                          f"{self.abi.structs[s].wasm32.size}}},\n" for s in self.structs) + "};\n\n"
                + "static const struct call_notation calls[] = {\n" + "".join(calls) + "};\n")

    def _call(self, call: Syscall) -> str:
        parts = [f'.name = "{call.name}"']
        parts += [".returns_address = true"] if call.result == "address" else []
        parts += [".plain = true"] if call.host == "plain" else []
        if call.params:
            rows = "".join(f"        {self._param(call, p)},\n" for p in call.params)
            parts.append(f".count = {len(call.params)}, .parameters = {{\n{rows}    }}")
        return f"    [OBSERVED_{handler_name(call)}] = {{{', '.join(parts)}}},\n"

    def _param(self, call: Syscall, p: Param) -> str:
        if p.pointer and not _is_address(call, p):
            return self._pointer(call, p)
        return f"{{.value = {self._value(call, p)}}}"

    def _value(self, call: Syscall, p: Param) -> str:
        size = 4 if p.pointer or p.address or self.abi.scalars[p.type].wasm == "i32" else 8
        groups = [self._number_of(self.groups, g) for g in call.constants.get(p.name, ())]
        if groups:
            group = self.abi.groups[call.constants[p.name][0]]
            if not group.flags:
                return _written("CONSTANT", size, groups[0], groups[1] + 1 if len(groups) > 1 else 0)
            # pipe2 and dup3 take flags of open, but no access mode.
            opens = any(q.type == "mode_t" for q in call.params)
            return _written("FLAGS" if opens or not _access_mode(group) else "FLAGS_ONLY", size, groups[0])
        if p.pointer or p.address or p.name in ("flags", "request"):
            return _written("HEX", size)
        if p.name.endswith("dirfd"):
            return _written("FOLDER", size)
        return _written(self._scalar(p.type), size)

    def _scalar(self, name: str) -> str:
        if name == "mode_t":
            return "OCTAL"
        if name in ("uid_t", "gid_t"):
            return "SIGNED"  # -1 has a meaning
        return "UNSIGNED" if self.abi.scalars[name].cpp.startswith(("u", "std::u")) else "SIGNED"

    def _pointer(self, call: Syscall, p: Param) -> str:
        names = [q.name for q in call.params]
        counted = p.size is not None and p.size.param is not None
        if p.type in ("cstr", "cstr_vector"):
            value = _written("STRING", 1) if p.type == "cstr" else _written("STRINGS", 4)
        elif p.type in ("void", "char"):
            value = _written("BYTES", 1)
        elif p.type == "sockaddr":
            value = _written("SOCKET_ADDRESS", 1)
        elif p.type in self.abi.structs:
            value = _written("STRUCTURE", self.abi.structs[p.type].wasm32.size, self._number_of(self.structs, p.type))
        else:
            scalar = self.abi.scalars[p.type]
            value = _written(self._scalar(p.type), 4 if p.type in ("size_t", "uintptr_t") else scalar.size)
        parts = [f".value = {value}", f".direction = {'IN' if p.direction == 'in' else 'OUT'}"]
        if p.size:
            parts.append(".array = true")
            parts.append(f".counted_by = {names.index(p.size.param) + 1}" if counted else f".count = {p.size.count}")
            parts += [".count_is_indirect = true"] if p.size.indirect else []
            parts += [".count_is_bytes = true"] if p.size.bytes else []
            parts += [f".plus = {p.size.plus}"] if p.size.plus else []
            parts += [f".divisor = {p.size.divisor}"] if p.size.divisor != 1 else []
            if counted and p.direction == "out" and not p.size.indirect and p.size.divisor == 1:
                parts.append(".result_counts = true")
        return "{" + ", ".join(parts) + "}"

    def _struct(self, name: str, layout: Layout) -> str:
        rows = []
        for f in [f for f in layout.fields if not f.name.startswith(FILLERS)][:MAX_FIELDS]:
            size = f.size // (f.count or 1)
            if f.type in self.abi.structs:
                value = _written("STRUCTURE", size, self._number_of(self.structs, f.type))
            elif f.count and size == 1:
                value = _written("BYTES", 1)
            elif f.type in ("ptr", "uintptr_t") or f.name.endswith("flags"):
                value = _written("HEX", size)
            elif f.name.endswith("mode"):
                value = _written("OCTAL", size)
            else:
                value = _written(self._scalar(f.type), size)
            rows.append(f'    {{"{f.name}", {f.offset}, {f.count or 0}, {value}}},\n')
        return f"static const struct field {name}_fields[] = {{\n{''.join(rows)}}};\n"

    def _fields(self, layout: Layout) -> str:
        fields = sum(not f.name.startswith(FILLERS) for f in layout.fields)
        return f"{min(fields, MAX_FIELDS)}, {str(fields > MAX_FIELDS).lower()}"

    def _group(self, group: Group) -> str:
        rows = "".join(f'    {{"{name}", {_literal(value)}, {_literal(mask)}}},\n'
                       for name, value, mask in _constants(group))
        return f"static const struct constant {group.name}[] = {{\n{rows}}};\n"

    @staticmethod
    def _number_of(names: list[str], name: str) -> int:
        if name not in names:
            names.append(name)
        return names.index(name)


def _written(notation: str, size: int, of: int = 0, second: int = 0) -> str:
    """A struct value: how it is written, its bytes, and the number of its group or structure."""
    return f"{{{notation}, {size}, {of}, {second}}}"


def _is_address(call: Syscall, p: Param) -> bool:
    """Pointers to what is only a place: words that threads wait for, ranges of memory; and environments, which are
    long."""
    if call.family == "mem" and (p.type, p.direction) == ("void", "in"):
        return True
    return p.type == "u32" and p.direction == "inout" or p.name == "envp"


def _constants(group: Group) -> list[tuple[str, int, int]]:
    """Name, value, and the bits that must be as in the value; one for each value, those of most bits first."""
    field = _access_mode(group)
    rows: dict[int, tuple[str, int, int]] = {}
    for c in group.constants:
        value = c.value & ALL_BITS
        mask = field if field and value <= field else value if group.flags and value else ALL_BITS
        if not c.brief.startswith("another name of "):
            rows.setdefault(value, (c.name, value, mask))
    if not group.flags:
        return list(rows.values())
    return sorted(rows.values(), key=lambda row: (row[1] != 0 and row[2] != field, -row[1].bit_count()))


def _access_mode(group: Group) -> int:
    """The mask of the bits that are no flags but a number."""
    return next((c.value for c in group.constants if c.name.endswith("ACCMODE")), 0)


def _literal(value: int) -> str:
    return "~0UL" if value == ALL_BITS else f"{value:#x}UL" if value > 9 else str(value)
