#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes every view of the ABI data into the tree, or with --check compares and lists what differs.

    abi/generate.py            write all generated files
    abi/generate.py --check    exit 1 and name each file that is not what the data says
"""

import argparse
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VIEWS = tuple(sorted(p.stem for p in (HERE / "views").glob("*.py") if not p.stem.startswith("_")))


def main() -> int:
    parser = argparse.ArgumentParser(description="Generate the views of the ABI data.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--data", type=Path, default=HERE, help="folder of the .toml files (default: abi/)")
    parser.add_argument("--root", type=Path, default=HERE.parent, help="tree to write to (default: the checkout)")
    arguments = parser.parse_args()

    sys.path.insert(0, str(HERE))
    sys.dont_write_bytecode = True
    import model

    try:
        abi = model.load(arguments.data)
    except model.AbiError as error:
        print(f"generate: {error}", file=sys.stderr)
        return 1

    stale = []
    count = 0
    for view in VIEWS:
        for path, text in importlib.import_module(f"views.{view}").render(abi).items():
            count += 1
            target = arguments.root / path
            if target.exists() and target.read_text() == text:
                continue
            stale.append(path)
            if not arguments.check:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
    if arguments.check and stale:
        print(f"generate: {len(stale)} of {count} generated files differ from the data; run abi/generate.py:",
              *stale, sep="\n  ", file=sys.stderr)
        return 1
    print(f"generate: {count} files, {len(stale)} {'stale' if arguments.check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
