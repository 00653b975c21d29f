// SPDX-License-Identifier: BSL-1.0
//
// spec_program: turns a module of WebAssembly's own tests and what is asked of it into a WALI program, or tells whether
// the engine accepts a module. Reads records from standard input, as spec_test.py writes them:
//
//   check FORM SIZE          a module; answers "accepted", "refused TEXT", or "text TEXT" where libwabt cannot read it
//   provider ALIAS FORM SIZE a module whose functions later ones may import
//   program FORM SIZE PATH   a module; actions follow, one a line, and "end"; the program is written to PATH, the
//                            answer is that of "check" for it
//
// FORM is "text" or "binary"; the SIZE bytes of the module follow the line. The program does not touch the module's
// memory, as it has none of its own: it reports by sending lines of standard input, a file, to its output.
#include <wabt/apply-names.h>
#include <wabt/binary-reader-ir.h>
#include <wabt/binary-writer.h>
#include <wabt/cast.h>
#include <wabt/generate-names.h>
#include <wabt/ir.h>
#include <wabt/resolve-names.h>
#include <wabt/stream.h>
#include <wabt/wast-lexer.h>
#include <wabt/wast-parser.h>

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../../runtime/aot/lower.h"
#include "../../../runtime/aot/module.h"
#include "../../../runtime/aot/translate.h"

namespace {

using wabt::Const;
using wabt::ExprList;
using wabt::Type;
using wabt::Var;

constexpr std::size_t actions_per_function = 100;  // compilers take long for one function of thousands

// Line 0 of standard input is "end", then each action has three: failed, tried, survived.
constexpr char prelude[] = R"((module
  (type $test.void (func)) (type $test.line (func (param i32))) (type $test.child (func (param i32) (result i32)))
  (type $test.lseek (func (param i32 i64 i32) (result i64)))
  (type $test.four (func (param i32 i32 i32 i32) (result i64)))
  (type $test.fork (func (result i64))) (type $test.exit (func (param i32) (result i64)))
  (type $test.i32 (func (param i32 i32 i32 i32))) (type $test.i64 (func (param i64 i64 i64 i32)))
  (type $test.f32 (func (param f32 i32 i32 i32))) (type $test.f64 (func (param f64 i64 i64 i32)))
  (import "wali" "SYS_lseek" (func $test.lseek (type $test.lseek)))
  (import "wali" "SYS_sendfile" (func $test.sendfile (type $test.four)))
  (import "wali" "SYS_fork" (func $test.fork (type $test.fork)))
  (import "wali" "SYS_wait4" (func $test.wait4 (type $test.four)))
  (import "wali" "SYS_exit_group" (func $test.exit_group (type $test.exit)))
  (func $test.say (type $test.line)
    (drop (call $test.lseek (i32.const 0) (i64.mul (i64.extend_i32_u (local.get 0)) (i64.const 16)) (i32.const 0)))
    (drop (call $test.sendfile (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 16))))
  (func $test.check_i32 (type $test.i32)
    (if (i32.ne (i32.and (local.get 0) (local.get 2)) (local.get 1)) (then (call $test.say (local.get 3)))))
  (func $test.check_i64 (type $test.i64)
    (if (i64.ne (i64.and (local.get 0) (local.get 2)) (local.get 1)) (then (call $test.say (local.get 3)))))
  (func $test.check_f32 (type $test.f32)
    (call $test.check_i32 (i32.reinterpret_f32 (local.get 0)) (local.get 1) (local.get 2) (local.get 3)))
  (func $test.check_f64 (type $test.f64)
    (call $test.check_i64 (i64.reinterpret_f64 (local.get 0)) (local.get 1) (local.get 2) (local.get 3)))
  (func $test.child (type $test.child)
    (call $test.say (i32.add (local.get 0) (i32.const 1)))
    (if (i64.eqz (call $test.fork)) (then (return (i32.const 1))))
    (drop (call $test.wait4 (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.const 0))
  (func $test.survived (type $test.line)
    (call $test.say (i32.add (local.get 0) (i32.const 2)))
    (drop (call $test.exit_group (i32.const 0))))))";

// Only where vectors occur, since the runtime asks for a package then.
constexpr char vector_prelude[] = R"((module
  (type $test.v128 (func (param v128 v128 v128 i32)))
  (type $test.i32 (func (param i32 i32 i32 i32)))
  (func $test.check_i32 (type $test.i32))
  (func $test.check_v128 (type $test.v128)
    (call $test.check_i32
      (i8x16.all_true (i8x16.eq (v128.and (local.get 0) (local.get 2)) (local.get 1)))
      (i32.const 1) (i32.const 1) (local.get 3)))))";

