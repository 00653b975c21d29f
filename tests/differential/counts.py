# SPDX-License-Identifier: BSL-1.0
"""counts.py NATIVE WALIRUN MODULE: compares how often each call is made, natively as strace sees it and as wasm as
walirun --trace does; and walirun --stats with that.

Compared is what follows the first line that the program prints: before, C libraries start in their own ways. Calls
that end a signal handler are made natively alone, and the one that ends the program is the host's own. Exit code 77:
there is no strace here, or it may not trace."""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

SKIPPED = 77
SECONDS = 240
CALL = re.compile(r"\d+ +(\w+)\(")


def lines_of(command: list[str], folder: Path, log: Path) -> list[str]:
    folder.mkdir()
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=SECONDS,
                   check=True)
    return log.read_text(errors="replace").splitlines()


def counts(lines: list[str]) -> Counter:
    return Counter(match[1] for match in map(CALL.match, lines) if match)


def behind_the_first_print(lines: list[str]) -> list[str]:
    return lines[next(i for i, line in enumerate(lines) if re.match(r"\d+ +write\(1, ", line)):]


def main() -> int:
    native, walirun, module = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="wali-counts-") as base:
        log, stats = Path(base, "log"), Path(base, "stats")
        strace = ["strace", "-f", "-qq", "-o", str(log)]
        try:
            subprocess.run([*strace, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"skipped: {error}")
            return SKIPPED
        expected = counts(behind_the_first_print(lines_of([*strace, native], Path(base, "native"), log)))
        expected -= Counter({"exit_group": 1, "rt_sigreturn": expected["rt_sigreturn"]})
        lines = lines_of([walirun, "--trace-file", str(log), "--stats-file", str(stats), "--json", module],
                         Path(base, "wasm"), log)
        found = counts(behind_the_first_print(lines))
        table = Counter({row["name"]: row["count"] for row in json.loads(stats.read_text())["calls"]})
    failed = False
    for what, one, other in (("strace and --trace", expected, found), ("--trace and --stats", counts(lines), table)):
        for name in sorted(one.keys() | other.keys()):
            if one[name] != other[name]:
                print(f"{name}: {one[name]} and {other[name]} calls by {what}")
                failed = True
    print(f"{expected.total()} calls compared")
    return 1 if failed or expected.total() < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
