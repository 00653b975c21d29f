# SPDX-License-Identifier: BSL-1.0
"""Runs the benchmarks in a tiny mode and checks what they write: completeness and types, never a time.

results_test.py --native-tree DIR [--wasm-tree DIR --runner PROGRAM]
"""

import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BENCHES = {"getppid", "read", "write", "pread", "fstat", "clock_gettime", "open+close"}
NATIVE_VARIANTS = {"native-raw", "native-libc", "native-wali"}
WASM_VARIANTS = {"wasm-raw", "wasm-libc", "wasm-wali"}
PROGRAM = {"matrix", "thread", "signal", "fork", "start", "memory"}
TINY = ["--epochs", "3", "--min-time", "1"]
ARGUMENTS = None


def run(script, *options, wasm=True):
    """Runs one of the scripts on the trees under test; without wasm, its tree is a folder that does not exist."""
    command = [sys.executable, "-B", TOP / "benchmarks" / script, "--native-tree", ARGUMENTS.native_tree]
    if wasm and ARGUMENTS.wasm_tree:
        command += ["--wasm-tree", ARGUMENTS.wasm_tree, "--runner", ARGUMENTS.runner]
    else:
        command += ["--wasm-tree", "no-such-tree"]
    return subprocess.run([*map(str, command), *map(str, options)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)


class Results(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="wali-test-")
        self.addCleanup(scratch.cleanup)
        self.file = pathlib.Path(scratch.name) / "results.json"

    def results(self, script, *options, wasm=True):
        done = run(script, "--json", self.file, *options, wasm=wasm)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([self.file], list(self.file.parent.iterdir()), "leaves something beside its results")
        return json.loads(self.file.read_text(encoding="utf-8")), done.stdout

    def check_positive(self, value):
        self.assertIsInstance(value, (int, float))
        self.assertTrue(math.isfinite(value) and value > 0, value)

    def check_rows(self, rows, variants):
        found = [(row["bench"], row["variant"]) for row in rows]
        self.assertEqual(sorted(found), sorted((bench, variant) for bench in BENCHES for variant in variants))
        for row in rows:
            self.assertEqual(set(row), {"bench", "variant", "ns", "mad_ns", "ratio"})
            self.check_positive(row["ns"])
            self.check_positive(row["ratio"])
            self.assertIsInstance(row["mad_ns"], (int, float))
            self.assertGreaterEqual(row["mad_ns"], 0)
            if row["variant"] == "native-raw":
                self.assertEqual(row["ratio"], 1)

    def test_without_the_wasm_tree_the_native_variants_are_measured(self):
        results, text = self.results("crossing/compare", *TINY, wasm=False)
        self.check_rows(results["rows"], NATIVE_VARIANTS)
        self.assertIn("no-such-tree/benchmarks/crossing.wasm is missing", text)

    def test_all_benchmarks_write_all_results(self):
        if not ARGUMENTS.wasm_tree:
            self.skipTest("the wasm tree's tests do this")
        results, text = self.results("run", "--quick", *TINY)
        self.assertEqual(results["schema"], 1)
        for key in ("cpu", "cores", "kernel", "date", "compiler", "runtime"):
            self.assertTrue(results["host"][key], key)
        self.check_rows(results["rows"], NATIVE_VARIANTS | WASM_VARIANTS)
        for variant in NATIVE_VARIANTS | WASM_VARIANTS:
            self.assertIn(variant, text)
        self.assertEqual([row["target"] for row in results["http"]], ["native", "wasm"] if shutil.which("wrk") else [])
        for row in results["http"]:
            self.check_positive(row["requests_per_s"])
        for row in results["program"]:
            self.assertIn(row["target"], ("native", "wasm"))
            self.check_positive(row["value"])
        self.assertEqual({row["bench"] for row in results["program"] if row["target"] == "wasm"} & PROGRAM, PROGRAM)
        self.assertEqual({(row["bench"], row["target"], row["way"]) for row in results["rings"]},
                         {(bench, target, way) for bench in ("copy", "read", "open", "echo")
                          for target in ("native", "wasm") for way in ("plain", "uring")})
        for row in results["rings"]:
            for value in ("ns", "ratio", "to_native"):
                self.check_positive(row[value])
        self.assertEqual({(row["module"], row["tier"]) for row in results["start"]},
                         {(module, tier) for module in ("hello", "httpd") for tier in ("quick", "full")})
        for row in results["start"]:
            for value in ("bytes", "cold_s", "cpu_s", "memory_kib", "warm_ms"):
                self.check_positive(row[value])
        self.assertEqual(set(results["build"]["stripped_bytes"]), {"hello.wasm", "httpd.wasm"})
        for row in results["build"]["compile"]:
            self.check_positive(row["cpu_s"])

    def test_a_missing_program_is_one_line(self):
        done = subprocess.run([sys.executable, "-B", TOP / "benchmarks/crossing/compare", "--native-tree", "/nowhere"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "compare: /nowhere/benchmarks/crossing is missing: run ./wali build\n")

    def test_results_that_cannot_be_written_are_refused_before_measuring(self):
        done = run("run", "--json", self.file.parent / "missing" / "results.json")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"\Arun: cannot write .*results\.json: .*\n\Z")

    def test_a_failed_part_is_told_and_nothing_is_written(self):
        done = subprocess.run([sys.executable, "-B", TOP / "benchmarks/run", "--native-tree", "/nowhere",
                               "--json", self.file], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("was not written", done.stderr)
        self.assertFalse(self.file.exists())

    def test_the_worker_refuses_what_it_does_not_know(self):
        page = self.file.parent / "page"
        page.write_bytes(bytes(4096))
        commands = "getppid raw 10\nnothing raw 10\ngetppid raw\ngetppid raw ten\ngetppid raw 10\n"
        done = subprocess.run([ARGUMENTS.native_tree / "benchmarks/crossing", page], input=commands,
                              capture_output=True, text=True, check=True)
        answers = done.stdout.splitlines()
        self.assertEqual([answer.isdigit() for answer in answers], [True, False, False, False, True])
        self.assertTrue(all(answer.startswith("error") for answer in answers[1:4]))


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--native-tree", type=pathlib.Path, required=True)
    options.add_argument("--wasm-tree", type=pathlib.Path)
    options.add_argument("--runner", type=pathlib.Path)
    ARGUMENTS = options.parse_args()
    unittest.main(argv=sys.argv[:1])
