// SPDX-License-Identifier: BSL-1.0
#include "source_lines.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "../dwarf/guest_file.h"
#include "../dwarf/line_table.h"

namespace wali::aot {
namespace {

// Of what a hostile module makes much of.
constexpr std::size_t max_section = std::size_t{16} << 20;
constexpr std::size_t max_name = 200;
constexpr std::uint64_t max_line = INT32_MAX;  // of a directive

// --- what the module says ---

dwarf_bytes section(const wabt::Module& module, std::string_view name) {
    for (const wabt::Custom& custom : module.customs)
        if (custom.name == name && custom.data.size() <= max_section) return {custom.data.data(), custom.data.size()};
    return {nullptr, 0};
}

/// The end of it, if it is long.
std::string text_of(const dwarf_bytes& bytes) {
    const std::size_t size = std::min(bytes.size, max_name);
    return size > 0 ? std::string(reinterpret_cast<const char*>(bytes.begin + bytes.size - size), size) : "";
}

std::vector<std::string> folders_of(const line_unit& unit) {
    std::vector<std::string> result;
    line_names names = unit.folders;
    for (line_name name; line_next_name(&names, &name);) result.push_back(text_of(name.text));
    return result;
}

/// As compilers name them in messages: relative to the folder where they run.
std::vector<std::string> files_of(const line_unit& unit) {
    const std::vector<std::string> folders = folders_of(unit);
    std::vector<std::string> result;
    line_names names = unit.files;
    for (line_name name; line_next_name(&names, &name);) {
        const std::string text = text_of(name.text);
        const bool in_folder = name.folder != 0 && name.folder - unit.first < folders.size() && text.rfind('/', 0) != 0;
        result.push_back(in_folder ? folders[name.folder - unit.first] + "/" + text : text);
    }
    return result;
}

/// Without what could do harm in C or on a terminal.
std::string literal_of(const std::string& path) {
    std::string result = "\"" GUEST_FILE;
    for (const char c : path.substr(path.size() - std::min(path.size(), max_name)))
        result += c == '"' ? "\\042" : c == '\\' ? "\\134" : c < 0x20 || c > 0x7e ? "?" : std::string(1, c);
    return result + "\"";
}

/// Equal names of several units are one file.
class Files {
  public:
    explicit Files(std::vector<std::string>& literals) : literals_(literals) {}

    std::uint32_t number(const std::string& path) {
        const auto [entry, is_new] = numbers_.try_emplace(literal_of(path), literals_.size());
        if (is_new) literals_.push_back(entry->first);
        return static_cast<std::uint32_t>(entry->second);
    }

  private:
    std::vector<std::string>& literals_;
    std::map<std::string, std::size_t> numbers_;
};

// --- marks in the C text ---

/// The line that a mark stands for, if this line of the text is one.
std::optional<SourceLine> mark_in(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    if (text.substr(begin, SourceLines::mark_text.size()) != SourceLines::mark_text) return std::nullopt;
    SourceLine line;
    const char* const end = text.data() + text.size();
    const char* const number = text.data() + begin + SourceLines::mark_text.size();
    std::from_chars(std::from_chars(number, end, line.file).ptr + 1, end, line.line);
    return line;
}

/// Calls `visit` with each line of a text.
void for_each_line(std::string_view text, const std::function<void(std::string_view)>& visit) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        visit(text.substr(begin, end - begin));
        begin = end + 1;
    }
}

}  // namespace

SourceLines::SourceLines(const wabt::Module& module, CodeSection code) : code_(code.begin) {
    const line_sections sections = {section(module, ".debug_line"), section(module, ".debug_line_str"),
                                    section(module, ".debug_str")};
    Files files(files_);
    line_unit unit;
    for (std::size_t offset = 0; line_unit_at(&sections, offset, &unit); offset = unit.next) {
        std::vector<std::uint32_t> numbers;
        for (const std::string& path : files_of(unit)) numbers.push_back(files.number(path));
        bool begins = true;
        bool used = false;  // a linker gives code that it drops addresses outside
        for (line_row row; line_next_row(&unit, &row); begins = row.end) {
            if (begins) used = row.address != 0 && row.address < code.size;
            if (!used || row.address > code.size) continue;
            const bool known = !row.end && row.file - unit.first < numbers.size() && row.line <= max_line;
            rows_.push_back({static_cast<std::uint32_t>(row.address), static_cast<std::uint32_t>(rows_.size()),
                             known ? SourceLine{numbers[row.file - unit.first], static_cast<std::uint32_t>(row.line)}
                                   : SourceLine{}});
        }
    }
    std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
        return a.address != b.address ? a.address < b.address : a.number < b.number;
    });
}

/// The first row at an offset in the module or behind it.
std::vector<SourceLines::Row>::const_iterator SourceLines::find(std::size_t offset) const {
    return std::lower_bound(rows_.begin(), rows_.end(), offset - code_,
                            [](const Row& row, std::size_t address) { return row.address < address; });
}

bool SourceLines::any(std::size_t begin, std::size_t end) const {
    const auto first = find(begin + 1);
    return std::any_of(first == rows_.begin() ? first : std::prev(first), find(end),
                       [](const Row& row) { return row.line.line != 0; });
}

SourceLine SourceLines::at(std::size_t end) const {
    const auto next = find(end);
    return next == rows_.begin() || std::prev(next)->line.line == 0 ? SourceLine{} : std::prev(next)->line;
}

std::unique_ptr<wabt::Expr> SourceLines::mark(SourceLine line, std::size_t end) {
    auto mark = std::make_unique<wabt::LoopExpr>();
    mark->block.label = "$wali_line" + std::to_string(line.file) + "_" + std::to_string(line.line) + "_" +
                        std::to_string(end);  // labels differ
    mark->block.exprs.push_back(std::make_unique<wabt::NopExpr>());
    return mark;
}

std::string SourceLines::directive(SourceLine line) const {
    if (line.line == 0) return "#line 1 \"generated\"\n";
    return "#line " + std::to_string(line.line) + " " + files_[line.file] + "\n";
}

// All that is of one source line becomes one line of C: a compiler counts on from one directive to the next.
void SourceLines::write_directives(std::string& function) const {
    std::optional<SourceLine> line;
    for_each_line(function, [&](std::string_view text) {
        if (!line) line = mark_in(text);  // what stands before the first one is of that line, too
    });
    bool written = false;
    std::string result;
    for_each_line(function, [&](std::string_view text) {
        if (const std::optional<SourceLine> next = mark_in(text)) {
            written = written && next == line;
            line = next;
        } else if (text.substr(0, 1) == "#") {
            result.append("\n").append(text).append("\n");
            written = false;
        } else {
            if (!written) result += "\n" + directive(*line);
            written = true;
            result.append(text.substr(std::min(text.find_first_not_of(' '), text.size()))).append(" ");
        }
    });
    function = result + "\n" + directive({});
}

}  // namespace wali::aot
