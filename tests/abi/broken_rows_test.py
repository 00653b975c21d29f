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
    "unknown type": ("syscalls.toml", '"int fd", "out void buf[count]"', '"int fd", "out nonsense buf[count]"',
                     ["[read]", "nonsense"]),
    "missing size rule": ("syscalls.toml", '"out void buf[count]", "size_t count"', '"out void buf", "size_t count"',
                          ["[read]", "size rule"]),
    "size names no parameter": ("syscalls.toml", "out void buf[count]", "out void buf[length]", ["[read]", "length"]),
    "missing direction": ("syscalls.toml", "out stat statbuf", "stat statbuf", ["[stat]", "direction"]),
    "duplicate number": ("syscalls.toml", "x86_64 = 1,", "x86_64 = 0,", ["[write]", "[read]", "x86_64"]),
    "missing key": ("syscalls.toml", 'brief = "close a descriptor"\n', "", ["[close]", "brief"]),
    "unknown tier": ("syscalls.toml", 'tier = "spec"', 'tier = "speck"', ["[read]", "speck"]),
    "unknown key": ("syscalls.toml", 'tier = "spec"', 'tear = "spec"', ["[read]", "tear"]),
    "no TOML": ("syscalls.toml", "[read]", "[read", ["syscalls.toml", "line"]),
    "wrong struct size": ("structs.toml", "size = 144", "size = 140", ["[stat", "144"]),
    "hidden padding": ("structs.toml", '"u32 pad0",\n  "u64 st_rdev"', '"u64 st_rdev"', ["[stat", "st_rdev"]),
    "unknown field type": ("structs.toml", "timespec st_atim", "timespace st_atim", ["[stat]", "timespace"]),
    "wrong prefix": ("constants.toml", "O_CREAT =", "X_CREAT =", ["[OpenFlags]", "X_CREAT"]),
    "no number": ("constants.toml", "O_CREAT = ", 'O_CREAT = "x" #', ["[OpenFlags]", "O_CREAT"]),
}


class BrokenRows(unittest.TestCase):
    def test_every_kind_of_mistake_is_named(self):
        for what, (file, old, new, wanted) in CASES.items():
            with self.subTest(what), tempfile.TemporaryDirectory() as scratch:
                data, root = Path(scratch) / "abi", Path(scratch) / "root"
                data.mkdir()
                root.mkdir()
                for source in ABI.glob("*.toml"):
                    shutil.copy(source, data)
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
