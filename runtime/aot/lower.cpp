// SPDX-License-Identifier: BSL-1.0
#include "lower.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "refusal.h"
#include "tail_calls.h"

namespace wali::aot {
namespace {

using wabt::Index;
using wabt::Type;

// The C writer recurses per block; the stack that it runs on is sized for this (see translate.cpp).
constexpr std::size_t max_nesting = 10000;

/// Adds imports to a module whose references are all by name.
class Imports {
  public:
    explicit Imports(wabt::Module& module) : module_(module) {}

    /// The function wali.FIELD, added on first use.
    wabt::Var function(const std::string& field, wabt::TypeVector params, wabt::TypeVector results) {
        const std::string name = "$wali." + field;
        if (module_.func_bindings.FindIndex(name) == wabt::kInvalidIndex)
            add(name, field, std::move(params), std::move(results));
        return wabt::Var(name, wabt::Location());
    }

  private:
    void add(const std::string& name, const std::string& field, wabt::TypeVector params, wabt::TypeVector results) {
        auto import = std::make_unique<wabt::FuncImport>(name);
        import->module_name = "wali";
        import->field_name = field;
        import->func.decl.sig.param_types = std::move(params);
        import->func.decl.sig.result_types = std::move(results);
        import->func.decl.has_func_type = true;
        import->func.decl.type_var = type_of(import->func.decl.sig);

        const Index position = module_.num_func_imports;
        for (auto& [bound, binding] : module_.func_bindings)
            if (binding.index >= position) ++binding.index;
        module_.func_bindings.emplace(name, wabt::Binding(position));
        module_.funcs.insert(module_.funcs.begin() + static_cast<std::ptrdiff_t>(position), &import->func);
        ++module_.num_func_imports;
        module_.imports.push_back(import.get());
        module_.fields.push_back(std::make_unique<wabt::ImportModuleField>(std::move(import)));
    }

    wabt::Var type_of(const wabt::FuncSignature& signature) {
        const Index index = module_.GetFuncTypeIndex(signature);
        if (index != wabt::kInvalidIndex) return wabt::Var(module_.types[index]->name, wabt::Location());
        const std::string name = "$wali.type" + std::to_string(module_.types.size());
        auto type = std::make_unique<wabt::FuncType>(name);
        type->sig = signature;
        auto field = std::make_unique<wabt::TypeModuleField>();
        field->type = std::move(type);
        module_.AppendField(std::move(field));
        return wabt::Var(name, wabt::Location());
    }

    wabt::Module& module_;
};

/// The name of the function by which the C library calls functions that the program passed to it, if it is there.
std::string find_function_caller(const wabt::Module& module) {
    const wabt::Export* exported = module.GetExport("__wasm_call_function");
    if (!exported || exported->kind != wabt::ExternalKind::Func) return {};
    const wabt::Func& function = *module.GetFunc(exported->var);
    const wabt::FuncSignature& signature = function.decl.sig;
    const bool known = signature.param_types == wabt::TypeVector{Type::I32, Type::I32, Type::I32} &&
                       signature.result_types == wabt::TypeVector{Type::I32};
    return known ? function.name : std::string();
}

/// Walks function bodies without recursion, counts instructions and rewrites what the C writer refuses.
class BodyLowering {
  public:
    BodyLowering(wabt::Module& module, const SourceLines& lines, Lowered& result)
        : tail_calls_(module),
          imports_(module),
          function_caller_(find_function_caller(module)),
          lines_(lines),
          result_(result) {}

    void function(wabt::Func& function, bool has_lines) {
        std::size_t count = 0;
        std::vector<Body> pending{{&function.exprs, 0, false}};
        while (!pending.empty()) {
            const auto [list, depth, in_try] = pending.back();
            pending.pop_back();
            if (depth > max_nesting)
                throw Refusal("function " + function.name + " nests blocks more than " + std::to_string(max_nesting) +
                              " deep; split it");
            std::optional<SourceLine> line;  // of what is before, if that is known
            for (auto position = list->begin(); position != list->end(); ++count) {
                wabt::Expr& expr = *position;
                if (never_goes_on(expr)) end_behind(*list, position);
                if (has_lines && (needs_line(expr) || count == 0)) mark_line(*list, position, line);
                const std::size_t bodies = pending.size();
                push_bodies(expr, depth + 1, in_try, pending);
                if (pending.size() != bodies) line.reset();
                if (wabt::isa<wabt::ReturnCallExpr>(&expr) || wabt::isa<wabt::ReturnCallIndirectExpr>(&expr))
                    tail_calls_.found(function, *list, position, in_try);
                if (uses_table(expr)) result_.uses_tables = true;
                position = lower(*list, position);
            }
        }
        result_.weight[&function] = count;
        result_.total_weight += count;
    }

    /// When all functions are known.
    void tail_calls() { result_.tail_calls = tail_calls_.lower(result_.uses_tables); }

  private:
    using Position = wabt::ExprList::iterator;

    struct Body {
        wabt::ExprList* list;
        std::size_t depth;
        bool in_try;
    };

