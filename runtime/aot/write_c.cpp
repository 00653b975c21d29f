// SPDX-License-Identifier: BSL-1.0
#include "write_c.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>

#include "data.h"
#include "fold.h"
#include "jumps.h"
#include "module.h"
#include "parallel.h"
#include "refusal.h"
#include "table.h"
#include "unused.h"
#include "unwinding.h"

namespace wali::aot {
namespace {

// Instructions per output file: large enough that the common header does not matter, small enough for the compiler's
// memory and for all cores. Without optimization the header matters more, and memory less.
constexpr std::size_t instructions_per_file = 30000;
constexpr std::size_t quick_instructions_per_file = 120000;
constexpr std::size_t quick_instructions_worth_two = 10000;
constexpr std::size_t max_files = 1024;

std::size_t number_of_files(std::size_t instructions, Tier tier) {
    if (tier == Tier::Full) return std::clamp<std::size_t>(instructions / instructions_per_file, 1, max_files);
    if (instructions < quick_instructions_worth_two) return 1;
    return std::clamp<std::size_t>(instructions / quick_instructions_per_file, 2, max_files);
}

// A pragma, because other compilers refuse GCC's flags and ignore this. Two passes that it has only from -O2 on, and
// that cost no time, save a tenth where addresses are computed, which wasm does in 32 bits. Its dead store elimination
// after register allocation, "dse", is wrong for accesses that overlap at constant addresses: it drops a store that a
// load in between has read in part (docs/decisions.md, tests/engine).
constexpr std::string_view gcc_passes = "#pragma GCC optimize(\"ree\", \"peephole2\", \"no-dse\")\n";

std::string text_of(wabt::MemoryStream& stream) {
    const std::vector<std::uint8_t>& data = stream.output_buffer().data;
    return {data.begin(), data.end()};
}

void replace_once(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t position = text.find(from);
    if (position == std::string::npos || text.find(from, position + 1) != std::string::npos) unknown_shape();
    text.replace(position, from.size(), to);
}

void replace_each(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// GCC may keep the operand of an atomic operation in the register of its result, and then reads the result for it.
void keep_operands(std::string& impl_header) {
    replace_each(impl_header, "sizeof(t1)), wrapped);", "sizeof(t1)), wrapped); WALI_KEEP(wrapped);");
}

/// GCC computes some comparisons of constants that are NaNs wrong (WALI_DEFINE_REINTERPRET).
void hide_constants(std::string& impl_header) {
    for (const std::string_view function : {"f32_reinterpret_i32", "f64_reinterpret_i64"})
        replace_once(impl_header, "\nDEFINE_REINTERPRET(" + std::string(function),
                     "\nWALI_DEFINE_REINTERPRET(" + std::string(function));
}

/// The writer loads the base of memory from the instance before each access; ours is a constant.
void use_constant_base(std::string& impl_header) {
    replace_once(impl_header, "#define MEM_ADDR(mem, addr, n) &(mem)->data[addr]\n",
                 "#define MEM_ADDR(mem, addr, n) ((u8*)(WALI_MEMORY_BASE + (u64)(addr)))\n");
}

/// Bulk instructions check against memory.size; above it lie the program's maps.
void check_ranges(std::string& impl_header) {
    replace_once(impl_header, "(offset + (uint64_t)len > mem->size)",
                 "(offset + (uint64_t)len > mem->pages * 65536 && !wali_is_there(offset, len))");
}

/// What a wrong call in a table that changes says.
void tell_wrong_calls(std::string& impl_header) {
    replace_once(impl_header, "   TRAP(CALL_INDIRECT))",
                 "   (wasm_rt_trap_call((x) < table.size ? &table.data[x] : 0, ft), 0))");
}

/// The writer calls functions for vectors in shared memory that it does not define. Vectors are never atomic: those for
/// other memory will do. Ours take the place of some that are wrong.
void name_vectors(std::string& impl_header) {
    std::string names;
    for (const std::string_view macro :
         {"\nDEFINE_SIMD_LOAD_FUNC(", "\nDEFINE_SIMD_LOAD_LANE(", "\nDEFINE_SIMD_STORE(", "\nDEFINE_SIMD_STORE_LANE("})
        for (std::size_t at = 0; (at = impl_header.find(macro, at)) != std::string::npos;) {
            at += macro.size();
            const std::string name = impl_header.substr(at, impl_header.find(',', at) - at);
            names += "#define " + name + "_shared " + name + "\n";
        }
    impl_header += names + "#include \"wali_vector.h\"\n";
}

std::string mended_header(std::string text, const wabt::Module& module) {
    use_constant_base(text);
    check_ranges(text);
    tell_wrong_calls(text);
    keep_operands(text);
    hide_constants(text);
    if (module.features_used.simd)
        name_vectors(text);
    else
        replace_once(text, "#include <math.h>\n", "#include \"wali_math.h\"\n");
    return text;
}

/// GCC 12 takes x >= x and x <= x for true where one of two paths leads to it, though x may be a NaN. What is written
/// as a function it leaves alone: "var_i0 = var_d0 >= var_d1;".
void hide_orders(std::string& text) {
    for (const auto& [order, function] :
         {std::pair(" >= var_", "__builtin_isgreaterequal("), std::pair(" <= var_", "__builtin_islessequal(")}) {
        static constexpr std::size_t length = std::string_view(" >= ").size();
        for (std::size_t at = text.find(order); at != std::string::npos; at = text.find(order, at + length)) {
            const std::size_t left = text.rfind(' ', at - 1) + 1;
            const char type = text[at + std::string_view(order).size()];
            if (type != 'f' && type != 'd') continue;
            text.insert(text.find(';', at), ")");
            text.replace(at, length, ", ");
            text.insert(left, function);
        }
    }
}

/// Splits a file into functions (each ends with a line "}") and treats those that contain `call`.
void fix_functions(std::string& text, std::string_view call, const std::function<void(std::string& function)>& fix) {
    if (text.find(call) == std::string::npos) return;
    std::string result;
    result.reserve(text.size());
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = text.find("\n}\n", begin);
        end = end == std::string::npos ? text.size() : end + 3;
        std::string piece = text.substr(begin, end - begin);
        if (piece.find(call) != std::string::npos) fix(piece);
        result += piece;
        begin = end;
    }
    text = std::move(result);
}

/// At least what the values take in C.
std::size_t bytes_of(const wabt::TypeVector& types) {
    std::size_t bytes = 0;
    for (const wabt::Type type : types) bytes += type.IsRef() ? 32 : type == wabt::Type::V128 ? 16 : 8;
    return bytes;
}

/// The writer copies tail-call arguments of imports from a value instead of its address, leaves the instance of the
/// first function called undefined, and has 1024 bytes for arguments and results, whatever they are.
void fix_tail_calls(std::string& text, const wabt::Module& module) {
    std::size_t bytes = 1024;
    for (const wabt::TypeEntry* type : module.types) {
        const wabt::FuncSignature& signature = wabt::cast<wabt::FuncType>(type)->sig;
        bytes = std::max({bytes, bytes_of(signature.param_types), bytes_of(signature.result_types)});
    }
    replace_each(text, "char tail_call_stack[1024];", "char tail_call_stack[" + std::to_string(bytes) + "];");
    replace_each(text, ") <= 1024);", ") <= " + std::to_string(bytes) + ");");
    replace_each(text, "wasm_rt_memcpy(params, ", "wasm_rt_memcpy(&params, ");
    replace_each(text, "void *instance_ptr_storage;\n", "void *instance_ptr_storage = instance;\n");
}

/// Consecutive functions share a file; files have about equal numbers of instructions.
std::vector<std::size_t> distribute(const Lowered& lowered, std::vector<wabt::Func*>::const_iterator begin,
                                    std::vector<wabt::Func*>::const_iterator end, std::size_t outputs) {
    std::vector<std::size_t> result;
    std::size_t seen = 0;
    const std::size_t share = lowered.total_weight / outputs + 1;
    for (auto function = begin; function != end; ++function) {
        result.push_back(std::min(seen / share, outputs - 1));
        const auto weight = lowered.weight.find(*function);
        if (weight != lowered.weight.end()) seen += weight->second;
    }
    return result;
}

std::string list(const wabt::TypeVector& types) {
    std::string text;
    for (const wabt::Type type : types) text += (text.empty() ? "" : ", ") + type.GetName();
    return "(" + text + ")";
}

bool only_numbers(const wabt::TypeVector& types) {
    return std::all_of(types.begin(), types.end(), [](wabt::Type type) {
        return type == wabt::Type::I32 || type == wabt::Type::I64 || type == wabt::Type::F32 || type == wabt::Type::F64;
    });
}

/// Members of struct wali_signature, for each type once.
std::vector<std::string> describe_types(const wabt::Module& module) {
    std::vector<std::string> result;
    std::set<std::string> seen;
    for (const wabt::TypeEntry* type : module.types) {
        const wabt::FuncSignature& signature = wabt::cast<wabt::FuncType>(type)->sig;
        const std::string text = list(signature.param_types) + " -> " + list(signature.result_types);
        if (seen.insert(text).second)
            result.push_back(
                "\"" + text + "\", " + std::to_string(signature.GetNumParams()) + ", " +
                std::to_string(signature.GetNumResults()) + ", " +
                (only_numbers(signature.param_types) && only_numbers(signature.result_types) ? "true" : "false"));
    }
    return result;
}

/// The same behind the C writer's hash of the type, sorted by it. The writer, too, defines each once, in this order.
std::map<std::string, std::string> signatures(const wabt::Module& module, const std::vector<CFile>& files) {
    std::map<std::string, std::string> result;
    const std::vector<std::string> types = describe_types(module);
    auto type = types.begin();
    for (const CFile& file : files)
        for (const std::string_view macro : {"\nFUNC_TYPE_T(", "\nFUNC_TYPE_EXTERN_T("})
            for (std::size_t at = 0; (at = file.text.find(macro, at)) != std::string::npos;) {
                const std::size_t hash = file.text.find(" = ", at) + 3;
                at = file.text.find(';', hash);
                if (at == std::string::npos || type == types.end()) unknown_shape();
                result[file.text.substr(hash, at - hash)] = *type++;
            }
    if (type != types.end()) unknown_shape();
    return result;
}

/// Describes the module to the host library. Functions of the module are named, not called: none may be inlined here,
/// or a trap cannot name it.
std::string write_glue(const wabt::Module& module, const Lowered& lowered, const std::vector<CFile>& files) {
    const wabt::Limits& limits = module.memories[0]->page_limits;
    const std::uint64_t max_pages = limits.has_max ? limits.max : 65536;
    const bool fixed_table = has_fixed_table(module, lowered);
    const bool has_table = fixed_table || module.GetExport("table") != nullptr;
    const bool has_stack_pointer = module.GetExport("stackpointer") != nullptr;
    std::string text = "#include \"guest.h\"\n\n";
    if (fixed_table)
        text += "wasm_rt_funcref_t wali_table_element(void *instance, u32 index);\n";
    else if (has_table)
        text +=
            "static wasm_rt_funcref_t wali_table_element(void *instance, u32 index) {\n"
            "  const wasm_rt_funcref_table_t *table = w2c_guest_table(instance);\n"
            "  return index < table->size ? table->data[index] : wasm_rt_funcref_null_value;\n}\n";
    text += "static const struct wali_signature signatures[] = {\n";
    for (const auto& [hash, signature] : signatures(module, files))
        text.append("  {").append(hash).append(", ").append(signature).append("},\n");
    text += "};\n";
    text += "\nconst struct wali_guest wali_guest = {\n    .instance_size = sizeof(w2c_guest),\n    .pages = " +
            std::to_string(limits.initial) + ",\n    .max_pages = " + std::to_string(max_pages) +
            ",\n    .shared = " + (lowered.shared_memory ? "true" : "false") +
            ",\n    .signatures = signatures,\n    .signature_count = sizeof signatures / sizeof *signatures" +
            ",\n    .instantiate = (void (*)(void *, struct w2c_wali *))wasm2c_guest_instantiate" +
            ",\n    .start = (void (*)(void *))w2c_guest_0x5Fstart" +
            ",\n    .free = (void (*)(void *))wasm2c_guest_free,\n";
    if (has_table) text += "    .element = wali_table_element,\n";
    if (has_stack_pointer) text += "    .stack_pointer = (uint32_t *(*)(void *))w2c_guest_stackpointer,\n";
    return text + "};\n";
}

}  // namespace

std::vector<CFile> write_c(const wabt::Module& module, const Lowered& lowered, const SourceLines& lines,
                           const std::string& adapters, Tier tier, const std::string& folder) {
    const std::size_t outputs = number_of_files(lowered.total_weight, tier);
    std::vector<wabt::MemoryStream> parts(outputs);
    std::vector<wabt::Stream*> streams;
    for (wabt::MemoryStream& part : parts) streams.push_back(&part);
    wabt::MemoryStream header;
    wabt::MemoryStream impl_header;

    wabt::WriteCOptions options;
    options.module_name = "guest";
    options.features = features();
    if (!lowered.tail_calls) options.features.disable_tail_call();
    options.name_to_output_file_index = [&](auto begin, auto end, std::size_t, std::size_t count) {
        return distribute(lowered, begin, end, count);
    };
    if (Failed(wabt::WriteC(std::move(streams), &header, &impl_header, "guest.h", "guest-impl.h", &module, options)))
        throw Refusal("the C writer cannot express this module");

    std::vector<CFile> files;
    files.push_back({"guest-impl.h", mended_header(text_of(impl_header), module)});
    files.push_back({"guest.h", text_of(header)});
    files.push_back({"adapters.h", std::string(gcc_passes) + adapters});
    const std::size_t first_part = files.size();
    const std::vector<CatchingFunction> catching = catching_functions(module);
    auto next = catching.begin();
    for (std::size_t i = 0; i < outputs; ++i) {
        // The writer includes its second header itself only when it writes several files.
        std::string text = (outputs == 1 ? "#include \"guest-impl.h\"\n" : "") + text_of(parts[i]);
        parts[i].Clear();
        const bool catches = text.find(c_try) != std::string::npos;
        fix_functions(text, c_try, [&](std::string& function) {
            if (lowered.tail_calls)
                make_all_volatile(function);
            else if (next == catching.end())
                unknown_shape();
            else
                make_volatile(function, *next++);
        });
        if (module.tags.empty()) fix_functions(text, "setjmp(instance->", write_jumps);
        if (lowered.tail_calls) fix_tail_calls(text, module);
        const bool has_lines = text.find(SourceLines::mark_text) != std::string::npos;
        files.push_back({(catches ? catching_file : part_file) + std::to_string(i) + (has_lines ? lines_end : ".c"),
                         std::move(text)});
    }
    if (has_fixed_table(module, lowered)) write_fixed_table(module, files);
    // Before the data is among them, which may hold any text.
    const std::string glue = write_glue(module, lowered, files);
    const std::string data = move_data(module, folder, files);
    for_each_in_parallel(outputs, [&](std::size_t i) {
        std::string& text = files[first_part + i].text;
        tier == Tier::Quick ? fold_expressions(text) : hide_orders(text);
        fix_functions(text, SourceLines::mark_text, [&](std::string& function) { lines.write_directives(function); });
    });
    remove_unused(files.front().text, files);
    // No file of its own, for which a compiler takes as long to start as to compile it. In front of all lines: those of
    // the module's source come from directives.
    files[first_part].text.insert(0, glue + data);
    return files;
}

}  // namespace wali::aot
