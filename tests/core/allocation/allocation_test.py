#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""allocation_test.py GCC OBJDUMP LIBRARY: public functions take no memory from an allocator but those
that say so in their comments, which are listed here.

It follows the references of all functions of the library, and of all inline functions of the headers, in their machine
code. What is called through a pointer in data is not seen."""

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(SOURCE / "scripts"))
sys.dont_write_bytecode = True
import declarations  # noqa: E402

# What the framework calls of the C and C++ libraries, and takes memory there.
ALLOCATES = re.compile(
    r"(malloc|realloc|setenv|getaddrinfo|getgrouplist|get(pw|gr)(nam|[ug]id)_r)$|operator new|std::basic_string<")
# What takes none, or is called when the program ends.
KNOWN = re.compile(
    rf"({ALLOCATES.pattern}).*|mem(chr|cmp|cpy|move|set)|bcmp|strlen|__errno_location|free|freeaddrinfo|clone|fork"
    r"|getenv|unsetenv|pthread_mutex_\w+|pthread_mutexattr_\w+|setgroups|setres[ug]id|__popcountdi2"
    r"|operator delete.*|std::(__libcpp_verbose_abort|__glibcxx_assert_fail|__throw_\w+|terminate)\(.*"
    r"|std::_V2::(generic|system)_category\(.*")

# Public functions that may allocate, and what for.
EXPECTED = {
    "wali::ByteBuffer::append": "the bytes",
    "wali::ByteBuffer::reserve": "the bytes",
    "wali::CStrings::CStrings": "copies of the texts",
    "wali::CStrings::add": "copies of the texts",
    "wali::CStrings::replace": "copies of the texts",
    "wali::Command::capture": "starts a child",
    "wali::Command::start": "the environment, and what is left of a Child whose process goes on",
    "wali::Command::start_pipeline": "starts children",
    "wali::Directory::remove_tree": "walks",
    "wali::Environment::current": "copies of the texts",
    "wali::Environment::set": "copies of the texts",
    "wali::IoBuffer::allocate": "the buffer",
    "wali::IoBuffer::copy_of": "the buffer",
    "wali::IoBufferVector::of": "room for the buffers",
    "wali::IoControl::allocate": "the room",
    "wali::IoUring::accept_from": "the address",
    "wali::IoUring::bind": "the address",
    "wali::IoUring::connect": "the address",
    "wali::IoUring::get_xattr": "copies of the name and the path",
    "wali::IoUring::link_at": "copies of the paths",
    "wali::IoUring::make_direct": "the number for the kernel",
    "wali::IoUring::make_directory_at": "copies of the paths",
    "wali::IoUring::open_at": "copies of the paths",
    "wali::IoUring::open_direct_at": "copies of the paths",
    "wali::IoUring::provide_buffers": "the buffers",
    "wali::IoUring::receive_from": "the address",
    "wali::IoUring::receive_message": "the message",
    "wali::IoUring::register_buffers": "a list of the buffers",
    "wali::IoUring::rename_at": "copies of the paths",
    "wali::IoUring::send_message": "the message",
    "wali::IoUring::send_message_zero_copy": "the message",
    "wali::IoUring::send_to": "the address",
    "wali::IoUring::set_xattr": "copies of the name and the path",
    "wali::IoUring::status_at": "copies of the paths",
    "wali::IoUring::symlink_at": "copies of the paths",
    "wali::IoUring::unlink_at": "copies of the paths",
    "wali::IoUring::wait_child": "what has happened",
    "wali::IoUring::wait_on_any": "a copy of the waiters",
    "wali::NameResolution::start": "what it shares with its thread",
    "wali::TreeCopy::TreeCopy": "walks",
    "wali::TreeCopy::step": "walks; a level of directories, the path",
    "wali::TreeWalk::TreeWalk": "a buffer of names",
    "wali::TreeWalk::next": "a buffer of names for each level, the path",
    "wali::fs::copy_tree": "walks",
    "wali::fs::remove_tree": "walks",
    "wali::fs::remove_tree_at": "walks",
    "wali::process::find_group": "the C library's data base",
    "wali::process::find_user": "the C library's data base",
    "wali::process::groups_of": "the C library's data base",
    "wali::process::set_variable": "the C library's environment",
    "wali::resolve": "the C library's resolver",
}
# Fewer would mean that the names of the headers and those of the machine code do not meet any more.
LEAST_FUNCTIONS = 800

NOT_AT_ALL = re.compile(r"nothing is allocated|[Aa]llocates nothing")
HEADING = re.compile(r"[0-9a-f]{8,} <(.*)>:$")
TARGET = re.compile(r"\s<(.+?)(?:\+0x[0-9a-f]+)?>$")
RELOCATION = re.compile(r"R_X86_64_(\w+)\s+(.+?)([-+]0x[0-9a-f]+)?$")


def normal(demangled: str) -> str:
    """A function's signature as both standard libraries have it."""
    return re.sub(r"\[abi:\w+\]|\b__1::|\b__cxx11::", "", demangled).replace("> >", ">>")


