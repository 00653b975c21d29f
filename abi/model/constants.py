# SPDX-License-Identifier: BSL-1.0
"""Constants, in groups that become a type each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .data import check_keys, evidence, failure, family, get
from .keywords import CPP_KEYWORDS
from .scalars import Scalar


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


def group(where: str, name: str, row: dict, scalars: dict[str, Scalar]) -> Group:
    check_keys(where, name, row, {"brief", "header", "prefix", "type", "flags", "values", "names", "since",
                                   "unchecked"})
    headers, unchecked = evidence(where, name, row)
    type_name = get(where, name, row, "type", str)
    if type_name not in scalars:
        raise failure(where, name, f"unknown type `{type_name}`")
    values = get(where, name, row, "values", dict)
    since = row.get("since")
    # A plain text holds for all constants, a table for some.
    some = {key: value if isinstance(value, dict) else dict.fromkeys(values, value)
            for key, value in {"since": since, "unchecked": unchecked}.items()}
    some["names"] = row.get("names", {})
    for key, table in some.items():
        for linux_name in table:
            if linux_name not in values:
                raise failure(where, name, f"`{key}` has `{linux_name}`, which is not among the values")
    prefix = row.get("prefix", "")
    bits, unsigned = 8 * scalars[type_name].size, scalars[type_name].cpp.startswith("u")
    lowest, highest = (0, (1 << bits) - 1) if unsigned else (-(1 << bits - 1), (1 << bits - 1) - 1)
    constants = []
    for linux_name, value in values.items():
        brief = ""
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
            value, brief = value
        if not isinstance(value, int):
            raise failure(where, name, f"`{linux_name}` must be a number or [number, text], not {value!r}")
        if not lowest <= value <= highest:
            raise failure(where, name, f"`{linux_name}` does not fit the type `{type_name}`")
        if not linux_name.startswith(prefix):
            raise failure(where, name, f"`{linux_name}` does not start with the group's prefix `{prefix}`")
        member = some["names"].get(linux_name, linux_name.removeprefix(prefix))
        if not re.fullmatch(r"[A-Za-z_]\w*", member) or member in CPP_KEYWORDS:
            raise failure(where, name, f"`{linux_name}` makes `{member}`, which is no identifier; rename it in `names`")
        constants.append(Constant(linux_name, member, value, brief, some["since"].get(linux_name),
                                  some["unchecked"].get(linux_name)))
    if len({c.member for c in constants}) != len(constants):
        raise failure(where, name, "two constants have the same C++ name")
    return Group(name, family(where), get(where, name, row, "brief", str), headers, prefix, type_name,
                 row.get("flags", False), tuple(constants))
