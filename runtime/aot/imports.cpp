// SPDX-License-Identifier: BSL-1.0
#include "imports.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "refusal.h"

namespace wali::aot {
namespace {

using wabt::Type;

struct SyscallImport {
    std::string_view name;     // after SYS_
    std::string_view handler;  // the function w2c_wali_SYS_<handler>
    std::string_view params;   // i = i32, l = i64; the result is always i64
};

struct OtherImport {
    std::string_view name;
    std::string_view function;  // the function w2c_wali_<function>
    std::string_view params;
    std::string_view result;
};

constexpr SyscallImport syscalls[] = {
#define WALI_SYSCALL(name, handler, params) {name, handler, params},
#define WALI_IMPORT(name, handler, params, result)
#include "../generated/import_table.inc"
#undef WALI_IMPORT
#undef WALI_SYSCALL
};

constexpr OtherImport others[] = {
#define WALI_SYSCALL(name, handler, params)
#define WALI_IMPORT(name, handler, params, result) {name, handler, params, result},
#include "../generated/import_table.inc"
#undef WALI_IMPORT
#undef WALI_SYSCALL
};

/// "iil" for (i32, i32, i64); nothing if another type occurs.
std::optional<std::string> letters(const wabt::TypeVector& types) {
    std::string result;
    for (Type type : types) {
        if (type != Type::I32 && type != Type::I64) return std::nullopt;
        result += type == Type::I32 ? 'i' : 'l';
    }
    return result;
}

std::string_view c_type(char letter) { return letter == 'i' ? "uint32_t" : "uint64_t"; }

std::string prototype(std::string_view function, std::string_view params, std::string_view result) {
    std::string text = "WALI_INLINE ";
    text += result.empty() ? "void" : c_type(result[0]);
    text += " w2c_wali_" + std::string(function) + "(struct w2c_wali *host";
    for (std::size_t i = 0; i < params.size(); ++i)
        text += ", " + std::string(c_type(params[i])) + " a" + std::to_string(i);
    return text + ")\n";
}

/// An adapter that converts integers: narrower ones are zero-extended, as addresses and counts are unsigned.
std::string converting(std::string_view function, const SyscallImport& call, const std::string& called,
                       std::string_view params, std::string_view result) {
    std::string text = prototype(function, params, result) + "{\n    ";
    text += result.empty() ? "(void)" : "return ";
    text += "w2c_wali_" + called + "(host";
    for (std::size_t i = 0; i < params.size(); ++i)
        text += ", (" + std::string(c_type(call.params[i])) + ")a" + std::to_string(i);
    return text + ");\n}\n";
}

std::string arguments_of(const SyscallImport& call) {
    std::string text;
    for (std::size_t i = 0; i < call.params.size(); ++i) text += ", a" + std::to_string(i);
    return text;
}

/// The handler, behind the program's own filters (runtime/host/filters). Inlined, as below.
std::string filtered(const SyscallImport& call) {
    const std::string handler(call.handler);
    const std::string arguments = arguments_of(call);
    return prototype("filtered_" + handler, call.params, "l") + "{\n    WALI_FILTER(NR_" + handler +
           (arguments.empty() ? ", 0" : arguments) + ")\n    return w2c_wali_SYS_" + handler + "(host" + arguments +
           ");\n}\n";
}

/// The same, and around it what runtime/host/observer wants to know. Inlined, because CPUs mispredict the return
/// from a function that was called before a system call.
std::string observing(const SyscallImport& call) {
    const std::string handler(call.handler);
    const std::string arguments = arguments_of(call);
    return prototype("observed_" + handler, call.params, "l") + "{\n    struct wali_call call = {.number = OBSERVED_" +
           handler + ", .arguments = {" + (arguments.empty() ? "" : arguments.substr(2)) +
           "}};\n    wali_call_begin(&call);\n" + "    return wali_call_end(&call, w2c_wali_filtered_" + handler +
           "(host" + arguments + "));\n}\n";
}

std::string missing(std::string_view function, std::string_view params, std::string_view result) {
    return prototype(function, params, result) + "{\n" +
           (result.empty() ? "" : "    return wali_error(" + std::to_string(ENOSYS) + ");\n") + "}\n";
}

std::string signature_text(const wabt::FuncSignature& signature) {
    std::string text = "(";
    for (Type type : signature.param_types) text += (text.size() > 1 ? "," : "") + type.GetName();
    text += ")->(";
    bool first = true;
    for (Type type : signature.result_types) text += (std::exchange(first, false) ? "" : ",") + type.GetName();
    return text + ")";
}

/// What the imports of a module need.
struct Needs {
    bool observed;
    std::set<std::string> handlers;
    std::string adapters;
};

/// Links the import wali.SYS_<name>; adds an adapter if one is needed.
void link_syscall(wabt::FuncImport& import, std::string_view name, std::size_t index, Needs& needs) {
    const wabt::FuncSignature& signature = import.func.decl.sig;
    const auto params = letters(signature.param_types);
    const auto result = letters(signature.result_types);
    if (!params || !result || result->size() > 1 || *result == "i")
        throw Refusal("imports wali.SYS_" + std::string(name) + " as " + signature_text(signature) +
                      "; a system call takes i32 and i64 and returns i64");
    const auto call =
        std::find_if(std::begin(syscalls), std::end(syscalls), [&](const auto& row) { return row.name == name; });
    const bool known = call != std::end(syscalls) && params->size() == call->params.size();
    std::string called;
    if (known) {
        const bool first = needs.handlers.insert(std::string(call->handler)).second;
        called = (needs.observed ? "observed_" : "filtered_") + std::string(call->handler);
        if (first) needs.adapters += filtered(*call);
        if (needs.observed && first) needs.adapters += observing(*call);
    }
    if (known && *params == call->params && *result == "l") {
        import.field_name = called;
        return;
    }
    const std::string function = "adapter" + std::to_string(index);
    import.field_name = function;
    needs.adapters +=
        known ? converting(function, *call, called, *params, *result) : missing(function, *params, *result);
}

void link_other(wabt::FuncImport& import) {
    const auto row =
        std::find_if(std::begin(others), std::end(others), [&](const auto& o) { return o.name == import.field_name; });
    if (row == std::end(others))
        throw Refusal("imports wali." + import.field_name +
                      ", which is no part of WALI; link it without that function");
    const wabt::FuncSignature& signature = import.func.decl.sig;
    if (letters(signature.param_types) != row->params || letters(signature.result_types) != row->result)
        throw Refusal("imports wali." + import.field_name + " as " + signature_text(signature) +
                      ", which is not its signature");
    import.field_name = row->function;
}

}  // namespace

std::string link_imports(wabt::Module& module, bool observed) {
    Needs needs{observed, {}, {}};
    for (std::size_t index = 0; index < module.imports.size(); ++index) {
        wabt::Import& import = *module.imports[index];
        if (import.module_name != "wali" || import.kind() != wabt::ExternalKind::Func)
            throw Refusal("imports " + import.module_name + "." + import.field_name +
                          ", but a WALI module imports only functions " +
                          "from \"wali\"; build it for wasm32-linux-muslwali");
        auto& function = *wabt::cast<wabt::FuncImport>(&import);
        const std::string name = import.field_name;
        if (name.rfind("SYS_", 0) == 0)
            link_syscall(function, name.substr(4), index, needs);
        else
            link_other(function);
    }
    std::string text = "#define WALI_CALLS_ONE_BY_ONE\n";
    for (const std::string& handler : needs.handlers) text += "#define WALI_CALL_" + handler + "\n";
    text += "#include \"wali_host.h\"\n";
    if (observed) text += "#include \"wali_observed.h\"\n";
    return text + "\n" + needs.adapters;
}

}  // namespace wali::aot