def qualified(signature: str) -> str:
    """The name in it: without return type, parameters and arguments of templates."""
    text = re.sub(r"\boperator(<=>|<<|>>|<=|>=|->|<|>)", lambda found: "operator" + "~" * len(found[1]), signature)
    name, depth, at = "", 0, 0
    while at < len(text):
        char = text[at]
        if char == "(" and name.endswith("operator") and depth == 0:
            at += 1
        elif char in "<([{":
            depth += 1
        elif char in ">)]}":
            depth -= 1
            # Behind the parameters: the end, or something in the function.
            if char == ")" and depth == 0 and not name.endswith("decltype") and not text.startswith("::", at + 1):
                break
        elif depth == 0:
            name += char
        at += 1
    return re.sub(r"^.* (?!bool$|new$|delete$)", "", name)


def references(objdump: str, file: Path) -> dict[str, set[str]]:
    """Of each function in an object or archive, the functions that its code calls or takes the address of."""
    command = [objdump, "-d", "-r", "-C", "--no-show-raw-insn", str(file)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    found: dict[str, set[str]] = defaultdict(set)
    begins: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)  # of each section: address and function
    later: list[tuple[str, str, str, int]] = []
    member = section = function = ""
    for line in lines:
        if "file format" in line:
            member = line
        elif line.startswith("Disassembly of section "):
            section = line.removeprefix("Disassembly of section ").rstrip(":")
        elif heading := HEADING.match(line):
            function = normal(heading[1])
            begins[member, section].append((int(line.split()[0], 16), function))
            found[function]  # also one without references
        elif relocation := RELOCATION.search(line):
            kind, name, addend = relocation.groups()
            if name.startswith(".text"):
                offset = int(addend or "0", 16) + (4 if kind in ("PC32", "PLT32") else 0)
                later.append((function, member, name, offset))
            elif kind == "PLT32" or ALLOCATES.match(name):
                found[function].add(normal(name))
        elif target := TARGET.search(line):
            found[function].add(normal(target[1]))
    for function, member, section, offset in later:
        before = [name for begin, name in begins[member, section] if begin <= offset]
        found[function].add(before[-1])
    return found


def allocating(graph: dict[str, set[str]]) -> tuple[dict[str, list[str]], set[str]]:
    """The functions that may allocate, each with the way to the allocator; and those that use what nothing is known
    of."""
    callers, unknown = defaultdict(set), set()
    for function, used in graph.items():
        for name in used:
            callers[name].add(function)
            if name not in graph and not KNOWN.fullmatch(name):
                unknown.add(name)
    ways = {name: [name] for name in [*callers] if name not in graph and (ALLOCATES.match(name) or name in unknown)}
    ends = list(ways)
    while ends:
        name = ends.pop(0)
        for caller in sorted(callers[name]):
            if caller not in ways:
                ways[caller] = [caller, *ways[name]]
                ends.append(caller)
    return ways, unknown


def public_functions(include: Path) -> dict[str, tuple[str, bool]]:
    """Of the headers: where each is, and whether a comment says that it allocates."""
    found = {}
    for header in sorted(include.rglob("*.hpp")):
        if "Generated by " in header.read_text(encoding="utf-8")[:300]:
            continue
        everything, _, scopes = declarations.read_all(header)
        for declaration in everything:
            if declaration.parameters is None:
                continue
            around = [scopes.get(declaration.scope[:depth], "") for depth in range(1, len(declaration.scope) + 1)]
            comments = re.sub(NOT_AT_ALL, "", " ".join([declaration.comment, *around]))
            says = re.search(r"[Aa]llocate|malloc", comments) is not None
            name = "::".join((*declaration.scope, declaration.name))
            # Of overloads that differ, one that says so is enough.
            found[name] = (f"{header}:{declaration.line}", says or name in found and found[name][1])
    return found


def main() -> int:
    compiler, objdump, library = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    include = SOURCE / "include"
    graph = references(objdump, library)
    with tempfile.TemporaryDirectory() as scratch:
        inline = Path(scratch) / "every_function.o"
        subprocess.run([compiler, "-std=c++20", "-fno-exceptions", "-DNDEBUG", "-fkeep-inline-functions",
                        f"-I{include}", "-c", "-o", inline, Path(__file__).with_name("every_function.cpp")], check=True)
        for function, used in references(objdump, inline).items():
            graph[function] |= used
    ways, unknown = allocating(graph)

    public = public_functions(include / "wali")
    seen = {qualified(signature) for signature in graph} & public.keys()
    found = {}
    for signature, way in ways.items():
        if (name := qualified(signature)) in public:
            found.setdefault(name, way)
    complaints = [] if len(seen) >= LEAST_FUNCTIONS else [f"only {len(seen)} of them are found in machine code"]
    for name, way in sorted(found.items()):
        where, says = public[name]
        if way[-1] in unknown:
            complaints.append(f"{where}: {' -> '.join(way)}: say here whether that allocates")
        elif name not in EXPECTED:
            complaints.append(f"{where}: allocates: {' -> '.join(way)}")
        elif not says:
            complaints.append(f"{where}: {name} allocates, and no comment says so")
    complaints += [f"{name} does not allocate, and is listed" for name in sorted(EXPECTED.keys() - found.keys())]
    print(f"{len(public)} public functions, {len(seen)} in machine code, {len(found)} may allocate", *complaints,
          sep="\n")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
