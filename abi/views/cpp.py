# SPDX-License-Identifier: BSL-1.0
"""The C++ views: constants, structures, call numbers, and the raw calls for each target."""

from model import ISAS, Abi, Group, Layout, Struct, Syscall

from views._text import WORDS, cpp_params, mark, wrap

INT64_MAX = (1 << 63) - 1  # a decimal literal above is an error
OPEN = """#pragma once

#include <wali/abi/types.hpp>
"""


def render(abi: Abi) -> dict[str, str]:
    return {
        "include/wali/abi/constants.hpp": _constants(abi),
        "include/wali/abi/structs.hpp": _structs(abi),
        "include/wali/abi/numbers.hpp": _numbers(abi),
        "include/wali/abi/call.hpp": _call(abi),
        "src/core/call_name.cpp": _call_name(abi),
        "include/wali/sys/wasm32/syscalls.hpp": _wasm32(abi),
        "include/wali/sys/x86_64/syscalls.hpp": _x86_64(abi),
    }


def _constants(abi: Abi) -> str:
    parts = [mark("//", "abi/constants/"), OPEN, "\nWALI_EXPORT namespace wali::abi {\n"]
    for group in abi.groups.values():
        parts.append(_group(abi, group))
    parts.append(_errno_text(abi))
    parts.append("\n}  // namespace wali::abi\n")
    return "".join(parts)


def _group(abi: Abi, group: Group) -> str:
    lines = [f"\n/// {group.brief}. Values not listed are kept as they are.",
             f"enum class {group.name} : {abi.scalars[group.type].cpp} {{"]
    for c in group.constants:
        value = hex(c.value) if group.flags and c.value > 9 or c.value > INT64_MAX else str(c.value)
        lines.append(f"    {c.member} = {value},  ///< {c.name}" + (f": {c.brief}" if c.brief else ""))
    lines.append("};")
    if group.flags:
        lines.append(f"consteval bool is_flags({group.name}) {{ return true; }}")
    return "\n".join(lines) + "\n"


def _errno_text(abi: Abi) -> str:
    lines = ["\n/// The short text of an error number; for an unknown one, \"unknown error\".",
             "constexpr const char* errno_text(Errno value) noexcept {", "    switch (value) {"]
    lines += [f'        case Errno::{c.member}: return "{c.brief}";' for c in abi.groups["Errno"].constants]
    lines += ["    }", '    return "unknown error";', "}",
              "\n/// The name of an error number (\"ENOENT\"); for an unknown one, \"E?\".",
              "constexpr const char* errno_name(Errno value) noexcept {", "    switch (value) {"]
    lines += [f'        case Errno::{c.member}: return "{c.name}";' for c in abi.groups["Errno"].constants]
    lines += ["    }", '    return "E?";', "}"]
    return "\n".join(lines) + "\n"


def _structs(abi: Abi) -> str:
    parts = [mark("//", "abi/structs/"), OPEN, "\nWALI_EXPORT namespace wali::abi {\n"]
    for struct in abi.structs.values():
        parts.append(_struct(abi, struct))
    parts.append("\n}  // namespace wali::abi\n")
    return "".join(parts)


def _struct(abi: Abi, struct: Struct) -> str:
    head = f"\n/// {struct.brief}.\n"
    shape = lambda layout: [(f.name, f.type, f.count) for f in layout.fields] + [layout.packed]
    if shape(struct.native) != shape(struct.wasm32):
        return (head + "#if defined(__wasm32__)\n" + _definition(abi, struct.name, struct.wasm32)
                + _asserts(struct.name, struct.wasm32) + "#else\n" + _definition(abi, struct.name, struct.native)
                + _asserts(struct.name, struct.native) + "#endif\n")
    text = head + _definition(abi, struct.name, struct.native)
    if struct.same_layout:
        return text + _asserts(struct.name, struct.native)
    return (text + "#if defined(__wasm32__)\n" + _asserts(struct.name, struct.wasm32) + "#else\n"
            + _asserts(struct.name, struct.native) + "#endif\n")


def _definition(abi: Abi, name: str, layout: Layout) -> str:
    lines = [f"struct {'[[gnu::packed]] ' if layout.packed else ''}{name} {{"]
    for f in layout.fields:
        cpp = WORDS.get(f.type) or (abi.scalars[f.type].cpp if f.type in abi.scalars else f.type)
        lines.append(f"    {cpp} {f.name}{f'[{f.count}]' if f.count else ''};")
    return "\n".join(lines) + "\n};\n"


def _asserts(name: str, layout: Layout) -> str:
    lines = [f"static_assert(sizeof({name}) == {layout.size} && alignof({name}) == {layout.align});"]
    lines += [f"static_assert(__builtin_offsetof({name}, {f.name}) == {f.offset});" for f in layout.fields]
    return "\n".join(lines) + "\n"


