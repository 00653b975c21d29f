#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""extract.py OUTPUT PAGE...: writes one source file out of the C++ blocks of the pages, each in a namespace of its own;
what they include and import comes first, once. Messages of the compiler name the page and its line.

extract.py --last PAGE: prints the last C++ block of the page as it is.
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPENING = re.compile(r"(?:#[^\n]*|import [\w.]+;|\s*)\n")  # a line that may stand before the declarations


def blocks(page: Path):
    """Each block with the number of its first line."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        yield block[1], text.count("\n", 0, block.start(1)) + 1


def main() -> int:
    if sys.argv[1] == "--last":
        print([text for text, _ in blocks(Path(sys.argv[2]))][-1], end="")
        return 0
    openings: dict[str, None] = {}
    bodies = []
    for page in map(Path, sys.argv[2:]):
        for text, line in blocks(page):
            while (opening := OPENING.match(text)) and not text.startswith("#if"):
                openings[opening[0]] = None
                text, line = text[opening.end():], line + 1
            # A program's main is no function of a namespace.
            text = re.sub(r"\bint main\(", "int main_of_page(", text)
            bodies.append(f"namespace page_{len(bodies)} {{\n#line {line} \"{page}\"\n{text}}}\n")
    if not bodies:
        print("extract.py: the pages have no C++", file=sys.stderr)
        return 1
    # Includes before imports, as most files have them.
    first = sorted(openings, key=lambda opening: opening.startswith("import"))
    Path(sys.argv[1]).write_text("".join(first) + "\n" + "\n".join(bodies), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