// What the tests call "spectest".
constexpr char spectest[] = R"((module
  (func (export "print")) (func (export "print_i32") (param i32)) (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32)) (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32)) (func (export "print_f64_f64") (param f64 f64))
  (global (export "global_i32") i32 (i32.const 666)) (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6)) (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref) (memory (export "memory") 1 2)))";

struct NotRead : std::runtime_error {
    using runtime_error::runtime_error;
};

struct Source {
    std::string form;
    std::string bytes;
};

wabt::Features all_features() {
    wabt::Features features;
    features.EnableAll();
    features.disable_memory64();
    return features;
}

std::unique_ptr<wabt::Module> parse(const Source& source) {
    wabt::Errors errors;
    std::unique_ptr<wabt::Module> module;
    if (source.form == "binary") {
        module = std::make_unique<wabt::Module>();
        const wabt::ReadBinaryOptions options(all_features(), nullptr, false, true, false);
        if (Failed(wabt::ReadBinaryIr("spec.wasm", source.bytes.data(), source.bytes.size(), options, &errors,
                                      module.get())))
            throw NotRead(errors.empty() ? "unknown" : errors[0].message);
        return module;
    }
    const auto lexer =
        wabt::WastLexer::CreateBufferLexer("spec.wast", source.bytes.data(), source.bytes.size(), &errors);
    wabt::WastParseOptions options(all_features());
    if (Failed(wabt::ParseWatModule(lexer.get(), &module, &errors, &options)))
        throw NotRead(errors.empty() ? "unknown" : errors[0].message);
    return module;
}

/// A module in which all is referred to by name.
std::unique_ptr<wabt::Module> parse_named(const Source& source) {
    auto module = parse(source);
    if (module->memories.empty() && !module->data_segments.empty())
        throw NotRead("data without a memory, which libwabt cannot rewrite");
    if (Failed(wabt::GenerateNames(module.get())) || Failed(wabt::ApplyNames(module.get())))
        throw NotRead("names cannot be resolved");
    return module;
}

std::vector<std::uint8_t> binary(const wabt::Module& module) {
    wabt::MemoryStream stream;
    const wabt::WriteBinaryOptions options(all_features(), false, false, false);
    if (Failed(wabt::WriteBinaryModule(&stream, &module, options))) throw NotRead("it cannot be written");
    return stream.output_buffer().data;
}

/// Builds a program field by field. What the module imports becomes a definition: WALI modules import only calls.
class Program {
  public:
    Program(const Source& source, const std::map<std::string, Source>& providers)
        : module_(parse_named(source)), providers_(providers) {
        const bool vectors = uses_vectors();
        use_values_of_imports();
        auto helpers = parse_named({"text", prelude});
        auto vector_helpers = parse_named({"text", vector_prelude});
        move_all(*module_, wabt::ModuleFieldType::Type);  // first, as blocks keep their numbers
        move_all(*helpers, wabt::ModuleFieldType::Type);
        if (vectors) move_all(*vector_helpers, wabt::ModuleFieldType::Type);
        move_all(*helpers, wabt::ModuleFieldType::Import);
        define_imports();
        move_rest(*module_);
        move_rest(*helpers);
        if (vectors) move_rest(*vector_helpers);
    }

    /// Adds what a line asks for: KIND LINE FIELD PARAMETERS RESULTS, values as TYPE:BITS:MASK, separated by commas.
    void action(const std::string& line) {
        std::istringstream words(line);
        std::string kind;
        std::uint32_t number = 0;
        std::string field;
        std::string parameters;
        std::string results;
        words >> kind >> number >> field >> parameters >> results;
        if (actions_++ % actions_per_function == 0) new_function();
        ExprList calls;
        const wabt::Export* target = program_.GetExport(unhex(field));
        if (!target) throw NotRead("there is no export " + unhex(field));
        auto expected = values(results);
        if (kind == "get") {
            calls.push_back(std::make_unique<wabt::GlobalGetExpr>(target->var));
        } else {
            const wabt::FuncSignature& signature = program_.GetFunc(target->var)->decl.sig;
            auto given = values(parameters);
            complete(given, signature.param_types);
            if (kind == "return") complete(expected, signature.result_types);
            for (const auto& value : given) push(calls, value);
            calls.push_back(std::make_unique<wabt::CallExpr>(target->var));
        }
        if (kind == "return" || kind == "get") {
            for (auto value = expected.rbegin(); value != expected.rend(); ++value) check(calls, *value, number);
            part_->exprs.splice(part_->exprs.end(), calls);
            return;
        }
        const wabt::Index count = program_.GetFunc(target->var)->GetNumResults();
        for (wabt::Index i = 0; i < count; ++i) calls.push_back(std::make_unique<wabt::DropExpr>());
        if (kind == "invoke") {
            part_->exprs.splice(part_->exprs.end(), calls);
            return;
        }
        call(calls, "$test.survived", number);
        call(part_->exprs, "$test.child", number);
        auto branch = std::make_unique<wabt::IfExpr>();
        branch->true_.exprs.splice(branch->true_.exprs.end(), calls);
        part_->exprs.push_back(std::move(branch));
    }

