# SPDX-License-Identifier: BSL-1.0
"""imports_test.py LIST_IMPORTS FILE.wasm: a program with every import of the raw layer imports what the data says."""

import json
import subprocess
import sys
from pathlib import Path

ABI = Path(__file__).resolve().parents[2] / "docs" / "abi.json"


def main() -> None:
    tool, module = sys.argv[1:]
    listing = subprocess.run([tool, module], capture_output=True, text=True, check=True).stdout
    found = dict(line.removeprefix("wali ").split(" ") for line in listing.splitlines())
    abi = json.loads(ABI.read_text())
    wanted = {call["import"]: call["wasm"] for call in abi["syscalls"]}
    wanted |= {row["name"]: row["wasm"] for row in abi["imports"] if row["kind"] == "import" and row["tier"] == "spec"}
    wanted = {name: f"({','.join(wasm['params'])})->{'()' if wasm['result'] == 'none' else wasm['result']}"
              for name, wasm in wanted.items()}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    for name in wrong:
        print(f"{name}: the data says {wanted.get(name, 'nothing')}, the module {found.get(name, 'nothing')}")
    print(f"{len(found)} imports compared")
    sys.exit(1 if wrong or not found else 0)


if __name__ == "__main__":
    main()
