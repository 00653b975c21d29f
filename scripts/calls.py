# SPDX-License-Identifier: BSL-1.0
"""Which system calls the functions of the framework make."""

from __future__ import annotations

import json
import re
from pathlib import Path

import declarations

TOP = Path(__file__).resolve().parent.parent
CALLS = {call["name"]: call
         for call in json.loads((TOP / "docs/abi.json").read_text(encoding="utf-8"))["syscalls"]}
# What the manual calls them where the kernel's name and the page's both are another.
SAID = {"pselect6": "pselect", "recvfrom": "recv", "sendto": "send"}


def pages_of(call: str) -> set[str]:
    """How a comment may name a call."""
    page = re.match(r"\w+(?=\([23]\))", CALLS[call]["man"])
    return {call, SAID.get(call, call), *([page[0]] if page else [])}


class Functions:
    """The functions that have their bodies in some files, and the system calls that they make."""

    def __init__(self, files: list[Path]) -> None:
        self.public: set[tuple[tuple[str, ...], str]] = set()
        self.of: dict[tuple[tuple[str, ...], str], list[declarations.Definition]] = {}
        for file in files:
            public, definitions, _ = declarations.read_all(file)
            if file.suffix == ".hpp":
                self.public |= {(d.scope, d.name) for d in public}
            for definition in definitions:
                self.of.setdefault((definition.scope, definition.name), []).append(definition)

    def calls(self, scope: tuple[str, ...], name: str, parameters: int | None, line: int | None = None,
              seen: frozenset = frozenset(), through_public: bool = False) -> set[str]:
        """By itself and by functions that the reader of the public ones does not see; or by public ones, too."""
        made = set()
        for definition in self.of.get((scope, name), []):
            if (definition.line != line) if line else (parameters not in (None, definition.parameters)):
                continue
            made |= {call for call in re.findall(r"\bsys::(\w+)\b", definition.body) if call in CALLS}
            for inner in set(re.findall(r"(?<![\w.>])(?:\w+::)?(\w+)\s*\(", definition.body)) - {name}:
                for where in (scope, scope[:-1], (*scope[:-1], "detail"), (*scope, "detail")):
                    if (where, inner) not in self.of or (where, inner) in seen:
                        continue
                    if through_public or (where, inner) not in self.public:
                        made |= self.calls(where, inner, None, None, seen | {(where, inner)}, through_public)
        return made
