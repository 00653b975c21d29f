#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs WebAssembly's own tests.

    spec_test.py [--modules N] [--only NAME] [--not-run FILE] SCRIPTS SPEC_PROGRAM WALIRUN

SCRIPTS is the folder that fetch_scripts makes. Of each script, the N modules with most assertions are run (all of them
without --modules); the other modules are translated to C, and those that must be refused are offered. What cannot be
run is in not_run.tsv, with the reason and how often; anything else that is not run fails, as does a row too many.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import script

# Whose every assertion must hold: the features that docs/engine.md claims.
CLAIMED = ("spec", "extended-const", "tail-call")
# How the runtime words the traps that the scripts ask for.
TRAP = "walirun: trap: "
TRAPS = {"integer divide by zero": "integer divide by zero", "integer overflow": "integer overflow",
         "invalid conversion to integer": "invalid conversion to integer", "unreachable": "unreachable",
         "out of bounds memory access": "out of bounds", "out of bounds table access": "out of bounds",
         "undefined element": "indirect call", "undefined": "indirect call", "uninitialized": "indirect call",
         "uninitialized element": "indirect call", "indirect call type mismatch": "indirect call",
         "call stack exhausted": "call stack exhausted"}
LINE = 16  # bytes of a line that a program may send


class Program:
    """A module and what is asked of it."""

    def __init__(self, line, module):
        self.line = line
        self.module = module
        self.actions = []  # (line, kind, action, expected values or trap)
        self.traps_at_start = None
        self.path = None


def source(module):
    """The form of a module for spec_program: its text, or bytes that are written as strings."""
    match = re.match(r"\s*\(\s*module\s+(\$\S+\s+)?(binary|quote)\b", module)
    if not match:
        return "text", module.encode("utf-8", "surrogateescape")
    if match.group(2) == "quote":
        return "quote", b""
    out = bytearray()
    for part in re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub(r";;[^\n]*", "", module)):
        for piece in re.findall(r"\\([0-9a-fA-F]{2})|\\(.)|([^\\]+)", part, re.S):
            out += bytes.fromhex(piece[0]) if piece[0] else (piece[1] or piece[2]).encode()
    return "binary", bytes(out)


def words_of(values):
    return ",".join(f"{kind}:{bits:032x}:{mask:032x}" for kind, bits, mask in values) or "-"


class Script:
    """One script: what to ask spec_program, and what is not run for which reason."""

    def __init__(self, path):
        self.name = self.name_of(path)
        self.programs = []
        self.checks = []  # (line, form, bytes)
        self.providers = []  # (alias, form, bytes)
        self.not_run = collections.Counter()
        by_name = {}
        unusable = set()  # programs whose later assertions depend on one that is not run
        for line, kind, *rest in script.commands(path.read_text(encoding="utf-8", errors="surrogateescape")):
            if kind == "instantiate":
                by_name[rest[0]] = Program(line, rest[1])
                self.programs.append(by_name[rest[0]])
            elif kind == "alias":
                by_name[rest[0]] = by_name[rest[1]]
            elif kind == "register":
                self.providers.append((rest[1], *source(by_name[rest[0]].module)))
            elif kind in ("invalid", "malformed"):
                form, data = source(rest[0])
                if form == "quote":
                    self.not_run["about the text format, which the runtime does not read"] += 1
                else:
                    self.checks.append((line, form, data))
            elif kind == "trap" and rest[0][0] == "instantiate":
                program = Program(line, rest[0][1])
                program.traps_at_start = rest[1]
                self.programs.append(program)
            elif kind == "unlinkable":
                self.not_run["about linking modules"] += 1
            else:
                program = by_name[rest[0][1]]
                values = rest[1] if kind == "return" else []
                if program in unusable or any(v[0] == "external" for v in [*values, *(rest[0][3:] or [[]])[0]]):
                    self.not_run["an external reference other than null, which no WALI program can have"] += 1
                    unusable.add(program)
                else:
                    program.actions.append((line, kind, rest[0], rest[1] if len(rest) > 1 else None))

    @staticmethod
    def name_of(path):
        return f"{path.parent.name}/{path.name.split('.')[0]}"

    def requests(self, folder):
        """What spec_program reads."""
        for alias, form, data in self.providers:
            yield f"provider {alias} {form} {len(data)}\n".encode() + data + b"\n"
        for line, form, data in self.checks:
            yield f"check {form} {len(data)}\n".encode() + data + b"\n"
        for number, program in enumerate(self.programs):
            form, data = source(program.module)
            program.path = os.path.join(folder, f"{self.name.replace('/', '-')}-{number}.wasm")
            out = f"program {form} {len(data)} {program.path}\n".encode() + data + b"\n"
            for index, (_, kind, action, expected) in enumerate(program.actions):
                how = "get" if action[0] == "get" else kind if kind in ("return", "invoke") else "trap"
                parameters = action[3] if action[0] == "invoke" else []
                results = expected if kind == "return" else []
                out += (f"{how} {3 * index + 1} x{action[2].encode('utf-8', 'surrogateescape').hex()} "
                        f"{words_of(parameters)} {words_of(results)}\n").encode()
            yield out + b"end\n"


