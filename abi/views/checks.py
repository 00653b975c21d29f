# SPDX-License-Identifier: BSL-1.0
"""What tests/abi compares with the kernel's and the C library's own headers: one source file per set of headers that
can be included together, and one per architecture for the call numbers."""

from model import FILLERS, ISAS, Abi, Group, Struct

from views._text import mark

KERNEL = ("linux/", "asm/", "asm-generic/")


# Headers that use a word of C++ as a name, in some releases.
CPP_WORDS = {"linux/ioprio.h": "class"}
MACROS = """\
namespace abi = wali::abi;

#define ROW(name, ours, theirs) {name, static_cast<long long>(ours), static_cast<long long>(theirs)},
#define CONSTANT(group, member, name) \\
    ROW(#name, abi::group::member, static_cast<std::underlying_type_t<abi::group>>(name))
#define SIZE(ours, theirs) ROW("sizeof " #ours, sizeof(abi::ours), sizeof(theirs))
#define FIELD(ours, field, theirs, their_field)                                  \\
    ROW(#ours "." #field, offsetof(abi::ours, field), offsetof(theirs, their_field)) \\
    ROW("sizeof " #ours "." #field, sizeof(abi::ours::field), sizeof(static_cast<theirs*>(nullptr)->their_field))
"""


def render(abi: Abi) -> dict[str, str]:
    files = {f"tests/abi/{side}_headers.cpp": _headers(abi, side) for side in ("kernel", "libc")}
    files |= {f"tests/abi/numbers_{isa}.cpp": _numbers(abi, isa) for isa in ISAS}
    calls = "".join([*(f"WALI_CALL({name})\n" for name in abi.syscalls),
                     *(f"WALI_OTHER_IMPORT({row.c_name})\n" for row in abi.imports.values()
                       if row.kind == "import" and row.tier == "spec")])
    return files | {"tests/abi/every_call.inc": mark("//", "abi/syscalls/ and abi/imports.toml") + calls}


def _headers(abi: Abi, side: str) -> str:
    """The table of one side: the kernel's headers redefine the C library's structures, so each has its own file."""
    rows, headers = [], set()
    for thing in (*abi.groups.values(), *abi.structs.values()):
        ours = {h for h in thing.headers if h.startswith(KERNEL) == (side == "kernel")}
        if ours:
            headers |= ours
            rows += _group_rows(thing) if isinstance(thing, Group) else _struct_rows(thing)
    includes = [_include(h) for h in sorted(headers)]
    return "".join([mark("//", "abi/constants/ and abi/structs/"), '#include "header_row.hpp"\n\n', *includes,
                    "".join(f"\n#include <wali/abi/{name}.hpp>" for name in ("constants", "flags", "structs")),
                    "\n\n", MACROS,
                    f"\nconst std::initializer_list<HeaderRow> {side}_header_rows = {{\n", *rows, "};\n"])


def _include(header: str) -> str:
    word = CPP_WORDS.get(header)
    line = f"#include <{header}>\n"
    return f"#define {word} {word}_\n{line}#undef {word}\n" if word else line


def _group_rows(group: Group) -> list[str]:
    rows = []
    for c in group.constants:
        if c.unchecked:
            continue
        row = f"CONSTANT({group.name}, {c.member}, {c.name})\n"
        rows.append(f"#if defined({c.name})\n{row}#endif\n" if c.since else row)
    return rows


def _struct_rows(struct: Struct) -> list[str]:
    rows = [f"SIZE({struct.name}, {struct.c_name})\n"]
    for f in struct.native.fields:
        theirs = struct.c_fields.get(f.name, f.name)
        if theirs and not f.name.startswith(FILLERS):
            rows.append(f"FIELD({struct.name}, {f.name}, {struct.c_name}, {theirs})\n")
    return rows


def _numbers(abi: Abi, isa: str) -> str:
    """Compiling it is the test; `since` may be newer than the headers, an absent call must be absent there too."""
    parts = [mark("//", "abi/syscalls/"), "#include <asm/unistd.h>\n\n#include <wali/abi/numbers.hpp>\n",
             f"\nusing wali::abi::{isa}::Number;\n"
             "#define EQUAL(name, macro) static_assert(static_cast<int>(Number::name) == macro)\n\n"]
    for call in abi.syscalls.values():
        macro = f"__NR_{call.c_name}"
        if call.number[isa] < 0:
            parts.append(f'#if defined({macro})\n#error "{call.name}: {isa} has this call"\n#endif\n')
        elif call.since:
            parts.append(f"#if defined({macro})\nEQUAL({call.name}, {macro});\n#endif\n")
        else:
            parts.append(f"EQUAL({call.name}, {macro});\n")
    return "".join(parts)
