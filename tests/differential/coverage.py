# SPDX-License-Identifier: BSL-1.0
"""coverage.py LIST_IMPORTS MODULE...: every call of the specification, and every other call that upstream names and the
runtime serves, is imported by one of the modules with the signature that the data gives it, or stands in
not_covered.tsv (call, reason)."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ABI = HERE.parents[1] / "docs" / "abi.json"


def imports(tool: str, module: str) -> set[tuple[str, str]]:
    listing = subprocess.run([tool, module], capture_output=True, text=True, check=True).stdout
    rows = (line.split(" ") for line in listing.splitlines())
    return {(name, signature) for source, name, signature in rows if source == "wali" and name.startswith("SYS_")}


def main() -> None:
    tool, *modules = sys.argv[1:]
    rows = (line.split("\t") for line in (HERE / "not_covered.tsv").read_text().splitlines())
    exceptions = {row[0]: row[1] for row in rows if row[0] and not row[0].startswith("#")}
    calls = {call["import"]: call for call in json.loads(ABI.read_text())["syscalls"]}
    signatures = {name: f"({','.join(call['wasm']['params'])})->{call['wasm']['result']}"
                  for name, call in calls.items()}
    wanted = {name for name, call in calls.items()
              if call["tier"] == "spec" or call["tier"] == "named" and call["host"] in ("plain", "custom")}
    found = set()
    problems = []
    for module in modules:
        for name, signature in sorted(imports(tool, module)):
            found.add(name)
            if signatures.get(name) != signature:
                problems.append(f"{name}: {Path(module).stem} has {signature}, the data {signatures.get(name)}")
    problems += [f"{name}: in no program" for name in sorted(wanted - found - {f'SYS_{x}' for x in exceptions})]
    problems += [f"{name}: in not_covered.tsv, but served and in a program" for name in exceptions
                 if f"SYS_{name}" in found and f"SYS_{name}" in wanted]
    problems += [f"{name}: in not_covered.tsv without a reason" for name, reason in exceptions.items() if not reason]
    print(*problems, sep="\n")
    print(f"{len(wanted & found)} of {len(wanted)} calls in {len(modules)} programs")
    sys.exit(1 if problems or not found else 0)


if __name__ == "__main__":
    main()
