# SPDX-License-Identifier: BSL-1.0
"""What a program imports besides system calls, or exports."""

from __future__ import annotations

from dataclasses import dataclass

from .data import check_keys, failure, get
from .params import Param, check_sizes, param, wasm_params
from .scalars import Scalar
from .structs import Struct

KINDS = ("import", "export", "memory")


@dataclass(frozen=True)
class Import:
    """What a program imports besides system calls, or exports."""

    name: str
    kind: str  # one of KINDS
    module: str
    brief: str
    tier: str  # "spec", "own" or "historical"
    host: str  # "custom" or "none"
    handler: str | None  # of "custom": the function w2c_wali_HANDLER
    params: tuple[Param, ...]
    wasm_params: tuple[str, ...]
    result: str  # "i32", "i64" or "none"

    @property
    def c_name(self) -> str:
        """The name without the leading underscores that C++ reserves."""
        return self.name.lstrip("_")

    @property
    def wasm_signature(self) -> str:
        return f"({','.join(self.wasm_params)})->{'()' if self.result == 'none' else self.result}"


def import_from(name: str, row: dict, scalars: dict[str, Scalar], structs: dict[str, Struct]) -> Import:
    where = "imports.toml"
    check_keys(where, name, row, {"brief", "kind", "module", "params", "result", "tier", "host", "handler"})
    known = {"kind": KINDS, "tier": ("spec", "own", "historical"), "host": ("custom", "none"),
             "result": ("i32", "i64", "none")}
    filled = {"kind": "import", "result": "none"} | row
    for key, values in known.items():
        if get(where, name, filled, key, str) not in values:
            raise failure(where, name, f"unknown {key} `{filled[key]}` (known: {', '.join(values)})")
    if (filled["kind"] == "import" and filled["host"] == "custom") != ("handler" in row):
        raise failure(where, name, "an import that the host serves has a `handler`, and no other row has one")
    params = tuple(param(where, name, text, scalars, structs) for text in row.get("params", ()))
    check_sizes(where, name, params)
    return Import(name, filled["kind"], row.get("module", "wali"), get(where, name, row, "brief", str), row["tier"],
                  row["host"], row.get("handler"), params, wasm_params(params, scalars), filled["result"])
