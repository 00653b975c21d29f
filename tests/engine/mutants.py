#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs mutants of random modules (random_modules.py), those that are valid for Node, and compares with Node what they
print and whether they trap. A module that is valid and refused is a fault, too. One that runs for too long with either
engine is passed over. What is wrong is kept in a folder."""

import argparse
import os
import pathlib
import random
import subprocess
import sys

from random_modules import write_module

FUNCTIONS = 12  # of each module
LAX = "alignment must be equal to natural alignment"  # of atomic operations: Node does not mind
BASES = 16
TIME = 20  # seconds
EVALUATE = str(pathlib.Path(__file__).with_name("evaluate.mjs"))
VALIDATE = """
const { readFileSync } = require("fs");
require("readline").createInterface({ input: process.stdin }).on("line", (path) =>
  console.log(WebAssembly.validate(readFileSync(path)) ? 1 : 0));
"""


def read_leb(module, at):
    value = shift = 0
    while True:
        byte = module[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def code_of(module):
    """Where the code section begins and ends."""
    at = 8
    while True:
        number = module[at]
        size, at = read_leb(module, at + 1)
        if number == 10:
            return at, at + size
        at += size


def mutate(choose, module):
    mutant = bytearray(module)
    begin, end = code_of(module)
    for _ in range(choose.choice([1, 1, 2, 3, 5])):
        at = choose.randrange(begin, end)
        mutant[at] = choose.choice([choose.randrange(256), mutant[at] ^ 1 << choose.randrange(8),
                                    mutant[choose.randrange(begin, end)]])
    return bytes(mutant)


def run(command):
    """What it prints, whether it ends well, and its message; None if it takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout, done.returncode, done.stderr.decode(errors="replace").strip()


def problem_of(runner, path):
    expected = run(["node", EVALUATE, path])
    found = run([*runner, path])
    if expected is None or found is None or LAX in found[2]:
        return None
    if found[1] == 2 or found[0] != expected[0] or (found[1] == 0) != (expected[1] == 0):
        return f"status {found[1]}, Node's {expected[1]}: {found[2][-200:]}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="how many valid mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="mutants", help="folder for those that differ")
    parser.add_argument("runner", nargs="+")
    options = parser.parse_args()

    choose = random.Random(options.seed)
    bases = [write_module(options.seed * 1000 + i, FUNCTIONS) for i in range(1, BASES + 1)]
    os.makedirs(options.keep, exist_ok=True)
    path = os.path.join(options.keep, f"{options.seed}.wasm")
    wrong = tried = 0
    with subprocess.Popen(["node", "-e", VALIDATE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        for valid in range(options.count):
            while True:
                tried += 1
                mutant = mutate(choose, choose.choice(bases))
                pathlib.Path(path).write_bytes(mutant)
                node.stdin.write(path + "\n")
                node.stdin.flush()
                if node.stdout.readline() == "1\n":
                    break
            problem = problem_of(options.runner, path)
            if problem:
                wrong += 1
                print(f"seed {options.seed}, mutant {valid}: {problem}", flush=True)
                pathlib.Path(options.keep, f"{options.seed}-{valid}.wasm").write_bytes(mutant)
        node.stdin.close()
    os.remove(path)
    print(f"{tried} mutants, {options.count} valid, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
