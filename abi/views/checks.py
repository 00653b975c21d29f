# SPDX-License-Identifier: BSL-1.0
"""The table that tests/abi/kernel_headers_test.cpp compares: our numbers beside those of the machine's own headers."""

from model import Abi, Struct

from views._text import mark

# What the C library's headers show differently from what the kernel takes.
DIFFERENT = {
    "O_LARGEFILE": "the C library hides it on 64-bit machines, where it has no effect",
    "SA_RESTORER": "the kernel's private flag; the C library sets it by itself",
}
# Structures that the headers do not have under this name, or have in the C library's own larger form.
PRIVATE_STRUCTS = {"k_sigaction", "sigset_t", "pselect6_sigmask", "fd_set", "statx_timestamp", "stack_t"}
# Fields whose name is ours: padding, and what the headers name otherwise.
PRIVATE_FIELDS = ("pad", "unused", "spare", "f_spare", "reserved", "f_fsid")


def render(abi: Abi) -> dict[str, str]:
    rows = []
    for group in abi.groups.values():
        for c in group.constants:
            if c.name not in DIFFERENT:
                rows.append(_row(c.name, f"abi::bits(abi::{group.name}::{c.member})", c.name))
    for call in abi.syscalls.values():
        header = next((a for a in call.aliases if a.endswith("64")), call.name)
        rows.append(_row(f"SYS_{call.name}", f"abi::bits(abi::x86_64::Number::{call.name})", f"SYS_{header}"))
    for struct in abi.structs.values():
        if struct.name not in PRIVATE_STRUCTS:
            rows += _struct_rows(struct)
    return {"tests/abi/kernel_headers.inc": mark("//", "abi/*.toml") + "".join(rows)}


def _struct_rows(struct: Struct) -> list[str]:
    rows = [_row(f"sizeof {struct.name}", f"sizeof(abi::{struct.name})", f"sizeof(struct ::{struct.name})")]
    for f in struct.native.fields:
        if not f.name.startswith(PRIVATE_FIELDS):
            rows.append(_row(f"{struct.name}.{f.name}", f"offsetof(abi::{struct.name}, {f.name})",
                             f"offsetof(struct ::{struct.name}, {f.name})"))
    return rows


def _row(name: str, ours: str, theirs: str) -> str:
    return f'{{"{name}", static_cast<long long>({ours}), static_cast<long long>({theirs})}},\n'
