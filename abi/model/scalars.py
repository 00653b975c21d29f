# SPDX-License-Identifier: BSL-1.0
"""Numbers: how wide they are, natively and in wasm."""

from __future__ import annotations

from dataclasses import dataclass

from .data import failure


@dataclass(frozen=True)
class Scalar:
    name: str
    wasm: str  # "i32" or "i64"
    size: int  # bytes natively
    cpp: str  # spelling in the generated C++


def scalar(name: str, row: object) -> Scalar:
    if not (isinstance(row, list) and len(row) == 3 and row[0] in ("i32", "i64") and row[1] in (1, 2, 4, 8)):
        raise failure("types.toml", name, f'must be ["i32" or "i64", bytes, C++ spelling], not {row!r}')
    return Scalar(name, row[0], row[1], row[2])
