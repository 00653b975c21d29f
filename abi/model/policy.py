# SPDX-License-Identifier: BSL-1.0
"""What a policy of walirun lets through: groups of system calls, and what their arguments must be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .data import AbiError, check_keys, failure, get
from .syscalls import Syscall

WHERE = "policy.toml"
UNRULED = ("always", "older", "never")  # the groups that no rule is for
MAX_VALUES = 200  # a jump of the filter leads over 255 instructions at most
CONDITION = re.compile(r"(?P<param>\w+)(?: & (?P<mask>\S+))? is (?P<inverted>not )?(?P<values>.+)")


@dataclass(frozen=True)
class Condition:
    """Of one argument, of which the kernel looks at 32 bits: `argument & mask` is, or is not, one of `values`."""

    argument: int
    mask: int
    inverted: bool
    values: tuple[int, ...]


@dataclass(frozen=True)
class PolicyGroup:
    name: str
    brief: str
    rule: str  # as a user writes it; empty if there is none
    answer: str  # the error of a call that is not let through
    calls: dict[str, tuple[Condition, ...]]


def policy_from(rows: dict[str, dict], syscalls: dict[str, Syscall], constants: dict[str, int],
                errors: set[str]) -> tuple[PolicyGroup, ...]:
    groups = tuple(_group(name, row, syscalls, constants, errors) for name, row in rows.items())
    placed: dict[str, str] = {}
    for group in groups:
        for call in group.calls:
            if call in placed:
                raise failure(WHERE, group.name, f"`{call}` is in [{placed[call]}] already")
            placed[call] = group.name
    missing = [name for name in syscalls if name not in placed]
    if missing:
        raise AbiError(f"abi/{WHERE}: no group has `{missing[0]}`; a call that no rule can be for belongs to [never]")
    return groups


def _group(name: str, row: dict, syscalls: dict[str, Syscall], constants: dict[str, int],
           errors: set[str]) -> PolicyGroup:
    check_keys(WHERE, name, row, {"brief", "rule", "answer", "calls", "when"})
    if ("rule" in row) == (name in UNRULED):
        raise failure(WHERE, name, f"has a `rule`, unless it is one of {', '.join(UNRULED)}")
    answer = row.get("answer", "EPERM")
    if answer not in errors:
        raise failure(WHERE, name, f"unknown error `{answer}`")
    calls, when = get(WHERE, name, row, "calls", list), row.get("when", {})
    for call in calls:
        if call not in syscalls:
            raise failure(WHERE, name, f"unknown call `{call}`")
    for call in when:
        if call not in calls:
            raise failure(WHERE, name, f"a condition for `{call}`, which is not in this group")
    conditions = {call: tuple(_condition(name, syscalls[call], text, constants) for text in when.get(call, ()))
                  for call in calls}
    return PolicyGroup(name, get(WHERE, name, row, "brief", str), row.get("rule", ""), answer, conditions)


def _condition(group: str, call: Syscall, text: str, constants: dict[str, int]) -> Condition:
    parts = CONDITION.fullmatch(text)
    if not parts:
        raise failure(WHERE, group, f"`{text}` is not `PARAMETER [& MASK] is [not] VALUE, ...`")

    def number(word: str) -> int:
        value = 0
        for one in word.split("|"):
            if one in constants:
                value |= constants[one]
            elif re.fullmatch(r"\d+|0x[0-9a-f]+", one):
                value |= int(one, 0)
            else:
                raise failure(WHERE, group, f"`{one}` of {call.name} is no constant of abi/constants/ and no number")
        return value & 0xffffffff

    values = tuple(number(word) for word in parts["values"].split(", "))
    if len(values) > MAX_VALUES:
        raise failure(WHERE, group, f"`{parts['param']}` of {call.name} has more than {MAX_VALUES} values")
    names = [p.name for p in call.params]
    if parts["param"] not in names:
        raise failure(WHERE, group, f"{call.name} has no parameter `{parts['param']}`")
    return Condition(names.index(parts["param"]), number(parts["mask"]) if parts["mask"] else 0xffffffff,
                     bool(parts["inverted"]), values)