    std::vector<std::uint8_t> finish() {
        part_ = add_function("$test.start");
        for (const std::string& name : parts_) part_->exprs.push_back(std::make_unique<wabt::CallExpr>(Var(name, {})));
        call(part_->exprs, "$test.say", 0);
        auto start = std::make_unique<wabt::ExportModuleField>();
        start->export_.name = "_start";
        start->export_.kind = wabt::ExternalKind::Func;
        start->export_.var = Var("$test.start", {});
        program_.AppendField(std::move(start));
        wabt::Errors errors;  // labels must be numbers again
        if (Failed(wabt::ResolveNamesModule(&program_, &errors))) throw NotRead("names cannot be resolved");
        return binary(program_);
    }

  private:
    struct Value {
        std::string type;
        v128 bits;
        v128 mask;
        Type declared = Type::ExternRef;  // by the function
    };

    /// Gives the values the types that the function declares; what is a NaN depends on that.
    static void complete(std::vector<Value>& values, const wabt::TypeVector& types) {
        if (values.size() != types.size()) throw NotRead("a call with another number of values");
        for (std::size_t i = 0; i < values.size(); ++i) {
            Value& value = values[i];
            value.declared = types[i];
            if (value.type != "canonical" && value.type != "arithmetic") continue;
            const bool any_payload = value.type == "arithmetic";
            if (types[i] == Type::F32) {
                value.bits.set_u32(0, 0x7fc00000);
                value.mask.set_u32(0, any_payload ? 0x7fc00000 : 0x7fffffff);
            } else {
                value.bits.set_u64(0, 0x7ff8000000000000);
                value.mask.set_u64(0, any_payload ? 0x7ff8000000000000 : 0x7fffffffffffffff);
            }
            value.type = types[i] == Type::F32 ? "f32" : "f64";
        }
    }

    static std::string unhex(const std::string& text) {
        std::string result;
        for (std::size_t i = 1; i + 1 < text.size(); i += 2)
            result += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
        return result;
    }

    static v128 bits_of(const std::string& digits) {  // 32 hexadecimal ones
        v128 result;
        for (int i = 0; i < 4; ++i)
            result.set_u32(3 - i, static_cast<std::uint32_t>(
                                      std::stoul(digits.substr(static_cast<std::size_t>(i) * 8, 8), nullptr, 16)));
        return result;
    }

    static std::vector<Value> values(const std::string& list) {
        std::vector<Value> result;
        std::istringstream items(list);
        std::string item;
        while (std::getline(items, item, ',')) {
            if (item == "-") continue;
            const std::size_t first = item.find(':');
            const std::size_t second = item.find(':', first + 1);
            result.push_back({item.substr(0, first), bits_of(item.substr(first + 1, second - first - 1)),
                              bits_of(item.substr(second + 1)), Type::ExternRef});
        }
        return result;
    }

    static void push(ExprList& list, const Const& constant) {
        list.push_back(std::make_unique<wabt::ConstExpr>(constant));
    }

    static Const constant(const std::string& type, const v128& bits) {
        if (type == "i32") return Const::I32(bits.u32(0));
        if (type == "i64") return Const::I64(bits.u64(0));
        if (type == "f32") return Const::F32(bits.u32(0));
        if (type == "f64") return Const::F64(bits.u64(0));
        return Const::V128(bits);
    }

    void push(ExprList& list, const Value& value) {
        if (value.type == "null")
            list.push_back(std::make_unique<wabt::RefNullExpr>(value.declared));
        else
            push(list, constant(value.type, value.bits));
    }

    static void call(ExprList& list, const std::string& function, std::uint32_t argument) {
        push(list, Const::I32(argument));
        list.push_back(std::make_unique<wabt::CallExpr>(Var(function, {})));
    }

