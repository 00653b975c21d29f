# SPDX-License-Identifier: BSL-1.0
"""A broken row stops the generator with one line that names the row; nothing is written."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ABI = Path(__file__).resolve().parents[2] / "abi"
CASES = {  # what is broken: (file, text, replacement, what the message must name)
    "unknown type": ("syscalls/fs.toml", '"int fd", "out void buf[count]"', '"int fd", "out nonsense buf[count]"',
                     ["syscalls/fs.toml", "[read]", "nonsense"]),
    "missing size rule": ("syscalls/fs.toml", '"out void buf[count]", "size_t count"', '"out void buf", "size_t count"',
                          ["[read]", "size rule"]),
    "size names no parameter": ("syscalls/fs.toml", "out void buf[count]", "out void buf[length]",
                                ["[read]", "length"]),
    "missing direction": ("syscalls/fs.toml", "out stat statbuf", "stat statbuf", ["[stat]", "direction"]),
    "size without a pointer": ("syscalls/fs.toml", '"int fd", "out void buf', '"int fd[2]", "out void buf',
                               ["[read]", "fd"]),
    "duplicate number": ("syscalls/fs.toml", "x86_64 = 1,", "x86_64 = 0,", ["[write]", "[read]", "x86_64"]),
    "duplicate name": ("syscalls/mem.toml", "[mmap]", "[read]", ["syscalls/mem.toml", "[read]", "syscalls/fs.toml"]),
    "missing key": ("syscalls/fs.toml", 'brief = "close a descriptor"\n', "", ["[close]", "brief"]),
    "missing number": ("syscalls/fs.toml", "x86_64 = 0, aarch64 = 63,", "x86_64 = 0,", ["[read]", "aarch64"]),
    "unknown tier": ("syscalls/fs.toml", 'tier = "spec"', 'tier = "speck"', ["[read]", "speck"]),
    "unknown key": ("syscalls/fs.toml", 'tier = "spec"', 'tear = "spec"', ["[read]", "tear"]),
    "unknown error": ("syscalls/fs.toml", 'tier = "spec"', 'tier = "spec"\nhost = "ENOTHING"', ["[read]", "ENOTHING"]),
    "constants of no parameter": ("syscalls/fs.toml", 'constants = { whence', 'constants = { whither',
                                  ["[lseek]", "whither"]),
    "unknown constants": ("syscalls/fs.toml", '"Whence"', '"Whither"', ["[lseek]", "Whither"]),
    "unknown result": ("syscalls/mem.toml", 'result = "address"', 'result = "addrss"', ["[mmap]", "addrss"]),
    "nested pointers": ("syscalls/fs.toml", "[readv]", '[readv_]\nhost = "plain"\n[unused]\n', ["readv"]),
    "no TOML": ("syscalls/fs.toml", "[read]", "[read", ["syscalls/fs.toml", "line"]),
    "wrong struct size": ("structs/fs.toml", "size = 144", "size = 140", ["structs/fs.toml", "[stat", "144"]),
    "hidden padding": ("structs/fs.toml", '"u32 pad0",\n  "u64 st_rdev"', '"u64 st_rdev"', ["[stat", "st_rdev"]),
    "unknown field type": ("structs/fs.toml", "timespec st_atim", "timespace st_atim", ["[stat]", "timespace"]),
    "forms that differ": ("structs/signal.toml", '"i32 ss_flags", "size_t ss_size"]', '"i32 flags", "size_t ss_size"]',
                          ["[stack_t]", "flags"]),
    "nothing to compare with": ("constants/mem.toml", "[MapFlags]", '[Nothing]\nbrief = ""\ntype = "int"\nvalues = {}\n'
                                '[MapFlags]', ["[Nothing]", "header"]),
    "wrong prefix": ("constants/fs.toml", "O_CREAT =", "X_CREAT =", ["constants/fs.toml", "[OpenFlags]", "X_CREAT"]),
    "no number": ("constants/fs.toml", "O_CREAT = ", 'O_CREAT = "x" #', ["[OpenFlags]", "O_CREAT"]),
    "too big": ("constants/fs.toml", "O_CREAT = 0o", "O_CREAT = 0o77777777", ["[OpenFlags]", "O_CREAT", "int"]),
    "call without a group": ("policy.toml", '"umask", ', "", ["policy.toml", "umask"]),
    "call in two groups": ("policy.toml", '"read", ', '"read", "chmod", ', ["[never]", "chmod", "[always]"]),
    "condition on nothing": ("policy.toml", '"pid is 0"', '"pit is 0"', ["policy.toml", "pit"]),
    "unknown value": ("policy.toml", "TCGETS, ", "TCNIX, ", ["policy.toml", "TCNIX"]),
    "no identifier": ("constants/errno.toml", "E2BIG = \"TOOBIG\"", "E2BIG = \"2BIG\"", ["[Errno]", "E2BIG"]),
}


class BrokenRows(unittest.TestCase):
    def test_every_kind_of_mistake_is_named(self):
        for what, (file, old, new, wanted) in CASES.items():
            with self.subTest(what), tempfile.TemporaryDirectory() as scratch:
                data, root = Path(scratch) / "abi", Path(scratch) / "root"
                root.mkdir()
                shutil.copytree(ABI, data, ignore=shutil.ignore_patterns("*.py", "views", "*.md"))
                text = (data / file).read_text()
                self.assertIn(old, text)
                (data / file).write_text(text.replace(old, new, 1))
                run = subprocess.run([sys.executable, ABI / "generate.py", "--data", data, "--root", root],
                                     capture_output=True, text=True, check=False)
                self.assertEqual(run.returncode, 1, run.stderr)
                self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
                for word in wanted:
                    self.assertIn(word, run.stderr)
                self.assertEqual(list(root.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
