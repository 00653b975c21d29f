# SPDX-License-Identifier: BSL-1.0
"""What the measuring scripts share: the command line, robust statistics, results as JSON."""

import argparse
import json
import os
import pathlib
import signal
import statistics
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


class Failure(Exception):
    """Something that the user has to put right; its text is one line that says what, where and what to do."""


def median(values):
    return statistics.median(values)


def deviation(values):
    """The median absolute deviation from the median: a spread that a few disturbed epochs do not move."""
    middle = statistics.median(values)
    return statistics.median(abs(value - middle) for value in values)


def parser(description):
    """The options that all scripts have."""
    options = argparse.ArgumentParser(description=description, allow_abbrev=False)
    options.add_argument("--quick", action="store_true", help="fewer and shorter epochs")
    options.add_argument("--json", metavar="FILE", type=pathlib.Path, help="also write the results to FILE")
    options.add_argument("--native-tree", metavar="DIR", type=pathlib.Path, default=TOP / "build/native")
    options.add_argument("--wasm-tree", metavar="DIR", type=pathlib.Path, default=TOP / "build/wasm")
    options.add_argument("--runner", metavar="PROGRAM", type=pathlib.Path,
                         help="what runs wasm modules (default: the native tree's walirun)")
    return options


def parse(options):
    arguments = options.parse_args()
    os.environ["WALI_TIER"] = "full"  # what is measured is never a translation that another will replace
    arguments.runner = arguments.runner or arguments.native_tree / "runtime/walirun"
    if arguments.json and not os.access(arguments.json.absolute().parent, os.W_OK):
        raise Failure(f"cannot write {arguments.json}: make its folder, or name another with --json")
    return arguments


def write_json(path, results):
    """Replaces the file in one step, so that nobody ever sees half of it."""
    scratch = path.with_name(f"{path.name}.tmp.{os.getpid()}")
    scratch.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    scratch.replace(path)


def native_program(arguments, name):
    path = arguments.native_tree / name
    if not path.exists():
        raise Failure(f"{shown(path)} is missing: run ./wali build")
    return path


def wasm_command(arguments, name):
    """The command line that runs a module of the wasm tree, or None and one line that says what is missing."""
    for path in (arguments.wasm_tree / name, arguments.runner):
        if not path.exists():
            print(f"no wasm here: {shown(path)} is missing, ./wali build makes it")
            return None
    return [arguments.runner, arguments.wasm_tree / name]


def shown(path):
    """A path as a reader wants it: relative where that is shorter."""
    path = pathlib.Path(path)
    return path.relative_to(TOP) if path.is_absolute() and path.is_relative_to(TOP) else path


def main(function):
    """Runs a script's main function: failures as one line, and an end by a signal unwinds what was started."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        sys.exit(function())
    except KeyboardInterrupt:
        sys.exit(130)
    except (Failure, OSError) as failure:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {failure}")
