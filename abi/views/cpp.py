# SPDX-License-Identifier: BSL-1.0
"""The C++ views: constants, structures and the raw calls for each target, a header per family; call numbers."""

from model import ISAS, Abi, Group, Layout, Struct, Syscall

from views._text import WORDS, cpp_params, mark, wrap

INT64_MAX = (1 << 63) - 1  # a decimal literal above is an error


def render(abi: Abi) -> dict[str, str]:
    constants, structs, calls = _families(abi.groups), _families(abi.structs), _families(abi.syscalls)
    files = {"abi/call.hpp": _call(abi), "abi/numbers.hpp": _numbers(abi),
             "sys/wasm32/imports.hpp": _imports(abi),
             "abi/constants.hpp": _umbrella("abi/constants/", constants),
             "abi/structs.hpp": _umbrella("abi/structs/", structs),
             "sys/syscalls.hpp": _all_syscalls(calls)}
    files |= {f"abi/constants/{family}.hpp": _constants(abi, family) for family in constants}
    files |= {f"abi/structs/{family}.hpp": _structs(abi, family) for family in structs}
    for family in calls:
        files |= {f"sys/{family}.hpp": _target(family), f"sys/wasm32/{family}.hpp": _wasm32(abi, family),
                  f"sys/x86_64/{family}.hpp": _x86_64(abi, family)}
    return {f"include/wali/{path}": text for path, text in files.items()} | {"src/core/call_name.cpp": _call_name(abi)}


def _families(rows: dict) -> list[str]:
    return sorted({row.family for row in rows.values()})


def _head(source: str, *headers: str) -> str:
    """How a header begins, and which of ours it includes."""
    return (mark("//", source) + "#pragma once\n\n"
            + "".join(f"#include <wali/{header}>\n" for header in sorted(set(headers))))


def _umbrella(folder: str, families: list[str]) -> str:
    return _head(folder, *(f"{folder}{family}.hpp" for family in families))


def _constants(abi: Abi, family: str) -> str:
    parts = [_head(f"abi/constants/{family}.toml", "abi/flags.hpp"), "\nWALI_EXPORT namespace wali::abi {\n"]
    parts += [_group(abi, group) for group in abi.groups.values() if group.family == family]
    if family == "errno":
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


def _structs(abi: Abi, family: str) -> str:
    structs = [struct for struct in abi.structs.values() if struct.family == family]
    held = {abi.structs[f.type].family for s in structs for layout in (s.native, s.wasm32) for f in layout.fields
            if f.type in abi.structs}
    parts = [_head(f"abi/structs/{family}.toml", "abi/types.hpp", *(f"abi/structs/{f}.hpp" for f in held - {family})),
             "\nWALI_EXPORT namespace wali::abi {\n"]
    parts += [_struct(abi, struct) for struct in structs]
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
    lines = [_head("abi/syscalls/", "abi/types.hpp"), "WALI_EXPORT namespace wali::abi {",
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


def _target(family: str) -> str:
    """One set of declarations, and what they come to on each target."""
    return (mark("//", f"abi/syscalls/{family}.toml") + "#pragma once\n\n"
            f"#if defined(__wasm32__)\n#include <wali/sys/wasm32/{family}.hpp>\n"
            f"#elif defined(__x86_64__) && defined(__linux__)\n#include <wali/sys/x86_64/{family}.hpp>\n"
            '#else\n#error "wali: this target is neither wasm32 nor x86-64 Linux"\n#endif\n')


def _all_syscalls(families: list[str]) -> str:
    return (_head("abi/syscalls/", *(f"sys/{family}.hpp" for family in families))
            + "#if defined(__wasm32__)\n#include <wali/sys/wasm32/imports.hpp>\n#endif\n")


def _syscalls_head(abi: Abi, family: str, *headers: str) -> tuple[list[Syscall], str]:
    """The calls of a family, and how their header begins: with the structures that they point to."""
    calls = [call for call in abi.syscalls.values() if call.family == family]
    held = {abi.structs[p.type].family for call in calls for p in call.params if p.type in abi.structs}
    head = _head(f"abi/syscalls/{family}.toml", "abi/types.hpp", *(f"abi/structs/{f}.hpp" for f in held), *headers)
    return calls, head + SYSCALL_INTRO + "WALI_EXPORT namespace wali::sys {\n"


def _wasm32(abi: Abi, family: str) -> str:
    calls, head = _syscalls_head(abi, family)
    parts = [head, '\n/// The imports from module "wali"; their C names meet no symbol of a C library.\nextern "C" {\n']
    for call in calls:
        parts.append(f'__attribute__((import_module("wali"), import_name("{call.import_name}"))) long\n'
                     f"wali_{call.import_name}({cpp_params(abi, call.params)}) noexcept;\n")
    parts.append("}\n")
    for call in calls:
        names = ", ".join(p.name for p in call.params)
        parts.append("\n" + _doc(call) + wrap(f"inline long {call.name}({cpp_params(abi, call.params)}) noexcept {{",
                                              f"return wali_{call.import_name}({names}); }}") + "\n")
    parts.append("\n}  // namespace wali::sys\n")
    return "".join(parts)


def _imports(abi: Abi) -> str:
    parts = [_head("abi/imports.toml", "abi/types.hpp"),
             "\n/// What is no system call. setjmp and longjmp are left to the compiler's own lowering.\n"
             'WALI_EXPORT namespace wali::sys {\nextern "C" {\n']
    for row in abi.imports.values():
        if row.kind == "import" and row.tier == "spec":
            result = {"i32": "int", "i64": "long", "none": "void"}[row.result]
            attributes = f'{NOT_PLAIN.get(row.name, "")}import_module("{row.module}"), import_name("{row.name}")'
            parts.append(f"__attribute__(({attributes})) {result}\n"
                         f"wali_{row.c_name}({cpp_params(abi, row.params)}) noexcept;  // {row.brief}\n")
    parts.append("}\n}  // namespace wali::sys\n")
    return "".join(parts)


def _x86_64(abi: Abi, family: str) -> str:
    calls, head = _syscalls_head(abi, family, "sys/x86_64/instruction.hpp")
    parts = [head]
    for call in calls:
        arguments = ", ".join([str(call.number["x86_64"]), *(f"x86_64::argument({p.name})" for p in call.params)])
        parts.append("\n" + _doc(call) + wrap(f"inline long {call.name}({cpp_params(abi, call.params)}) noexcept {{",
                                              f"return x86_64::syscall{len(call.params)}({arguments}); }}") + "\n")
    parts.append("\n}  // namespace wali::sys\n")
    return "".join(parts)
