# SPDX-License-Identifier: BSL-1.0
"""The reference for people: docs/reference/, one page per family of calls."""

from model import Abi, Syscall

from views._text import cpp_params, mark


def render(abi: Abi) -> dict[str, str]:
    families: dict[str, list[Syscall]] = {}
    for call in abi.syscalls.values():
        families.setdefault(call.family, []).append(call)
    pages = {f"docs/reference/{family}.md": _page(abi, family, calls) for family, calls in families.items()}
    pages["docs/reference/README.md"] = _index(families)
    return pages


def _head() -> str:
    return "<!--\n" + mark("", "abi/syscalls.toml").replace("\n ", "\n").lstrip() + "-->\n"


def _index(families: dict[str, list[Syscall]]) -> str:
    count = sum(len(calls) for calls in families.values())
    lines = [_head(), "# System call reference\n",
             f"The {count} calls of the raw layer `wali::sys`, by family. Each is an import from the module `wali`",
             "named `SYS_` and the call's name, and a bare `syscall` instruction natively.\n",
             "| family | calls |", "|---|---|"]
    for family, calls in sorted(families.items()):
        lines.append(f"| [{family}]({family}.md) | {', '.join(c.name for c in calls)} |")
    return "\n".join(lines) + "\n"


def _page(abi: Abi, family: str, calls: list[Syscall]) -> str:
    lines = [_head(), f"# {family}\n",
             "Every call returns its result or `-errno` and may be interrupted as its man page says.\n"]
    for call in sorted(calls, key=lambda c: c.name):
        lines += [f"## {call.name}\n",
                  f"{call.brief[0].upper()}{call.brief[1:]}: {call.man}, tier `{call.tier}`.\n", "```",
                  f"C++   long wali::sys::{call.name}({cpp_params(abi, call.params)})",
                  f"wasm  wali.{call.import_name} {call.wasm_signature}", "```\n"]
        if call.aliases:
            lines.append(f"Also imported as {', '.join('`SYS_' + a + '`' for a in call.aliases)}.\n")
    return "\n".join(lines)
