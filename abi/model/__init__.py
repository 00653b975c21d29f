# SPDX-License-Identifier: BSL-1.0
"""The WALI ABI as objects: loads and validates the TOML files of abi/ (abi/README.md describes their format).

Every mistake in the data raises AbiError with the file and row that has it, so that the generator can say so in one
line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .constants import Constant, Group, group
from .data import AbiError, read, rows_of
from .imports import Import, import_from
from .params import Param
from .policy import PolicyGroup, policy_from
from .scalars import Scalar, scalar
from .structs import FILLERS, Layout, Struct, structs_from
from .syscalls import ISAS, Syscall, check_unique, syscall


@dataclass(frozen=True)
class Abi:
    scalars: dict[str, Scalar]
    structs: dict[str, Struct]
    groups: dict[str, Group]
    syscalls: dict[str, Syscall]
    imports: dict[str, Import]
    policy: tuple[PolicyGroup, ...]


DATA = Path(__file__).resolve().parent.parent


def load(folder: Path = DATA) -> Abi:
    """Reads and validates the data in `folder`."""
    scalars = {name: scalar(name, row) for name, row in read(folder / "types.toml").items()}
    structs = structs_from(rows_of(folder, "structs"), scalars)
    groups = {name: group(where, name, row, scalars) for name, (where, row) in rows_of(folder, "constants").items()}
    if "Errno" not in groups:
        raise AbiError("abi/constants: no group Errno; the texts of errors come from it")
    calls = [syscall(where, name, row, scalars, structs, groups)
             for name, (where, row) in rows_of(folder, "syscalls").items()]
    calls.sort(key=lambda c: (c.number["x86_64"] < 0, c.number["x86_64"], c.name))
    syscalls = {c.name: c for c in calls}
    check_unique(syscalls)
    imports = {name: import_from(name, row, scalars, structs) for name, row in read(folder / "imports.toml").items()}
    constants = {c.name: c.value for g in groups.values() for c in g.constants}
    errors = {c.name for c in groups["Errno"].constants}
    policy = policy_from(read(folder / "policy.toml"), syscalls, constants, errors)
    return Abi(scalars, structs, groups, syscalls, imports, policy)
