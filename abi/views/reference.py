# SPDX-License-Identifier: BSL-1.0
"""The reference for people: docs/reference/, one page per family, and one for the imports that are no system calls."""

from model import Abi, Group, Import, Param, Struct, Syscall

from views._text import cpp_params, mark

HOST = {"plain": "passes it to the kernel", "custom": "has a handler for it"}


def render(abi: Abi) -> dict[str, str]:
    things = (*abi.syscalls.values(), *abi.groups.values(), *abi.structs.values())
    families = sorted({thing.family for thing in things})
    pages = {f"docs/reference/{family}.md": _page(abi, family) for family in families}
    pages["docs/reference/imports.md"] = _imports(abi)
    pages["docs/reference/README.md"] = _index(abi, families)
    return pages


def _head(source: str = "abi/") -> str:
    return "<!--\n" + mark("", source).replace("\n ", "\n").lstrip() + "-->\n"


def _index(abi: Abi, families: list[str]) -> str:
    constants = sum(len(g.constants) for g in abi.groups.values())
    lines = [_head(), "# The ABI\n",
             f"{len(abi.syscalls)} system calls, {constants} constants in {len(abi.groups)} groups and",
             f"{len(abi.structs)} structures, by family; and the [imports that are no system calls](imports.md). Each",
             "call is an import from the module `wali`, named `SYS_` and the call's name, and a bare `syscall`",
             "instruction natively. For other tools: [abi.json](../abi.json).\n",
             "| family | calls |", "|---|---|"]
    for family in families:
        names = sorted(c.name for c in abi.syscalls.values() if c.family == family)
        lines.append(f"| [{family}]({family}.md) | {', '.join(names)} |")
    return "\n".join(lines) + "\n"


def _page(abi: Abi, family: str) -> str:
    calls = sorted((c for c in abi.syscalls.values() if c.family == family), key=lambda c: c.name)
    groups = [g for g in abi.groups.values() if g.family == family]
    structs = [s for s in abi.structs.values() if s.family == family]
    lines = [_head(), f"# {family}\n"]
    if calls:
        lines += ["Every call returns its result or `-errno`, checks nothing (that is the kernel's part), and may be",
                  "interrupted as its man page says.\n"]
    lines += [_call(abi, call) for call in calls]
    if groups:
        lines += ["## Constants\n"] + [_group(group) for group in groups]
    if structs:
        lines += ["## Structures\n"] + [_struct(struct) for struct in structs]
    return "\n".join(lines)


def _call(abi: Abi, call: Syscall) -> str:
    lines = [f"## {call.name}\n", f"{_sentence(call.brief)}: {call.man}, tier `{call.tier}`.\n", "```",
             f"C++   long wali::sys::{call.name}({cpp_params(abi, call.params)})",
             f"wasm  wali.{call.import_name} {call.wasm_signature}", "```\n"]
    notes = [f"`{p.name}`: {_pointer(p)}" for p in call.params if p.pointer]
    if notes:
        lines.append("; ".join(notes) + ".\n")
    host = HOST.get(call.host, f"answers `{call.host}`")
    more = [f"Also imported as {', '.join('`SYS_' + a + '`' for a in call.aliases)}."] if call.aliases else []
    more += [f"Since Linux {call.since}."] if call.since else []
    numbers = ", ".join(f"{isa} {number if number >= 0 else 'none'}" for isa, number in call.number.items())
    return "\n".join([*lines, " ".join([f"Number: {numbers}. The runtime {host}.", *more]) + "\n"])


def _pointer(p: Param) -> str:
    text = {"in": "read", "out": "written", "inout": "read and written"}[p.direction]
    if p.size:
        count = str(p.size.count) if p.size.param is None else ("*" if p.size.indirect else "") + p.size.param
        count += f" + {p.size.plus}" if p.size.plus else ""
        count += f" / {p.size.divisor}" if p.size.divisor != 1 else ""
        text += f", {count} {'bytes' if p.size.bytes else 'elements'}"
    return text + (", may be NULL" if p.nullable else "")


def _group(group: Group) -> str:
    where = f" (`{', '.join(group.headers)}`)" if group.headers else ""
    kind = "flags" if group.flags else "one value"
    lines = [f"### {group.name}\n", f"{_sentence(group.brief)}{where}: {kind} of type `{group.type}`.\n"]
    plain = [c for c in group.constants if not c.brief]
    told = [c for c in group.constants if c.brief]
    if told:
        lines += ["| constant | value | |", "|---|---|---|"]
        lines += [f"| `{c.name}` | {_number(group, c.value)} | {c.brief} |" for c in told]
        lines.append("")
    if plain:
        lines.append(", ".join(f"`{c.name}` {_number(group, c.value)}" for c in plain) + ".\n")
    return "\n".join(lines)


def _number(group: Group, value: int) -> str:
    return hex(value) if group.flags and value > 9 or value > 1 << 62 else str(value)


def _struct(struct: Struct) -> str:
    where = f" (`{', '.join(struct.headers)}`)" if struct.headers else ""
    lines = [f"### {struct.name}\n", f"{_sentence(struct.brief)}{where}. {struct.native.size} bytes"
             + ("" if struct.same_layout else f", {struct.wasm32.size} in wasm32") + "."
             + (f" Since Linux {struct.since}." if struct.since else "") + "\n"]
    wasm = {f.name: f.offset for f in struct.wasm32.fields}
    lines += ["| field | type | offset | wasm32 |", "|---|---|---|---|"]
    lines += [f"| `{f.name}` | `{f.type}{f'[{f.count}]' if f.count else ''}` | {f.offset} | {wasm.get(f.name, '')} |"
              for f in struct.native.fields]
    return "\n".join([*lines, ""])


def _imports(abi: Abi) -> str:
    lines = [_head("abi/imports.toml"), "# Imports and exports that are no system calls\n"]
    for kind, title in (("import", "Imports"), ("export", "Exports"), ("memory", "Memory")):
        lines += [f"## {title}\n", "| name | signature | tier | runtime | |", "|---|---|---|---|---|"]
        lines += [_import(row) for row in abi.imports.values() if row.kind == kind]
        lines.append("")
    return "\n".join(lines)


def _import(row: Import) -> str:
    name = row.name if row.module == "wali" else f"{row.module}.{row.name}"
    signature = f"`{row.wasm_signature}`" if row.kind != "memory" else ""
    return f"| `{name}` | {signature} | {row.tier} | {'yes' if row.host == 'custom' else 'no'} | {row.brief} |"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
