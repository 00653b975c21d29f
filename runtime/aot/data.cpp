// SPDX-License-Identifier: BSL-1.0
#include "data.h"

#include "octal.h"
#include "refusal.h"

namespace wali::aot {
namespace {

/// "[static] const u8 NAME[] = {...};" becomes "extern const u8 NAME[];". Adds the names.
void declare_only(std::string& text, std::vector<std::string>& names) {
    static constexpr std::string_view type = "const u8 ";
    static constexpr std::string_view name_begin = "data_segment_data_";
    static constexpr std::string_view name_end = "[] = {";
    static constexpr std::string_view array_end = "\n};\n";
    const std::string array = std::string(type) + std::string(name_begin);
    std::string rest;
    std::size_t done = 0;
    for (std::size_t at = text.find(array); at != std::string::npos; at = text.find(array, done)) {
        const std::size_t name = at + type.size();
        const std::size_t bracket = text.find(name_end, name);
        const std::size_t end = text.find(array_end, at);
        if (bracket == std::string::npos || end == std::string::npos) unknown_shape();
        names.push_back(text.substr(name, bracket - name));
        rest += text.substr(done, text.rfind('\n', at) + 1 - done) + "extern const u8 " + names.back() + "[];\n";
        done = end + array_end.size();
    }
    if (done > 0) text = rest + text.substr(done);
}

}  // namespace

std::string move_data(const wabt::Module& module, const std::string& folder, std::vector<CFile>& files) {
    std::vector<std::string> names;
    for (CFile& file : files)
        if (file.name != "guest-impl.h") declare_only(file.text, names);
    if (names.empty()) return {};
    CFile data{"data.bin", {}};
    std::string symbols;
    auto name = names.begin();
    for (const wabt::DataSegment* segment : module.data_segments) {
        if (segment->data.empty()) continue;
        if (name == names.end()) unknown_shape();
        symbols += "\n    \".globl " + *name + "\\n.hidden " + *name + "\\n" + *name + " = wali_data + " +
                   std::to_string(data.text.size()) + "\\n\"";
        data.text.append(segment->data.begin(), segment->data.end());
        ++name;
    }
    if (name != names.end()) unknown_shape();
    files.push_back(data);
    const std::string path = octal(octal(folder + "/data.bin"));  // a string of the assembler in one of C
    return "__asm__(\n    \".pushsection .rodata\\nwali_data: .incbin \\\"" + path + "\\\"\\n\"" + symbols +
           "\n    \".popsection\\n\");\n";
}

}  // namespace wali::aot