    static void check(ExprList& list, const Value& value, std::uint32_t number) {
        std::string type = value.type;
        if (type == "null" || type == "function") {
            list.push_back(std::make_unique<wabt::RefIsNullExpr>());
            push(list, Const::I32(type == "null"));
            push(list, Const::I32(1));
            type = "i32";
        } else {
            const std::string as = type == "f32" ? "i32" : type == "f64" ? "i64" : type;
            push(list, constant(as, value.bits));
            push(list, constant(as, value.mask));
        }
        call(list, "$test.check_" + type, number);
    }

    bool uses_vectors() const {
        for (const wabt::Func* function : module_->funcs) {
            for (const auto& types : {function->decl.sig.param_types, function->decl.sig.result_types})
                for (const Type type : types)
                    if (type == Type::V128) return true;
        }
        return false;
    }

    wabt::Func* add_function(const std::string& name) {
        auto field = std::make_unique<wabt::FuncModuleField>(wabt::Location(), name);
        field->func.decl.has_func_type = true;
        field->func.decl.type_var = Var("$test.void", {});
        wabt::Func* function = &field->func;
        program_.AppendField(std::move(field));
        return function;
    }

    void new_function() {
        parts_.push_back("$test.part" + std::to_string(parts_.size()));
        part_ = add_function(parts_.back());
    }

    /// Moves the fields of a kind, leaving what the program has already.
    void move_all(wabt::Module& from, wabt::ModuleFieldType kind) {
        for (auto field = from.fields.begin(); field != from.fields.end();) {
            const auto position = field++;
            const wabt::ModuleField& current = *position;
            if (current.type() != kind) continue;
            if (const auto* type = wabt::dyn_cast<wabt::TypeModuleField>(&current);
                type && program_.type_bindings.count(type->type->name))
                continue;
            if (const auto* function = wabt::dyn_cast<wabt::FuncModuleField>(&current);
                function && program_.func_bindings.count(function->func.name))
                continue;
            if (const auto* exported = wabt::dyn_cast<wabt::ExportModuleField>(&current);
                exported && exported->export_.name == "_start")
                continue;
            program_.AppendField(from.fields.extract(position));
        }
    }

    void move_rest(wabt::Module& from) {
        for (const auto kind :
             {wabt::ModuleFieldType::Func, wabt::ModuleFieldType::Table, wabt::ModuleFieldType::Memory,
              wabt::ModuleFieldType::Tag, wabt::ModuleFieldType::Global, wabt::ModuleFieldType::Export,
              wabt::ModuleFieldType::Start, wabt::ModuleFieldType::ElemSegment, wabt::ModuleFieldType::DataSegment})
            move_all(from, kind);
    }

    /// The module whose export an import asks for.
    std::unique_ptr<wabt::Module> provider_of(const wabt::Import& import) const {
        const auto source = providers_.find(import.module_name);
        const bool known = source != providers_.end();
        if (!known && import.module_name != "spectest") throw NotRead("imports from " + import.module_name);
        auto provider = parse_named(known ? source->second : Source{"text", spectest});
        const wabt::Export* exported = provider->GetExport(import.field_name);
        if (!exported || exported->kind != import.kind()) throw NotRead("imports " + import.field_name);
        return provider;
    }

    /// An initializer may read a global only if that is imported: the program's are defined.
    void use_values_of_imports() {
        for (wabt::Global* global : module_->globals) use_values_of_imports(global->init_expr);
        for (wabt::DataSegment* segment : module_->data_segments) use_values_of_imports(segment->offset);
        for (wabt::ElemSegment* segment : module_->elem_segments) use_values_of_imports(segment->offset);
    }

    void use_values_of_imports(ExprList& initializer) {
        for (auto expr = initializer.begin(); expr != initializer.end(); ++expr) {
            const auto* read = wabt::dyn_cast<wabt::GlobalGetExpr>(&*expr);
            const wabt::Global* global = read ? module_->GetGlobal(read->var) : nullptr;
            for (wabt::Import* import : module_->imports) {
                auto* candidate = wabt::dyn_cast<wabt::GlobalImport>(import);
                if (!candidate || &candidate->global != global) continue;
                auto provider = provider_of(*import);
                ExprList& value = provider->GetGlobal(provider->GetExport(import->field_name)->var)->init_expr;
                expr = initializer.erase(expr);
                initializer.splice(expr, value);
                --expr;
                break;
            }
        }
    }

