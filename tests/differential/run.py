# SPDX-License-Identifier: BSL-1.0
"""run.py NAME NATIVE WALIRUN MODULE: runs both builds of a program, each in a fresh folder of the same path, and
compares what they print, their exit codes and the files they leave behind.

Lines that are known to differ stand in known_differences.tsv (program, how the line begins or * for all of them,
reason). They are left out of the comparison; a row whose lines do not differ any more fails the test."""

import difflib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

KNOWN = Path(__file__).with_name("known_differences.tsv")
SECONDS = 240


def known_differences(name: str) -> list[str]:
    rows = (line.split("\t") for line in KNOWN.read_text().splitlines() if line and not line.startswith("#"))
    return [start for program, start, _reason in rows if program == name]


def files_in(folder: Path) -> list[str]:
    """A line per file: its path, type and mode, owner, links, and size, content or target."""
    lines = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        text = f"file {path.relative_to(folder)} {stat.filemode(status.st_mode)} {status.st_uid} {status.st_gid}"
        if stat.S_ISLNK(status.st_mode):
            text += f" -> {os.readlink(path)}"
        elif stat.S_ISREG(status.st_mode):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            text += f" {status.st_nlink} {status.st_size} {digest} {status.st_blocks} blocks"
        lines.append(text)
    return lines


def behaviour(command: list[str], base: Path) -> list[str]:
    folder = base / "folder"
    folder.mkdir(mode=0o755)
    kept = ("HOME", "PATH", "TMPDIR", "WALI_CACHE_DIR", "WALI_CC", "WALI_TIER")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {"WALI_TEST_VALUE": "a=b c"}
    with subprocess.Popen([*command, "one argument", ""], cwd=folder, env=environment, umask=0o022,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        try:
            out, err = process.communicate(timeout=SECONDS)
            ending = f"exit code {process.returncode}"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            ending = f"{command[0]} still running after {SECONDS} seconds"  # differs, even if both hang
    lines = out.decode(errors="backslashreplace").splitlines()
    lines += [f"stderr: {line}" for line in err.decode(errors="backslashreplace").splitlines()]
    lines += [ending, *files_in(folder)]
    shutil.rmtree(folder)
    return lines


def main() -> None:
    name, native, walirun, module = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="wali-differential-") as base:
        expected = behaviour([native], Path(base))
        found = behaviour([walirun, module], Path(base))
    starts = tuple("" if start == "*" else start for start in known_differences(name))
    failed = False
    for start in starts:
        if [x for x in expected if x.startswith(start)] == [x for x in found if x.startswith(start)]:
            print(f"no difference any more, remove the row of known_differences.tsv: {start or '*'}")
            failed = True
    for line in difflib.unified_diff([x for x in expected if not x.startswith(starts)],
                                     [x for x in found if not x.startswith(starts)], "native", "wasm", lineterm=""):
        print(line)
        failed = True
    print(f"{len(expected)} lines compared, {len(starts)} known differences")
    sys.exit(1 if failed or len(expected) < 5 else 0)


if __name__ == "__main__":
    main()
