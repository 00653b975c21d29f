# SPDX-License-Identifier: BSL-1.0
"""raw_call_test.py native OBJDUMP OBJECT | wasm LIST_IMPORTS OBJECT...

native: the functions of OBJECT (raw_call.cpp) are the bare instruction sequence of a system call.
wasm: each OBJECT imports one function, its call, besides what the compiler's own runtime needs.
"""

import re
import subprocess
import sys

# The registers hold the arguments already; an int is sign-extended, as the kernel may look at all 64 bits.
SEQUENCES = {
    "call_getppid": ["mov eax, 110", "syscall", "ret"],
    "call_read": ["movsxd rdi, edi", "xor eax, eax", "syscall", "ret"],
}


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def native(objdump: str, path: str) -> bool:
    good = True
    for name, wanted in SEQUENCES.items():
        text = run(objdump, "--no-show-raw-insn", "--no-leading-addr", "-M", "intel",
                   f"--disassemble-symbols={name}", path)
        lines = [re.sub(r"\s+", " ", line.strip()) for line in text.splitlines() if line.startswith(("\t", " "))]
        found = [re.sub(r"0x([0-9a-f]+)", lambda m: str(int(m[1], 16)), line) for line in lines]
        found = [line for line in found if not line.startswith("nop")]
        print(name, *found, sep="\n    ")
        good &= sorted(found[:-2]) == sorted(wanted[:-2]) and found[-2:] == wanted[-2:]
    return good


def wasm(list_imports: str, *paths: str) -> bool:
    good = True
    for path in paths:
        imports = run(list_imports, path).splitlines()
        print(path, *imports, sep="\n    ")
        good &= len(imports) == 1 and imports[0].startswith("wali SYS_")
    return good


if __name__ == "__main__":
    kind, *arguments = sys.argv[1:]
    sys.exit(0 if {"native": native, "wasm": wasm}[kind](*arguments) else 1)
