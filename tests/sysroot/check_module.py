#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""check_module.py [--named] FILE.wasm [IMPORT...]

Checks that a linked program is what every WALI host takes: imports functions of module "wali" alone, with the
signatures of abi/, and exports _start and one shared memory of at most 32768 pages. With names, the imports must be
exactly these. With --named, it may also import what upstream names without a signature.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "abi"))
sys.dont_write_bytecode = True
import model

VALUE_TYPES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64"}
TYPE, IMPORT, MEMORY, EXPORT = 1, 2, 5, 7
MAX_PAGES = 32768


class Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def bytes(self) -> bytes:
        size = self.number()
        self.at += size
        return self.data[self.at - size:self.at]

    def text(self) -> str:
        return self.bytes().decode()

    def types(self) -> list[str]:
        return [VALUE_TYPES.get(self.byte(), "?") for _ in range(self.number())]


def sections(data: bytes) -> dict[int, Reader]:
    if data[:8] != b"\0asm\1\0\0\0":
        sys.exit("check_module: not a WebAssembly module")
    reader, found = Reader(data[8:]), {}
    while reader.at < len(reader.data):
        number = reader.byte()
        found[number] = Reader(reader.bytes())
    return found


def signatures(reader: Reader) -> list[str]:
    result = []
    for _ in range(reader.number()):
        if reader.byte() != 0x60:
            sys.exit("check_module: a type is no function type")
        parameters, results = reader.types(), reader.types()
        result.append(f"({','.join(parameters)})->{','.join(results) or '()'}")
    return result


def imports(reader: Reader, types: list[str]) -> dict[str, str]:
    found = {}
    for _ in range(reader.number()):
        module, name, kind = reader.text(), reader.text(), reader.byte()
        if module != "wali" or kind != 0:
            sys.exit(f"check_module: imports {module}.{name}, kind {kind}: only functions of wali may be imported")
        found[name] = types[reader.number()]
    return found


def check_memory(reader: Reader) -> None:
    count, flags = reader.number(), reader.byte()
    reader.number()
    pages = reader.number() if flags & 1 else None
    if (count, flags, pages) != (1, 3, MAX_PAGES):
        sys.exit(f"check_module: {count} memories, flags {flags}, at most {pages} pages: not one, shared, {MAX_PAGES}")


def exports(reader: Reader) -> dict[str, int]:
    found = {}
    for _ in range(reader.number()):
        name, kind = reader.text(), reader.byte()
        reader.number()
        found[name] = kind
    return found


def main() -> None:
    tiers = ("spec", "named") if sys.argv[1] == "--named" else ("spec",)
    file, *names = sys.argv[len(tiers):]
    found = sections(Path(file).read_bytes())
    abi = model.load()
    expected = {row.name: row.wasm_signature for row in abi.imports.values() if row.tier in tiers}
    expected |= {call.import_name: call.wasm_signature for call in abi.syscalls.values() if call.tier in tiers}
    imported = imports(found[IMPORT], signatures(found[TYPE]))
    for name, signature in imported.items():
        if expected.get(name) != signature:
            sys.exit(f"check_module: imports {name} as {signature}; the ABI says {expected.get(name, 'nothing of it')}")
    if names and sorted(names) != sorted(imported):
        sys.exit(f"check_module: imports {' '.join(sorted(imported))}, not {' '.join(sorted(names))}")
    check_memory(found[MEMORY])
    exported = exports(found[EXPORT])
    if exported.get("_start") != 0 or exported.get("memory") != 2:
        sys.exit(f"check_module: exports {exported}: _start or memory is missing")


main()
