// SPDX-License-Identifier: BSL-1.0
// A trap names the line of the source, if the module has DWARF; whatever that is, the module runs.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <sstream>

#include "fixture.h"

using namespace wali::test;

namespace {

/// The line of source_lines.c that ends with a comment.
std::string line_of(const std::string& name) {
    std::istringstream source(read_file(WALI_SOURCES "/source_lines.c"));
    const std::string comment = "  // " + name;
    std::string line;
    for (int number = 1; std::getline(source, line); ++number)
        if (line.size() > comment.size() && line.substr(line.size() - comment.size()) == comment)
            return "source_lines.c:" + std::to_string(number);
    return "no line " + name;
}

std::string leb(std::size_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
    return bytes + static_cast<char>(value);
}

std::string custom_section(const std::string& name, const std::string& contents) {
    const std::string body = leb(name.size()) + name + contents;
    return '\0' + leb(body.size()) + body;
}

/// The module with other contents of its .debug_line; without any debug section, if those are empty.
std::string with_debug_line(const std::string& module, const std::string& debug_line) {
    std::string result = module.substr(0, 8);
    for (std::size_t at = 8; at < module.size();) {
        const std::size_t begin = at++;
        std::size_t size = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(module[at++]);
            size |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if (!(byte & 0x80)) break;
        }
        at += size;
        const bool custom = module[begin] == 0;
        if (custom && module.compare(at - size + 1, 11, ".debug_line") == 0 && !debug_line.empty())
            result += custom_section(".debug_line", debug_line);
        else if (!custom || module.compare(at - size + 1, 7, ".debug_") != 0 || !debug_line.empty())
            result += module.substr(begin, at - begin);
    }
    return result;
}

std::string fixed(std::size_t value, int size) {
    std::string bytes;
    for (; size > 0; --size, value >>= 8) bytes += static_cast<char>(value);
    return bytes;
}

/// A unit of .debug_line.
std::string unit(int version, const std::string& names, const std::string& program) {
    std::string head("\1\1\1\xfb\x0e\x0d\0\1\1\1\1\0\0\0\1\0\0\1", 18);
    if (version < 4) head.erase(0, 1);
    head += names;
    const std::string sizes = version < 5 ? std::string() : std::string("\4\0", 2);
    const std::string rest =
        fixed(static_cast<std::size_t>(version), 2) + sizes + fixed(head.size(), 4) + head + program;
    return fixed(rest.size(), 4) + rest;
}

/// All code is of line 7 of file 1.
std::string program_of_line_7() { return {"\0\5\2\1\0\0\0\3\6\1", 10}; }

std::string names_of(const std::string& folder, const std::string& file) {
    return folder + std::string(2, '\0') + file + std::string("\0\1\0\0\0", 5);
}

std::string trap_with(const std::string& debug_line) {
    Runtime runtime;
    return runtime.run(assemble(module_text("unreachable")) + custom_section(".debug_line", debug_line)).err;
}

}  // namespace

TEST_CASE("a trap names the line") {
    Runtime runtime;
    const std::string module = read_file(WALI_PROGRAMS "/source_lines.wasm");
    static const std::pair<std::string, std::string> traps[] = {
        {"null_pointer", "access through a null pointer in function "},
        {"division_by_zero", "integer divide by zero in function "},
        {"unreachable", "unreachable executed in function "},
        {"indirect_call",
         "indirect call of another type: other_type is (i32) -> (i32), called as () -> () in function "},
        {"copy_outside", "out of bounds memory or table access in function "},
        {"atomic_outside", "out of bounds memory or table access in function "},
        {"inlined", "out of bounds memory or table access in function "},
        {"exhausted", "call stack exhausted in function deep at "}};
    for (const auto& trap : traps) {
        const std::string err = runtime.run(module, {trap.first}).err;
        CAPTURE(err);
        CHECK(err.rfind("walirun: trap: " + trap.second, 0) == 0);
        CHECK(err.substr(0, err.find(", called by")).find(" at " + line_of(trap.first)) != std::string::npos);
    }
}

