# SPDX-License-Identifier: BSL-1.0
"""Every name that upstream's specification or rust-lang/libc knows is in abi/, with their signature or a reason."""

import csv
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ABI = HERE.parents[1] / "docs" / "abi.json"
SOURCES = {"specification": 140, "rust-lang/libc": 142}


def table(name: str) -> list[dict[str, str]]:
    lines = [line for line in (HERE / name).read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def main() -> None:
    ours, tiers = {}, {}
    for call in json.loads(ABI.read_text())["syscalls"]:
        for name in (call["name"], *call["aliases"]):
            ours[name] = f"({','.join(call['wasm']['params'])})->{call['wasm']['result']}"
        tiers[call["name"]] = call["tier"]
    recorded = {(row["name"], row["source"]): row["theirs"] for row in table("upstream_differences.tsv")}
    problems = [f"{key[0]}: the record of {key[1]} has no evidence" for key in recorded if not key[1]]
    count = dict.fromkeys(SOURCES, 0)
    for row in table("upstream.tsv"):
        for source in SOURCES:
            theirs = row[source]
            if not theirs:
                continue
            count[source] += 1
            name = row["name"]
            if name not in ours:
                problems.append(f"{name}: {source} has it, abi/ does not")
            elif ours[name] != theirs and recorded.pop((name, source), None) != theirs:
                problems.append(f"{name}: {source} has {theirs}, abi/ {ours[name]}, and no reason is recorded")
        if row["specification"] and tiers.get(row["name"]) != "spec":
            problems.append(f"{row['name']}: is in the specification, but not of tier spec")
    problems += [f"{name}: the recorded difference from {source} is none" for name, source in recorded]
    problems += [f"{source}: {count[source]} names, not {wanted}" for source, wanted in SOURCES.items()
                 if count[source] != wanted]
    print(*problems, sep="\n")
    print(", ".join(f"{number} names of {source}" for source, number in count.items()), "compared")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