    static bool never_goes_on(const wabt::Expr& expr) {
        switch (expr.type()) {
            case wabt::ExprType::Br:
            case wabt::ExprType::BrTable:
            case wabt::ExprType::Rethrow:
            case wabt::ExprType::Return:
            case wabt::ExprType::ReturnCall:
            case wabt::ExprType::ReturnCallIndirect:
            case wabt::ExprType::Throw:
            case wabt::ExprType::Unreachable: return true;
            default: return false;
        }
    }

    /// What never runs is taken out, because the C writer leaves it out, too, and the functions with a try block that
    /// it writes are counted. Only behind a throw it goes on, and finds no operands.
    static void end_behind(wabt::ExprList& list, Position position) {
        list.erase(std::next(position), list.end());
        if (wabt::isa<wabt::ThrowExpr>(&*position) || wabt::isa<wabt::RethrowExpr>(&*position))
            list.push_back(std::make_unique<wabt::UnreachableExpr>(position->loc));
    }

    /// Whether its line may be asked for: it can trap, or calls what can.
    static bool needs_line(const wabt::Expr& expr) {
        const auto is = [](const wabt::Opcode& opcode, std::string_view operation) {
            return std::string_view(opcode.GetName()).find(operation) != std::string_view::npos;
        };
        switch (expr.type()) {
            case wabt::ExprType::Binary: {
                const wabt::Opcode& opcode = wabt::cast<wabt::BinaryExpr>(&expr)->opcode;
                return is(opcode, ".div_") || is(opcode, ".rem_");
            }
            case wabt::ExprType::Convert: return is(wabt::cast<wabt::ConvertExpr>(&expr)->opcode, ".trunc_");
            case wabt::ExprType::Block:
            case wabt::ExprType::Br:
            case wabt::ExprType::BrIf:
            case wabt::ExprType::BrTable:
            case wabt::ExprType::Compare:
            case wabt::ExprType::Const:
            case wabt::ExprType::Drop:
            case wabt::ExprType::GlobalGet:
            case wabt::ExprType::GlobalSet:
            case wabt::ExprType::If:
            case wabt::ExprType::LocalGet:
            case wabt::ExprType::LocalSet:
            case wabt::ExprType::LocalTee:
            case wabt::ExprType::Loop:
            case wabt::ExprType::Return:
            case wabt::ExprType::Select:
            case wabt::ExprType::Unary: return false;
            default: return true;
        }
    }

    void mark_line(wabt::ExprList& list, Position position, std::optional<SourceLine>& line) const {
        const std::size_t end = position->loc.offset;
        const SourceLine here = lines_.at(end);
        if (line != here) list.insert(position, SourceLines::mark(here, end));
        line = here;
    }

    static void push_bodies(wabt::Expr& expr, std::size_t depth, bool in_try, std::vector<Body>& pending) {
        if (auto* block = wabt::dyn_cast<wabt::BlockExpr>(&expr))
            pending.push_back({&block->block.exprs, depth, in_try});
        if (auto* loop = wabt::dyn_cast<wabt::LoopExpr>(&expr)) pending.push_back({&loop->block.exprs, depth, in_try});
        if (auto* branch = wabt::dyn_cast<wabt::IfExpr>(&expr)) {
            pending.push_back({&branch->true_.exprs, depth, in_try});
            pending.push_back({&branch->false_, depth, in_try});
        }
        if (auto* guarded = wabt::dyn_cast<wabt::TryExpr>(&expr)) {
            pending.push_back({&guarded->block.exprs, depth, true});
            for (wabt::Catch& handler : guarded->catches) pending.push_back({&handler.exprs, depth, true});
        }
    }

    static bool uses_table(const wabt::Expr& expr) {
        return wabt::isa<wabt::TableGetExpr>(&expr) || wabt::isa<wabt::TableSetExpr>(&expr) ||
               wabt::isa<wabt::TableGrowExpr>(&expr) || wabt::isa<wabt::TableSizeExpr>(&expr) ||
               wabt::isa<wabt::TableFillExpr>(&expr) || wabt::isa<wabt::TableCopyExpr>(&expr) ||
               wabt::isa<wabt::TableInitExpr>(&expr);
    }

    /// Replaces the expression at `position` if need be; returns the next position.
    Position lower(wabt::ExprList& list, Position position) {
        if (auto* wait = wabt::dyn_cast<wabt::AtomicWaitExpr>(&*position)) {
            const bool wide = wait->opcode == wabt::Opcode::MemoryAtomicWait64;
            return call_with_offset(
                list, position, wait->offset,
                imports_.function(wide ? "atomicwait64" : "atomicwait32",
                                  {Type::I32, wide ? Type::I64 : Type::I32, Type::I64, Type::I32}, {Type::I32}));
        }
        if (auto* notify = wabt::dyn_cast<wabt::AtomicNotifyExpr>(&*position))
            return call_with_offset(list, position, notify->offset,
                                    imports_.function("atomicnotify", {Type::I32, Type::I32, Type::I32}, {Type::I32}));
        if (wabt::isa<wabt::AtomicFenceExpr>(&*position)) {
            list.insert(position, std::make_unique<wabt::CallExpr>(imports_.function("atomicfence", {}, {})));
            return list.erase(position);
        }
        if (auto* call = wabt::dyn_cast<wabt::CallExpr>(&*position);
            call && !function_caller_.empty() && call->var.name() == function_caller_)
            call->var = imports_.function("callfunction", {Type::I32, Type::I32, Type::I32}, {Type::I32});
        return ++position;
    }

