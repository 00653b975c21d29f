#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""declarations_test.py CLANG NM SYSROOT

Checks that every function that a header of the C library declares is in the library: a configure script that looks for
one must not find half of it.
"""

import re
import subprocess
import sys
from pathlib import Path

clang, nm, sysroot = sys.argv[1], sys.argv[2], Path(sys.argv[3])
ELSEWHERE = re.compile(r"unw_|_Unwind_|__gnu_unwind|__wali_|__builtin_")  # libunwind, imports, the compiler
MACROS = {"setjmp", "_setjmp", "sigsetjmp", "longjmp", "_longjmp", "alloca"}  # or what the compiler makes of them
KERNEL = {"seqbuf_dump"}  # declared by linux/soundcard.h
# Not for C, or only for being included by others.
NO_HEADERS = re.compile(r"c\+\+/|bits/|unwind|libunwind|__libunwind|mach-o/|tgmath|sys/cachectl|asm/")


def output(*command: str, text: str = "") -> str:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


include = sysroot / "include"
headers = sorted(str(path.relative_to(include)) for path in include.rglob("*.h"))
source = "#define _GNU_SOURCE\n" + "".join(f"#include <{name}>\n" for name in headers if not NO_HEADERS.match(name))
tree = output(clang, f"--config={sysroot}/wali.cfg", "-w", "-fsyntax-only", "-Xclang", "-ast-dump",
              "-fno-color-diagnostics", "-x", "c", "-", text=source)
declared = set(re.findall(r"^[|`]-FunctionDecl 0x\w+ .*? (\w+) '[^\n]*'(?: extern)?$", tree, re.MULTILINE))
libc = next(sysroot.glob("lib/*/libc.a"))
symbols = output(nm, "--defined-only", "--extern-only", "--format=just-symbols", str(libc))
missing = sorted(name for name in declared - set(symbols.split()) - MACROS - KERNEL if not ELSEWHERE.match(name))
if len(declared) < 1000:
    sys.exit(f"declarations_test: found only {len(declared)} declarations")
if missing:
    sys.exit(f"declarations_test: declared, but not in libc.a: {' '.join(missing)}")
