#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""refused_test.py INCLUDE CLANG: each mistake of refused.cpp is an error, or a warning that -Werror makes one, whose
message has the text behind the case's semicolon; the case without a mistake compiles."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("refused.cpp")


def main() -> int:
    include, compiler = sys.argv[1:]
    cases = re.findall(r"^#(?:el)?if CASE == (\d+)\s+// (.*)$", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
    if len(cases) < 2:
        raise SystemExit(f"{SOURCE} has no cases")
    failed = False
    command = [compiler, "-stdlib=libc++", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror",
               f"-I{include}"]
    with tempfile.TemporaryDirectory() as folder:
        headers = f"{folder}/wali.pch"  # what all cases include is read once
        subprocess.run([*command, "-x", "c++-header", "-o", headers, f"{include}/wali/wali.hpp"], check=True)
        compiled_cases = [subprocess.run([*command, "-include-pch", headers, "-fsyntax-only", f"-DCASE={number}",
                                          str(SOURCE)], stderr=subprocess.PIPE, text=True, check=False)
                          for number, _ in cases]
    for (number, description), compiled in zip(cases, compiled_cases):
        if number == "0":
            right = compiled.returncode == 0
        else:
            right = compiled.returncode != 0 and description.split("; ")[1] in compiled.stderr
        print(f"case {number:>2}: {description}{'' if right else '  <-- not so:'}")
        if not right:
            failed = True
            print(compiled.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
