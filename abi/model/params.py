# SPDX-License-Identifier: BSL-1.0
"""Parameters: values, and pointers with the range that they cover."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .data import failure
from .keywords import CPP_KEYWORDS
from .scalars import Scalar
from .structs import Struct

PARAM = re.compile(r"(?:(inout|in|out)(\?)? )?((?:unsigned )?\w+) (\w+)(?:\[(\*)?(\w+)(?:\+(\d+)|/(\d+))?( bytes)?\])?")


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


def param(where: str, call: str, text: str, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Param:
    match = PARAM.fullmatch(text)
    if not match:
        raise failure(where, call, f'parameter "{text}" must read "TYPE NAME" or "DIRECTION TYPE NAME[SIZE]"')
    direction, nullable, type_name, name, star, size, plus, divisor, in_bytes = match.groups()
    known = type_name in scalars or type_name in structs or type_name in ("address", "void", "cstr", "cstr_vector")
    if not known:
        raise failure(where, call, f"parameter `{name}` has the unknown type `{type_name}`")
    if direction is None and type_name not in scalars and type_name != "address":
        raise failure(where, call, f"parameter `{name}` of type `{type_name}` needs a direction (in, out, inout)")
    if direction is None and size is not None or direction is not None and type_name == "address":
        raise failure(where, call, f"parameter `{name}`: only a pointer has a size, only a pointer has a direction")
    if direction is not None and type_name == "void" and size is None:
        raise failure(where, call, f"parameter `{name}` has no size rule; write {name}[...]")
    if name in CPP_KEYWORDS:
        raise failure(where, call, f"parameter `{name}` is a keyword of C++")
    rule = None
    if size is not None:
        fixed = int(size) if size.isdigit() else None
        rule = Size(fixed, None if fixed is not None else size, star is not None,
                    in_bytes is not None or type_name in ("void", "char"), int(plus or 0), int(divisor or 1))
    return Param(name, type_name, direction, nullable is not None, rule)


def check_sizes(where: str, call: str, params: tuple[Param, ...]) -> None:
    by_name = {p.name: p for p in params}
    if len(by_name) != len(params):
        raise failure(where, call, "two parameters have the same name")
    for p in params:
        if p.size is None or p.size.param is None:
            continue
        other = by_name.get(p.size.param)
        if other is None:
            raise failure(where, call, f"the size of `{p.name}` names `{p.size.param}`, which is no parameter")
        if p.size.indirect != other.pointer:
            raise failure(where, call, f"the size of `{p.name}`: `{other.name}` is "
                        + ("a pointer; write *" + other.name if other.pointer else "no pointer; write it without *"))


def wasm_params(params: tuple[Param, ...], scalars: dict[str, Scalar]) -> tuple[str, ...]:
    return tuple("i32" if p.pointer or p.address else scalars[p.type].wasm for p in params)
