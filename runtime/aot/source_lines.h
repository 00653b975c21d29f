// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "module.h"

namespace wali::aot {

/// One line; line 0 is none.
struct SourceLine {
    std::uint32_t file = 0;
    std::uint32_t line = 0;

    bool operator==(const SourceLine& other) const { return file == other.file && line == other.line; }
    bool operator!=(const SourceLine& other) const { return !(*this == other); }
};

/// The lines of source files that a module's instructions come from, as its DWARF says. They go into the C text, from
/// there into the executable's own DWARF, and there a trap looks them up (host/engine/source_line.c).
class SourceLines {
  public:
    SourceLines() = default;

    /// What cannot be read is left out.
    SourceLines(const wabt::Module& module, CodeSection code);

    /// Whether the line of any instruction between two offsets is known.
    bool any(std::size_t begin, std::size_t end) const;

    /// Of an instruction that ends at this offset.
    SourceLine at(std::size_t end) const;

    /// An expression that carries the line of the next one, which ends at this offset, through the C writer: a loop
    /// around a nop, of which that writes the label alone, and which touches no operand.
    static std::unique_ptr<wabt::Expr> mark(SourceLine line, std::size_t end);

    /// How the writer writes it; the numbers follow.
    static constexpr std::string_view mark_text = "var_wali_line";

    /// Makes #line directives of the marks in the C text of a function.
    void write_directives(std::string& function) const;

  private:
    struct Row {
        std::uint32_t address;
        std::uint32_t number;
        SourceLine line;
    };

    std::vector<Row>::const_iterator find(std::size_t offset) const;
    std::string directive(SourceLine line) const;

    std::size_t code_ = 0;
    std::vector<Row> rows_;           // each up to the next
    std::vector<std::string> files_;  // as C string literals
};

}  // namespace wali::aot