    /// An imported function, global, table or memory is defined as its provider defines it, under the import's name.
    void define_imports() {
        std::vector<wabt::Import*> imports = module_->imports;
        for (wabt::Import* import : imports) {
            const std::string what = import->module_name + "." + import->field_name;
            auto provider = provider_of(*import);
            const wabt::Export* exported = provider->GetExport(import->field_name);
            if (auto* function = wabt::dyn_cast<wabt::FuncImport>(import)) {
                auto field = std::make_unique<wabt::FuncModuleField>(wabt::Location(), function->func.name);
                field->func.decl = function->func.decl;
                wabt::Func& body = *provider->GetFunc(exported->var);
                if (!(body.decl.sig == function->func.decl.sig)) throw NotRead("imports " + what);
                for (const wabt::Expr& expr : body.exprs)  // nothing that belongs to the other module
                    if (!wabt::isa<wabt::ConstExpr>(&expr) && !wabt::isa<wabt::LocalGetExpr>(&expr))
                        throw NotRead("imports " + what);
                field->func.bindings = body.bindings;
                field->func.exprs.splice(field->func.exprs.end(), body.exprs);
                program_.AppendField(std::move(field));
            } else if (auto* global = wabt::dyn_cast<wabt::GlobalImport>(import)) {
                auto field = std::make_unique<wabt::GlobalModuleField>();
                wabt::Global& definition = *provider->GetGlobal(exported->var);
                field->global.name = global->global.name;
                field->global.type = definition.type;
                field->global.mutable_ = definition.mutable_;
                field->global.init_expr.splice(field->global.init_expr.end(), definition.init_expr);
                program_.AppendField(std::move(field));
            } else if (auto* table = wabt::dyn_cast<wabt::TableImport>(import)) {
                auto field = std::make_unique<wabt::TableModuleField>();
                field->table = wabt::Table(table->table.name);
                field->table.elem_type = Type::FuncRef;
                field->table.elem_limits = provider->GetTable(exported->var)->elem_limits;
                program_.AppendField(std::move(field));
            } else if (auto* memory = wabt::dyn_cast<wabt::MemoryImport>(import)) {
                auto field = std::make_unique<wabt::MemoryModuleField>();
                field->memory = wabt::Memory(memory->memory.name);
                field->memory.page_limits = provider->GetMemory(exported->var)->page_limits;
                program_.AppendField(std::move(field));
            } else {
                throw NotRead("imports " + what);
            }
        }
    }

    std::unique_ptr<wabt::Module> module_;
    const std::map<std::string, Source>& providers_;
    wabt::Module program_;
    wabt::Func* part_ = nullptr;
    std::vector<std::string> parts_;
    std::size_t actions_ = 0;
};

std::string read_bytes(std::istream& in, std::size_t size) {
    std::string bytes(size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    in.ignore(1);
    return bytes;
}

std::string one_line(std::string text) {
    for (char& c : text)
        if (c == '\n' || c == '\r') c = ' ';
    return text;
}

template <class Action>
std::string answer(Action action) {
    try {
        action();
        return "accepted";
    } catch (const NotRead& error) {
        return "text " + one_line(error.what());
    } catch (const std::exception& error) {
        return "refused " + one_line(error.what());
    }
}

std::string check(const Source& source) {
    return answer([&] {
        wali::aot::read_module("spec.wasm", source.form == "binary"
                                                ? std::vector<std::uint8_t>(source.bytes.begin(), source.bytes.end())
                                                : binary(*parse(source)));
    });
}

std::string program(const Source& source, const std::map<std::string, Source>& providers, const std::string& path,
                    const std::vector<std::string>& actions) {
    return answer([&] {
        Program result(source, providers);
        for (const std::string& action : actions) result.action(action);
        const auto bytes = result.finish();
        wali::aot::translate_in_memory("spec.wasm", bytes);
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    });
}

}  // namespace

int main() {
    std::map<std::string, Source> providers;
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string command;
        std::string alias;
        Source source;
        std::size_t size = 0;
        words >> command;
        if (command == "provider") words >> alias;
        words >> source.form >> size;
        source.bytes = read_bytes(std::cin, size);
        if (command == "provider") {
            providers[alias] = source;
        } else if (command == "check") {
            std::cout << check(source) << std::endl;
        } else {
            std::string path;
            words >> path;
            std::vector<std::string> actions;
            while (std::getline(std::cin, line) && line != "end") actions.push_back(line);
            std::cout << program(source, providers, path, actions) << std::endl;
        }
    }
}