def _numbers(abi: Abi) -> str:
    parts = [mark("//", "abi/syscalls/"), "#pragma once\n\n#include <wali/abi/export.hpp>\n"]
    for isa in ISAS:
        parts.append(f"\n/// System call numbers of {isa} Linux; a call that this architecture lacks is -1.\n"
                     f"WALI_EXPORT namespace wali::abi::{isa} {{\n\nenum class Number : int {{\n")
        parts += [f"    {c.name} = {c.number[isa]},\n" for c in abi.syscalls.values()]
        parts.append(f"}};\n\n}}  // namespace wali::abi::{isa}\n")
    return "".join(parts)


def _call(abi: Abi) -> str:
    lines = [mark("//", "abi/syscalls/") + OPEN, "WALI_EXPORT namespace wali::abi {",
             "/// Which system call an error came from: its x86-64 number plus 1, on every machine; 0 is none.",
             "enum class Call : u16 {", "    none = 0,"]
    lines += [f"    {c.name} = {c.number['x86_64'] + 1}," for c in abi.syscalls.values()]
    lines += ["};", "", "}  // namespace wali::abi"]
    return "\n".join(lines) + "\n"


def _call_name(abi: Abi) -> str:
    lines = [mark("//", "abi/syscalls/") + "#include <wali/core/error.hpp>\n", "namespace wali {", "",
             "const char* call_name(Call call) noexcept {", "    switch (call) {"]
    lines += [f'        case Call::{c.name}: return "{c.name}";' for c in abi.syscalls.values()]
    lines += ['        case Call::none: return "";', "    }", '    return "";', "}", "", "}  // namespace wali"]
    return "\n".join(lines) + "\n"


NOT_PLAIN = {"setjmp": "returns_twice, ", "sigsetjmp": "returns_twice, ", "longjmp": "noreturn, "}
SYSCALL_INTRO = """
/// The raw calls. Each takes what the kernel takes and returns what the kernel returns: the result, or -errno.
/// Nothing is checked, retried or kept: EINTR and EAGAIN come back as they are; errno is never touched.
"""


def _doc(call: Syscall) -> str:
    return f"/// {call.man}: {call.brief}.\n"


def _wasm32(abi: Abi) -> str:
    parts = [mark("//", "abi/syscalls/"), "#pragma once\n\n#include <wali/abi/structs.hpp>\n",
             SYSCALL_INTRO, "WALI_EXPORT namespace wali::sys {\n",
             '\n/// The imports from module "wali"; their C names meet no symbol of a C library.\nextern "C" {\n']
    for call in abi.syscalls.values():
        parts.append(f'__attribute__((import_module("wali"), import_name("{call.import_name}"))) long\n'
                     f"wali_{call.import_name}({cpp_params(abi, call.params)}) noexcept;\n")
    parts.append("\n// What is no system call. setjmp and longjmp are left to the compiler's own lowering.\n")
    for row in abi.imports.values():
        if row.kind == "import" and row.tier == "spec":
            result = {"i32": "int", "i64": "long", "none": "void"}[row.result]
            attributes = f'{NOT_PLAIN.get(row.name, "")}import_module("{row.module}"), import_name("{row.name}")'
            parts.append(f"__attribute__(({attributes})) {result}\n"
                         f"wali_{row.c_name}({cpp_params(abi, row.params)}) noexcept;  // {row.brief}\n")
    parts.append("}\n")
    for call in abi.syscalls.values():
        names = ", ".join(p.name for p in call.params)
        parts.append("\n" + _doc(call) + wrap(f"inline long {call.name}({cpp_params(abi, call.params)}) noexcept {{",
                                              f"return wali_{call.import_name}({names}); }}") + "\n")
    parts.append("\n}  // namespace wali::sys\n")
    return "".join(parts)


def _x86_64(abi: Abi) -> str:
    parts = [mark("//", "abi/syscalls/"),
             "#pragma once\n\n#include <wali/abi/structs.hpp>\n#include <wali/sys/x86_64/instruction.hpp>\n",
             SYSCALL_INTRO, "WALI_EXPORT namespace wali::sys {\n"]
    for call in abi.syscalls.values():
        arguments = ", ".join([str(call.number["x86_64"]), *(f"x86_64::argument({p.name})" for p in call.params)])
        parts.append("\n" + _doc(call) + wrap(f"inline long {call.name}({cpp_params(abi, call.params)}) noexcept {{",
                                              f"return x86_64::syscall{len(call.params)}({arguments}); }}") + "\n")
    parts.append("\n}  // namespace wali::sys\n")
    return "".join(parts)