    static Position call_with_offset(wabt::ExprList& list, Position position, wabt::Address offset,
                                     const wabt::Var& callee) {
        const auto constant = wabt::Const::I32(static_cast<std::uint32_t>(offset));
        list.insert(position, std::make_unique<wabt::ConstExpr>(constant));
        list.insert(position, std::make_unique<wabt::CallExpr>(callee));
        return list.erase(position);
    }

    TailCalls tail_calls_;
    Imports imports_;
    const std::string function_caller_;
    const SourceLines& lines_;
    Lowered& result_;
};

/// Makes the module import its memory, so that all instances share one.
void import_memory(wabt::Module& module, Lowered& result) {
    auto import = std::make_unique<wabt::MemoryImport>("$wali.memory");
    import->module_name = "wali";
    import->field_name = "memory";
    import->memory.name = module.memories[0]->name;
    import->memory.page_limits = module.memories[0]->page_limits;
    result.shared_memory = import->memory.page_limits.is_shared;
    // The C writer's atomics are only right for shared memory.
    if (module.features_used.threads) {
        wabt::Limits& limits = import->memory.page_limits;
        if (!limits.has_max) limits = wabt::Limits(limits.initial, 65536);
        limits.is_shared = true;
    }
    module.memories[0] = &import->memory;
    module.num_memory_imports = 1;
    module.imports.push_back(import.get());
    module.fields.push_back(std::make_unique<wabt::ImportModuleField>(std::move(import)));
}

/// The global that holds the guest's stack pointer: by export, by name, or the first one, where the linker puts it.
const wabt::Global* find_stack_pointer(const wabt::Module& module) {
    const wabt::Global* found = nullptr;
    if (const wabt::Export* exported = module.GetExport("__stack_pointer");
        exported && exported->kind == wabt::ExternalKind::Global)
        found = module.GetGlobal(exported->var);
    else if (const Index index = module.global_bindings.FindIndex(std::string("$__stack_pointer"));
             index != wabt::kInvalidIndex)
        found = module.globals[index];
    else if (!module.globals.empty())
        found = module.globals[0];
    return found && found->mutable_ && found->type == Type::I32 ? found : nullptr;
}

void add_export(wabt::Module& module, const std::string& name, wabt::ExternalKind kind, const std::string& target) {
    auto field = std::make_unique<wabt::ExportModuleField>();
    field->export_.name = name;
    field->export_.kind = kind;
    field->export_.var = wabt::Var(target, wabt::Location());
    module.AppendField(std::move(field));
}

void replace_exports(wabt::Module& module) {
    const wabt::Export* start = module.GetExport("_start");
    if (!start || start->kind != wabt::ExternalKind::Func)
        throw Refusal("it exports no function _start; link it as a program (wasm-ld with crt1.o, not --no-entry)");
    const wabt::Func* function = module.GetFunc(start->var);
    if (function->GetNumParams() != 0 || function->GetNumResults() != 0)
        throw Refusal("its _start takes parameters or returns a value; it must be () -> ()");
    const std::string start_name = function->name;
    const wabt::Global* stack_pointer = find_stack_pointer(module);

    module.exports.clear();
    module.export_bindings.clear();
    add_export(module, "_start", wabt::ExternalKind::Func, start_name);
    if (stack_pointer) add_export(module, "stackpointer", wabt::ExternalKind::Global, stack_pointer->name);
    // Where function pointers lead. Of C programs with tables of other references it is not the first one.
    const auto table = std::find_if(module.tables.begin(), module.tables.end(),
                                    [](const wabt::Table* each) { return each->elem_type == Type::FuncRef; });
    if (table != module.tables.end()) add_export(module, "table", wabt::ExternalKind::Table, (*table)->name);
}

}  // namespace

Lowered lower(wabt::Module& module, const SourceLines& lines) {
    Lowered result;
    BodyLowering bodies(module, lines, result);
    const std::vector<wabt::Func*> functions(
        module.funcs.begin() + static_cast<std::ptrdiff_t>(module.num_func_imports), module.funcs.end());
    for (std::size_t i = 0; i < functions.size(); ++i) {
        const std::size_t end = i + 1 < functions.size() ? functions[i + 1]->loc.offset : SIZE_MAX;
        bodies.function(*functions[i], lines.any(functions[i]->loc.offset, end));
    }
    bodies.tail_calls();
    import_memory(module, result);
    replace_exports(module);
    return result;
}

}  // namespace wali::aot
