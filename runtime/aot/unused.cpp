// SPDX-License-Identifier: BSL-1.0
#include "unused.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "word.h"
#include "write_c.h"

namespace wali::aot {
namespace {

// Of these, the first argument is the function's name, and a second function is named so with _shared behind.
constexpr std::array<std::string_view, 6> macros = {"DEFINE_LOAD(",        "DEFINE_STORE(",
                                                    "DEFINE_SHARED_",      "DEFINE_ATOMIC_",
                                                    "DEFINE_REINTERPRET(", "WALI_DEFINE_REINTERPRET("};
constexpr std::string_view shared = "_shared";

/// Adds the words in front of parentheses.
void add_called(std::string_view text, std::unordered_set<std::string_view>& called) {
    for (std::size_t end = text.find('('); end != std::string_view::npos; end = text.find('(', end + 1)) {
        std::size_t begin = end;
        while (begin > 0 && is_word(text[begin - 1])) --begin;
        if (begin != end) called.insert(text.substr(begin, end - begin));
    }
}

std::string_view defined_name(std::string_view line) {
    const bool defines = std::any_of(macros.begin(), macros.end(),
                                     [&](std::string_view macro) { return line.substr(0, macro.size()) == macro; });
    if (!defines) return {};
    const std::size_t begin = line.find('(') + 1;
    std::string_view name = line.substr(begin, line.find(',', begin) - begin);
    if (name.size() > shared.size() && name.substr(name.size() - shared.size()) == shared)
        name.remove_suffix(shared.size());
    return name;
}

}  // namespace

void remove_unused(std::string& impl_header, const std::vector<CFile>& files) {
    std::unordered_set<std::string_view> called;
    for (const CFile& file : files) add_called(file.text, called);
    std::string result;
    std::string_view rest = impl_header;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
        const std::string_view name = defined_name(line);
        if (name.empty() || called.count(name) || called.count(std::string(name).append(shared))) result += line;
        rest.remove_prefix(line.size());
    }
    impl_header = std::move(result);
}

}  // namespace wali::aot
