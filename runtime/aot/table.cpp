// SPDX-License-Identifier: BSL-1.0
#include "table.h"

#include <map>
#include <string_view>

#include "refusal.h"

namespace wali::aot {
namespace {

constexpr std::uint64_t max_elements = 1 << 20;  // of constant arrays; a larger table stays as it is

// --- what the module says ---

/// The constant that an offset consists of, or nothing.
const wabt::Const* constant(const wabt::ExprList& offset) {
    const auto* expr = offset.size() == 1 ? wabt::dyn_cast<wabt::ConstExpr>(&offset.front()) : nullptr;
    return expr && expr->const_.type() == wabt::Type::I32 ? &expr->const_ : nullptr;
}

bool names_functions(const wabt::ElemSegment& segment) {
    for (const wabt::ExprList& element : segment.elem_exprs)
        if (element.size() != 1 ||
            (!wabt::isa<wabt::RefFuncExpr>(&element.front()) && !wabt::isa<wabt::RefNullExpr>(&element.front())))
            return false;
    return true;
}

/// Segments that are not active are only read by table.init, which makes a table one that changes.
bool is_fixed(const wabt::ElemSegment& segment, std::uint64_t size) {
    if (!names_functions(segment)) return false;
    if (segment.kind != wabt::SegmentKind::Active) return true;
    const wabt::Const* offset = constant(segment.offset);
    return offset && offset->u32() + std::uint64_t{segment.elem_exprs.size()} <= size;
}

// --- what the C writer made of it ---

/// What a text has between two others, from `at` on, which moves behind it.
std::string_view between(std::string_view text, std::size_t& at, std::string_view before, std::string_view after) {
    const std::size_t begin = text.find(before, at);
    if (begin == std::string_view::npos) return {};
    const std::size_t end = text.find(after, begin + before.size());
    if (end == std::string_view::npos) unknown_shape();
    at = end + after.size();
    return text.substr(begin + before.size(), end - begin - before.size());
}

/// Numbers from 1 on for the names of function types; those of equal signatures are equal.
std::map<std::string, std::size_t> number_types(const std::vector<CFile>& files, std::vector<std::string>& names) {
    std::map<std::string, std::size_t> numbers;
    std::map<std::string, std::size_t> signatures;
    for (const CFile& file : files)
        for (const std::string_view macro : {"\nFUNC_TYPE_T(", "\nFUNC_TYPE_EXTERN_T("})
            for (std::size_t at = 0;;) {
                const std::string name(between(file.text, at, macro, ") = "));
                if (name.empty()) break;
                const std::string signature = file.text.substr(at, file.text.find(';', at) - at);
                const auto [entry, is_new] = signatures.emplace(signature, names.size() + 1);
                if (is_new) names.push_back(name);
                numbers.emplace(name, entry->second);
            }
    return numbers;
}

struct Element {
    std::string type;
    std::string function;  // empty: null
};

/// "{RefFunc, TYPE, (wasm_rt_function_ptr_t)FUNCTION, {NULL}, OFFSET}," or "{RefNull, ...}," per line.
std::vector<Element> read_elements(std::string_view lines) {
    std::vector<Element> elements;
    for (std::size_t at = 0;;) {
        const std::string_view line = between(lines, at, "  {", "},\n");
        if (line.empty()) return elements;
        std::size_t part = 0;
        const std::string type(between(line, part, "RefFunc, ", ", (wasm_rt_function_ptr_t)"));
        if (type.empty() && line.find("RefNull, ") != 0) unknown_shape();
        elements.push_back({type, type.empty() ? "" : std::string(line.substr(part, line.find(',', part) - part))});
    }
}

/// The file that fills the table, and the elements of each segment that has some, in the module's order.
CFile& find_segments(std::vector<CFile>& files, std::vector<std::vector<Element>>& segments) {
    for (CFile& file : files) {
        if (file.text.find("\nstatic void init_tables(") == std::string::npos) continue;
        for (std::size_t at = 0;;) {
            if (between(file.text, at, "const wasm_elem_segment_expr_t ", "[] = {\n").empty()) return file;
            const std::size_t end = file.text.find("\n};", at);
            if (end == std::string::npos) unknown_shape();
            segments.push_back(read_elements(std::string_view(file.text).substr(at, end + 1 - at)));
        }
    }
    unknown_shape();
}

std::vector<Element> fill(const wabt::Module& module, const std::vector<std::vector<Element>>& segments) {
    std::vector<Element> table(module.tables[0]->elem_limits.initial);
    auto written = segments.begin();
    for (const wabt::ElemSegment* segment : module.elem_segments) {
        if (segment->elem_exprs.empty()) continue;
        if (written == segments.end() || written->size() != segment->elem_exprs.size()) unknown_shape();
        std::size_t at = segment->kind == wabt::SegmentKind::Active ? constant(segment->offset)->u32() : table.size();
        for (const Element& element : *written++)
            if (at < table.size()) table[at++] = element;
    }
    if (written != segments.end()) unknown_shape();
    return table;
}

// --- what takes its place ---

/// Replaces what is between two texts, if the first is there.
void replace_between(std::string& text, std::string_view before, std::string_view after, const std::string& what) {
    const std::size_t found = text.find(before);
    if (found == std::string::npos) return;
    const std::size_t begin = found + before.size();
    const std::size_t end = text.find(after, begin);
    if (end == std::string::npos) unknown_shape();
    text.replace(begin, end - begin, what);
}

/// A call, in place of the C writer's. An element that is null has type 0, which no call asks for.
std::string header(std::size_t size, const std::map<std::string, std::size_t>& numbers) {
    std::string text =
        "(table, t, ft, x, callee, ...) \\\n"
        "  ((LIKELY((x) < WALI_TABLE_SIZE && wali_table_types[x] == ft##_number) || \\\n"
        "    (wali_trap_call(x, ft##_number), 0)), \\\n"
        "   ((t)wali_table_functions[x])(instance, ##__VA_ARGS__))\n"
        "extern const wasm_rt_function_ptr_t wali_table_functions[];\n"
        "extern const u32 wali_table_types[];\n"
        "WASM_RT_NO_RETURN __attribute__((cold)) void wali_trap_call(u32 index, u32 type);\n"
        "#define WALI_TABLE_SIZE " +
        std::to_string(size) + "U\n";
    for (const auto& [name, number] : numbers) text += "#define " + name + "_number " + std::to_string(number) + "\n";
    return text;
}

std::string arrays(const std::vector<Element>& table, const std::map<std::string, std::size_t>& numbers,
                   const std::vector<std::string>& types) {
    std::string functions;
    std::string type_numbers;
    std::string signatures;
    for (const Element& element : table) {
        functions += element.type.empty() ? "  0,\n" : "  (wasm_rt_function_ptr_t)" + element.function + ",\n";
        type_numbers += "  " + (element.type.empty() ? "0" : std::to_string(numbers.at(element.type))) + ",\n";
    }
    for (const std::string& type : types) signatures += "  " + type + ",\n";
    return "\nconst wasm_rt_function_ptr_t wali_table_functions[] = {\n" + functions +
           "  0};\nconst u32 wali_table_types[] = {\n" + type_numbers +
           "  0};\nstatic const wasm_rt_func_type_t wali_types[] = {\n  0,\n" + signatures +
           "};\n"
           "wasm_rt_funcref_t wali_table_element(void *instance, u32 index) {\n"
           "  if (index >= WALI_TABLE_SIZE) return wasm_rt_funcref_null_value;\n"
           "  return (wasm_rt_funcref_t){wali_types[wali_table_types[index]], wali_table_functions[index], {0}, "
           "instance};\n}\n"
           "void wali_trap_call(u32 index, u32 type) {\n"
           "  const wasm_rt_funcref_t callee = wali_table_element(0, index);\n"
           "  wasm_rt_trap_call(&callee, wali_types[type]);\n}\n";
}

}  // namespace

bool has_fixed_table(const wabt::Module& module, const Lowered& lowered) {
    if (module.tables.size() != 1 || lowered.uses_tables || lowered.tail_calls) return false;
    const wabt::Table& table = *module.tables[0];
    if (table.elem_type != wabt::Type::FuncRef || table.elem_limits.initial > max_elements) return false;
    for (const wabt::ElemSegment* segment : module.elem_segments)
        if (!is_fixed(*segment, table.elem_limits.initial)) return false;
    return true;
}

void write_fixed_table(const wabt::Module& module, std::vector<CFile>& files) {
    std::vector<std::string> types;
    const std::map<std::string, std::size_t> numbers = number_types(files, types);
    std::vector<std::vector<Element>> segments;
    CFile& home = find_segments(files, segments);
    const std::vector<Element> table = fill(module, segments);
    for (CFile& file : files) {
        replace_between(file.text, "#define CALL_INDIRECT", "\n\n", header(table.size(), numbers));
        replace_between(file.text, "\nstatic void init_tables(w2c_guest* instance) {\n", "}\n", "");
    }
    home.text += arrays(table, numbers, types);
}

}  // namespace wali::aot