TEST_CASE("a trap names the lines of the callers") {
    Runtime runtime;
    const std::string err = runtime.run(read_file(WALI_PROGRAMS "/source_lines.wasm"), {"callers"}).err;
    CHECK(err.rfind("walirun: trap: integer divide by zero in function inner at " + line_of("inner") +
                        ", called by outer at " + line_of("outer") + ", ",
                    0) == 0);
}

TEST_CASE("a trap in a module without DWARF, or with other DWARF, names the function alone") {
    Runtime runtime;
    const std::string module = read_file(WALI_PROGRAMS "/source_lines.wasm");
    for (const std::string& debug_line : {std::string(), std::string(4, '\0'), unit(4, "", "")}) {
        const std::string err = runtime.run(with_debug_line(module, debug_line), {"division_by_zero"}).err;
        CAPTURE(err);
        CHECK(err.rfind("walirun: trap: integer divide by zero in function ", 0) == 0);
        CHECK(err.find(" at ") == std::string::npos);
    }
}

TEST_CASE("names of files are text, whatever is in them") {
    const std::string begin = "walirun: trap: unreachable executed in function _start at ";
    for (const int version : {2, 3, 4})
        CHECK(trap_with(unit(version, names_of("sub/a\"b", "x\\\n%s\x1b.c"), program_of_line_7())) ==
              begin + "sub/a\"b/x\\?%s?.c:7\n");
    const std::string err = trap_with(
        unit(4, names_of(std::string(100000, 'f'), std::string(100000, 'n') + "/end.c"), program_of_line_7()));
    CHECK(err.rfind(begin, 0) == 0);
    CHECK(err.size() < 400);
    CHECK(err.substr(err.size() - 11) == "nn/end.c:7\n");
}

// The compiler is replaced by one that fails, which the translation has to reach.
TEST_CASE("hostile DWARF is left out") {
    Runtime runtime;
    Options no_compiler;
    no_compiler.environment = {{"WALI_CC", "/bin/false"}};
    const auto check = [&](const std::string& module) {
        const Result result = runtime.run(module, {}, no_compiler);
        CAPTURE(result.err);
        CHECK(result.err.find("/bin/false failed") != std::string::npos);
    };
    const std::string module = read_file(WALI_PROGRAMS "/source_lines.wasm");
    const std::string begin = ".debug_line";
    const std::size_t at = module.find(begin) + begin.size();
    std::mt19937 random(4711);
    for (int round = 0; round < 100; ++round) {
        std::string debug_line = module.substr(at, module.find(".debug_", at) - at);
        for (int flips = 1 + round % 5; flips > 0; --flips)
            debug_line[random() % debug_line.size()] ^= static_cast<char>(1 << random() % 8);
        check(with_debug_line(module, debug_line));
    }
    // Many rows; many files of a long folder; many names that are one long string.
    check(with_debug_line(module, unit(4, names_of("f", "n"), program_of_line_7() + std::string(2000000, '\x20'))));
    std::string files = std::string(1000000, 'f') + std::string(2, '\0');
    for (int i = 0; i < 100000; ++i) files += std::string("n\0\1\0\0", 5);
    check(with_debug_line(module, unit(4, files, program_of_line_7())));
    const std::string strings = "\1\1\x1f" + leb(100000) + std::string(400000, '\0');
    check(with_debug_line(module, unit(5, strings + strings, program_of_line_7())) +
          custom_section(".debug_line_str", std::string(1000000, 's')));
    // Lists without an end, and names that take no bytes.
    check(with_debug_line(module, unit(5, std::string("\0", 1) + leb(SIZE_MAX) + std::string("\0", 1) + leb(SIZE_MAX),
                                       program_of_line_7())));
    check(with_debug_line(module, unit(5, "\1\1\x08" + leb(SIZE_MAX), program_of_line_7())));
}
