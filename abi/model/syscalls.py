# SPDX-License-Identifier: BSL-1.0
"""System calls."""

from __future__ import annotations

from dataclasses import dataclass

from .constants import Group
from .data import check_keys, failure, family, get
from .keywords import CPP_KEYWORDS
from .params import Param, check_sizes, param, wasm_params
from .scalars import Scalar
from .structs import Struct

ISAS = ("x86_64", "aarch64", "riscv64")
TIERS = ("spec", "named", "linux")
HOSTS = ("plain", "custom")  # or the name of an error
RESULTS = ("number", "address")


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
    constants: dict[str, tuple[str, ...]]  # parameter: the groups whose constants it holds
    result: str  # one of RESULTS

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


def syscall(where: str, name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct],
             groups: dict[str, Group]) -> Syscall:
    check_keys(where, name, row, {"brief", "man", "number", "aliases", "tier", "host", "params", "since", "c_name",
                                   "constants", "result"})
    if name in CPP_KEYWORDS:
        raise failure(where, name, "is a keyword of C++")
    number = get(where, name, row, "number", dict)
    if sorted(number) != sorted(ISAS) or not all(isinstance(n, int) and n >= -1 for n in number.values()):
        raise failure(where, name, f"`number` needs a number, or -1, for exactly {', '.join(ISAS)}")
    tier, host = get(where, name, row, "tier", str), row.get("host", "plain")
    if tier not in TIERS:
        raise failure(where, name, f"unknown tier `{tier}` (known: {', '.join(TIERS)})")
    if host not in HOSTS and host not in {c.name for c in groups["Errno"].constants}:
        raise failure(where, name, f"unknown host `{host}` (known: {', '.join(HOSTS)}, names of errors)")
    params = tuple(param(where, name, text, scalars, structs) for text in get(where, name, row, "params", list))
    if len(params) > 6:
        raise failure(where, name, "a system call has at most 6 parameters")
    check_sizes(where, name, params)
    if host == "plain":
        for p in params:
            if p.address or p.type == "cstr_vector" or p.type in structs and not structs[p.type].same_layout:
                raise failure(where, name, f"`{p.name}` cannot pass to the kernel as it is, so the call is not plain; "
                            'set host to "custom" or to the name of an error')
    wasm = wasm_params(params, scalars)
    return Syscall(name, family(where), get(where, name, row, "brief", str), get(where, name, row, "man", str),
                   number, tuple(row.get("aliases", ())), tier, host, row.get("since"), row.get("c_name", name), params,
                   wasm, _constants(where, name, row, params, groups), _result(where, name, row))


def _constants(where: str, name: str, row: dict, params: tuple[Param, ...],
               groups: dict[str, Group]) -> dict[str, tuple[str, ...]]:
    values = {p.name for p in params if not p.pointer and not p.address}
    constants = {}
    for param_name, texts in row.get("constants", {}).items():
        constants[param_name] = (texts,) if isinstance(texts, str) else tuple(texts)
        if param_name not in values:
            raise failure(where, name, f"`constants` has `{param_name}`, which is no parameter that is a number")
        for group_name in constants[param_name]:
            if group_name not in groups:
                raise failure(where, name, f"`constants` has the unknown group `{group_name}`")
        if len(constants[param_name]) > 1 and [groups[g].flags for g in constants[param_name]] != [False, True]:
            raise failure(where, name, f"`constants`: of `{param_name}`, a group without and one with flags combine")
    return constants


def _result(where: str, name: str, row: dict) -> str:
    result = row.get("result", "number")
    if result not in RESULTS:
        raise failure(where, name, f"unknown result `{result}` (known: {', '.join(RESULTS)})")
    return result


def check_unique(syscalls: dict[str, Syscall]) -> None:
    names: dict[str, str] = {}
    for call in syscalls.values():
        for name in (call.name, *call.aliases):
            if name in names:
                raise failure(f"syscalls/{call.family}.toml", call.name,
                              f"the name `{name}` is taken by [{names[name]}]")
            names[name] = call.name
    for isa in ISAS:
        taken: dict[int, str] = {}
        for call in syscalls.values():
            number = call.number[isa]
            if number in taken:
                raise failure(f"syscalls/{call.family}.toml", call.name,
                            f"the {isa} number {number} is taken by [{taken[number]}]")
            if number != -1:
                taken[number] = call.name
