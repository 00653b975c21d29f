#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""instructions_test.py INCLUDE COMPILER...: a call through the framework takes at most three instructions more than
the raw call that a program would write."""

import re
import subprocess
import sys
from pathlib import Path

MOST = 3
LEAST_PAIRS = 30


def count(compiler: list[str], include: str) -> dict[str, int]:
    """Instructions by function."""
    source = Path(__file__).with_name("wrappers.cpp")
    command = [*compiler, "-std=c++20", "-O2", f"-I{include}", "-S", "-o", "-", str(source)]
    assembly = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    counts, name = {}, None
    for line in assembly.splitlines():
        if label := re.match(r"((?:wali|raw)_\w+):", line):
            name = label[1]
            counts[name] = 0
        elif re.match(r"\s+\.size", line):
            name = None
        elif name and re.match(r"\s+[a-z]", line):
            counts[name] += 1
    return counts


def main() -> int:
    include, failed = sys.argv[1], False
    for compiler in ([name, *(["-stdlib=libc++"] if "clang" in name else [])] for name in sys.argv[2:]):
        counts = count(compiler, include)
        names = sorted(name.removeprefix("raw_") for name in counts if name.startswith("raw_"))
        if len(names) < LEAST_PAIRS:
            raise SystemExit(f"only {len(names)} functions were found in what {compiler[0]} writes")
        for name in names:
            wrapped, raw = counts[f"wali_{name}"], counts[f"raw_{name}"]
            too_many = wrapped > raw + MOST
            failed |= too_many
            print(f"{compiler[0]}: {name:10} {wrapped:3} {raw:3}{'  <-- too many' if too_many else ''}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
