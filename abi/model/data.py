# SPDX-License-Identifier: BSL-1.0
"""Reads the TOML files, and says in one line what is wrong with a row."""

from __future__ import annotations

import tomllib
from pathlib import Path


class AbiError(Exception):
    """A row of the data is wrong; the message names the file, the row and the reason."""


def read(path: Path) -> dict:
    name = f"abi/{path.name}" if path.parent.name == "abi" else f"abi/{path.parent.name}/{path.name}"
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise AbiError(f"{name}: {error}") from None
    except OSError as error:
        raise AbiError(f"{name}: {error.strerror}") from None


def rows_of(folder: Path, area: str) -> dict[str, tuple[str, dict]]:
    """The rows of all files of abi/AREA, each with its file."""
    rows: dict[str, tuple[str, dict]] = {}
    for path in sorted((folder / area).glob("*.toml")):
        where = f"{area}/{path.name}"
        for name, row in read(path).items():
            if name in rows:
                raise failure(where, name, f"is in {rows[name][0]} already")
            if not isinstance(row, dict):
                raise failure(where, name, f"must be a table, not {row!r}")
            rows[name] = (where, row)
    if not rows:
        raise AbiError(f"abi/{area}: no rows")
    return rows


def failure(file: str, row: str, reason: str) -> AbiError:
    return AbiError(f"abi/{file}: [{row}]: {reason}")


def get(file: str, name: str, row: dict, key: str, kind: type):
    if key not in row:
        raise failure(file, name, f"`{key}` is missing")
    if not isinstance(row[key], kind):
        raise failure(file, name, f"`{key}` must be of type {kind.__name__}, not {row[key]!r}")
    return row[key]


def check_keys(file: str, name: str, row: dict, known: set[str]) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise failure(file, name, f"unknown key `{unknown[0]}` (known: {', '.join(sorted(known))})")


def family(where: str) -> str:
    return Path(where).stem


def evidence(where: str, name: str, row: dict) -> tuple[tuple[str, ...], str | dict | None]:
    """The headers to compare with, and what is not compared for which reason."""
    header, unchecked = row.get("header", []), row.get("unchecked")
    headers = tuple(header) if isinstance(header, list) else (header,)
    if not all(isinstance(h, str) and h for h in headers):
        raise failure(where, name, f"`header` must be the name of a header or a list of them, not {header!r}")
    if bool(headers) == isinstance(unchecked, str):
        raise failure(where, name, "either `header` says what to compare with, or `unchecked` why nothing can be")
    return headers, unchecked