def trap_text(expected):
    """Some scripts say which element."""
    return TRAPS[re.sub(r" \d+$", "", expected)]


def lines_of(program):
    """The file that a program sends lines of: the end, then for each action failed, tried, survived."""
    text = "end".ljust(LINE - 1) + "\n"
    for index in range(len(program.actions)):
        for word in ("failed", "tried", "survived"):
            text += f"{word} {index}".ljust(LINE - 1) + "\n"
    return text


def run(program, walirun):
    """What a program that spec_program has written gets wrong: (line, text) each."""
    lines = program.path + ".lines"
    with open(lines, "w", encoding="ascii") as file:
        file.write(lines_of(program))
    with open(lines, "rb") as file:
        done = subprocess.run([walirun, program.path], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
    output = [line.rstrip() for line in done.stdout.decode(errors="replace").splitlines()]
    os.unlink(lines)
    os.unlink(program.path)
    if program.traps_at_start is not None:
        if not (output and output[-1].startswith(TRAP + trap_text(program.traps_at_start))):
            yield program.line, f"instantiation does not trap ({program.traps_at_start}): {output[-1:]}"
        return
    trapped = {}
    tried = None
    for text in output:
        word, _, number = text.partition(" ")
        if word == "failed":
            line, _, action, expected = program.actions[int(number)]
            yield line, f"{action[2]} does not give {expected}"
        elif word == "tried":
            tried = int(number)
            trapped[tried] = "no trap"
        elif tried is not None and text.startswith(TRAP):
            trapped[tried] = text
    if "end" not in output:
        yield program.line, f"the program does not end: {output[-1:]}"
        return
    for index, (line, kind, action, expected) in enumerate(program.actions):
        if kind in ("trap", "exhaustion", "exception"):
            wanted = TRAP + ("uncaught exception" if kind == "exception" else trap_text(expected))
            if not trapped[index].startswith(wanted):
                yield line, f"{action[2]} does not trap ({expected}): {trapped[index]}"


def check(one, tool, folder, limit, walirun):
    """Runs a script. Returns how many assertions held, and the failures."""
    requests = b"".join(one.requests(folder))
    done = subprocess.run([tool], input=requests, stdout=subprocess.PIPE, check=True)
    answers = done.stdout.decode(errors="replace").splitlines()
    held = 0
    failures = []
    for (line, _, _), answer in zip(one.checks, answers):
        if answer.startswith("text "):
            one.not_run["a module that libwabt's text parser refuses before the runtime could"] += 1
        elif answer == "accepted":
            failures.append((line, "a module that is not valid is accepted"))
        else:
            held += 1
    ready = []
    for program, answer in zip(one.programs, answers[len(one.checks):], strict=True):
        asked = len(program.actions) + (program.traps_at_start is not None)
        if answer.startswith("text "):
            one.not_run[answer[5:]] += asked or 1
        elif answer != "accepted":
            failures.append((program.line, answer))
        elif asked:
            ready.append(program)
    ready.sort(key=lambda p: -len(p.actions))
    for program in ready[:limit]:
        wrong = list(run(program, walirun))
        failures += wrong
        held += len(program.actions) + (program.traps_at_start is not None) - len(wrong)
    for program in ready[limit:] if limit else []:
        os.unlink(program.path)
    return held, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, help="how many of each script are run")
    parser.add_argument("--only", default="", help="scripts whose name contains this")
    parser.add_argument("--not-run", default=pathlib.Path(__file__).with_name("not_run.tsv"), type=pathlib.Path)
    parser.add_argument("scripts", type=pathlib.Path)
    parser.add_argument("tool")
    parser.add_argument("walirun")
    options = parser.parse_args()

    paths = [path for part in CLAIMED for path in sorted((options.scripts / part).glob("*.wast.js"))]
    scripts = [Script(path) for path in paths if options.only in Script.name_of(path)]
    rows = [row.split("\t") for row in options.not_run.read_text().splitlines() if row and not row.startswith("#")]
    expected = {(name, reason): int(count) for name, count, reason in rows if options.only in name}
    held = 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        jobs = [pool.submit(check, one, options.tool, folder, options.modules, options.walirun) for one in scripts]
        for one, job in zip(scripts, jobs):
            count, failures = job.result()
            held += count
            failed += len(failures)
            for line, text in failures:
                print(f"{one.name}:{line}: {text}", flush=True)
    found = {(one.name, reason): count for one in scripts for reason, count in one.not_run.items()}
    for row in sorted(found.keys() | expected.keys()):
        if found.get(row, 0) != expected.get(row, 0):
            failed += 1
            print(f"not run, {expected.get(row, 0)} in not_run.tsv:\n{row[0]}\t{found.get(row, 0)}\t{row[1]}")
    print(f"{held} assertions of {len(scripts)} scripts hold, {failed} things are wrong; "
          f"{sum(found.values())} are not run")
    return 1 if failed or not scripts else 0


if __name__ == "__main__":
    sys.exit(main())
