// SPDX-License-Identifier: BSL-1.0
#include "adapt_calls.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "refusal.h"

namespace wali::adapt {
namespace {

using aot::Refusal;
using wabt::ExprList;
using wabt::FuncSignature;
using wabt::Index;
using wabt::Opcode;
using wabt::Type;
using wabt::Var;

/// The class of a table element: 0 if there is no function or it has no type that can be adapted, else a number per
/// type.
using Class = std::uint16_t;
constexpr Class no_class = 0;

Var var(Index index) { return Var(index, wabt::Location()); }

bool is_integer(Type type) { return type == Type::I32 || type == Type::I64; }
bool is_number(Type type) { return is_integer(type) || type == Type::F32 || type == Type::F64; }

bool adaptable(const FuncSignature& signature) {
    const auto& params = signature.param_types;
    return std::all_of(params.begin(), params.end(), is_number) && signature.result_types.size() <= 1 &&
           std::all_of(signature.result_types.begin(), signature.result_types.end(), is_number);
}

FuncSignature signature_of(wabt::TypeVector params, wabt::TypeVector results) {
    FuncSignature signature;
    signature.param_types = std::move(params);
    signature.result_types = std::move(results);
    return signature;
}

/// A function body, written instruction by instruction.
class Code {
  public:
    void get(Index local) { add<wabt::LocalGetExpr>(var(local)); }
    void tee(Index local) { add<wabt::LocalTeeExpr>(var(local)); }
    void i32(std::uint32_t value) { add<wabt::ConstExpr>(wabt::Const::I32(value)); }
    void i64(std::uint64_t value) { add<wabt::ConstExpr>(wabt::Const::I64(value)); }
    void call(Index function) { add<wabt::CallExpr>(var(function)); }
    void binary(Opcode opcode) { add<wabt::BinaryExpr>(opcode); }
    void compare(Opcode opcode) { add<wabt::CompareExpr>(opcode); }
    void convert(Opcode opcode) { add<wabt::ConvertExpr>(opcode); }
    void drop() { add<wabt::DropExpr>(); }
    void leave() { add<wabt::ReturnExpr>(); }
    void select() { add<wabt::SelectExpr>(wabt::TypeVector{}); }
    void load16(std::uint32_t offset) { add<wabt::LoadExpr>(Opcode::I32Load16U, var(0), 2, offset); }
    void unreachable() { add<wabt::UnreachableExpr>(); }

    void call_indirect(const wabt::FuncDeclaration& type) {
        auto call = std::make_unique<wabt::CallIndirectExpr>();
        call->decl = type;
        call->table = var(0);
        list_.push_back(std::move(call));
    }

    /// The value on the stack, of this type, as an integer of 64 bits.
    void widen(Type type) {
        if (type == Type::F32) convert(Opcode::I32ReinterpretF32);
        if (type == Type::F64) convert(Opcode::I64ReinterpretF64);
        if (type == Type::I32 || type == Type::F32) convert(Opcode::I64ExtendI32U);
    }

    /// The other way round.
    void narrow(Type type) {
        if (type == Type::I32 || type == Type::F32) convert(Opcode::I32WrapI64);
        if (type == Type::F32) convert(Opcode::F32ReinterpretI32);
        if (type == Type::F64) convert(Opcode::F64ReinterpretI64);
    }

    /// Branches by the value on the stack: to the block of that number, outwards, or to the block `otherwise`.
    void branch_table(const std::vector<Index>& blocks, Index otherwise) {
        auto table = std::make_unique<wabt::BrTableExpr>();
        for (const Index block : blocks) table->targets.push_back(var(block));
        table->default_target = var(otherwise);
        list_.push_back(std::move(table));
    }

    /// What was written so far becomes a block, and the first instruction.
    void enclose() {
        auto block = std::make_unique<wabt::BlockExpr>();
        block->block.exprs = std::move(list_);
        list_.clear();
        list_.push_back(std::move(block));
    }

    void if_true(Code then) {
        auto branch = std::make_unique<wabt::IfExpr>();
        branch->true_.exprs = std::move(then.list_);
        list_.push_back(std::move(branch));
    }

    ExprList take() { return std::move(list_); }

  private:
    template <class Expr, class... Arguments>
    void add(Arguments&&... arguments) {
        list_.push_back(std::make_unique<Expr>(std::forward<Arguments>(arguments)...));
    }

    ExprList list_;
};

/// Calls `visit` for each list of instructions in a function, without recursion.
template <class Visit>
void each_list(ExprList& body, Visit visit) {
    std::vector<ExprList*> pending{&body};
    while (!pending.empty()) {
        ExprList& list = *pending.back();
        pending.pop_back();
        for (wabt::Expr& expr : list) {
            if (auto* block = wabt::dyn_cast<wabt::BlockExpr>(&expr)) pending.push_back(&block->block.exprs);
            if (auto* loop = wabt::dyn_cast<wabt::LoopExpr>(&expr)) pending.push_back(&loop->block.exprs);
            if (auto* branch = wabt::dyn_cast<wabt::IfExpr>(&expr)) {
                pending.push_back(&branch->true_.exprs);
                pending.push_back(&branch->false_);
            }
            if (auto* guarded = wabt::dyn_cast<wabt::TryExpr>(&expr)) {
                pending.push_back(&guarded->block.exprs);
                for (wabt::Catch& handler : guarded->catches) pending.push_back(&handler.exprs);
            }
        }
        visit(list);
    }
}

class Adapter {
  public:
    explicit Adapter(wabt::Module& module) : module_(module) {}

    void run() {
        if (module_.tables.empty()) return;
        find_callers();
        find_classes();
        for (const auto& [signature, type] : callers_) widest(signature);
        place_classes();
        const std::size_t functions = module_.funcs.size();
        adapt_ = add_function("adapt", adapt_signature(), {}, adapt());
        for (auto& [signature, caller] : callers_) caller.function = add_caller(signature, caller.type);
        replace_calls(functions);
    }

  private:
    struct Caller {
        wabt::FuncDeclaration type;
        Index function = wabt::kInvalidIndex;
    };
    struct Less {
        bool operator()(const FuncSignature& a, const FuncSignature& b) const { return key(a) < key(b); }
    };
    static std::pair<std::vector<int>, std::vector<int>> key(const FuncSignature& signature) {
        std::pair<std::vector<int>, std::vector<int>> result;
        for (const Type type : signature.param_types) result.first.push_back(static_cast<int>(Type::Enum(type)));
        for (const Type type : signature.result_types) result.second.push_back(static_cast<int>(Type::Enum(type)));
        return result;
    }

    /// The types that call_indirect names.
    void find_callers() {
        for (wabt::Func* function : module_.funcs)
            each_list(function->exprs, [this](ExprList& list) {
                for (wabt::Expr& expr : list) {
                    if (changes_table(expr)) throw Refusal("an instruction changes its table of functions");
                    const auto* call = wabt::dyn_cast<wabt::CallIndirectExpr>(&expr);
                    if (call && call->table.index() == 0 && adaptable(call->decl.sig))
                        callers_[call->decl.sig].type = call->decl;
                }
            });
    }

    static bool changes_table(const wabt::Expr& expr) {
        return wabt::isa<wabt::TableSetExpr>(&expr) || wabt::isa<wabt::TableGrowExpr>(&expr) ||
               wabt::isa<wabt::TableFillExpr>(&expr) || wabt::isa<wabt::TableCopyExpr>(&expr) ||
               wabt::isa<wabt::TableInitExpr>(&expr);
    }

    /// The types of the table's functions.
    void find_classes() {
        for (const wabt::ElemSegment* segment : module_.elem_segments) {
            if (segment->kind != wabt::SegmentKind::Active || segment->table_var.index() != 0) continue;
            const auto* offset =
                segment->offset.size() == 1 ? wabt::dyn_cast<wabt::ConstExpr>(&segment->offset.front()) : nullptr;
            if (!offset) throw Refusal("where its functions are in the table is not constant");
            std::size_t element = offset->const_.u32();
            if (elements_.size() < element + segment->elem_exprs.size())
                elements_.resize(element + segment->elem_exprs.size(), no_class);
            for (const ExprList& value : segment->elem_exprs) elements_[element++] = class_of_element(value);
        }
    }

    Class class_of_element(const ExprList& value) {
        const auto* reference = value.size() == 1 ? wabt::dyn_cast<wabt::RefFuncExpr>(&value.front()) : nullptr;
        if (!reference) return no_class;
        const wabt::FuncDeclaration& type = module_.GetFunc(reference->var)->decl;
        if (!adaptable(type.sig)) return no_class;
        if (classes_.size() == 0xffff) throw Refusal("its functions have more than 65535 types");
        const auto [found, added] = numbers_.emplace(type.sig, static_cast<Class>(classes_.size() + 1));
        if (added) {
            classes_.push_back(type);
            widest(type.sig);
        }
        return found->second;
    }

    /// How many integers and how many floating-point numbers adapt() takes.
    void widest(const FuncSignature& signature) {
        const auto& params = signature.param_types;
        const auto count = static_cast<Index>(std::count_if(params.begin(), params.end(), is_integer));
        integers_ = std::max(integers_, count);
        floats_ = std::max(floats_, static_cast<Index>(params.size()) - count);
    }

    Index add_function(const std::string& name, const FuncSignature& signature, const std::vector<Type>& locals,
                       Code code) {
        auto field = std::make_unique<wabt::FuncModuleField>(wabt::Location(), "$wali." + name);
        field->func.decl.sig = signature;
        field->func.decl.has_func_type = true;
        field->func.decl.type_var = var(type_of(signature));
        for (const Type local : locals) field->func.local_types.AppendDecl(local, 1);
        field->func.exprs = code.take();
        module_.AppendField(std::move(field));
        return static_cast<Index>(module_.funcs.size() - 1);
    }

    Index type_of(const FuncSignature& signature) {
        const Index found = module_.GetFuncTypeIndex(signature);
        if (found != wabt::kInvalidIndex) return found;
        auto type = std::make_unique<wabt::FuncType>("");
        type->sig = signature;
        auto field = std::make_unique<wabt::TypeModuleField>();
        field->type = std::move(type);
        module_.AppendField(std::move(field));
        return static_cast<Index>(module_.types.size() - 1);
    }

    /// The classes of the elements become data behind the program's initial memory, where nobody allocates: brk starts
    /// at the end of memory. Each thread's instance writes the same there again.
    void place_classes() {
        if (elements_.empty()) elements_.push_back(no_class);
        if (module_.memories.empty()) throw Refusal("it has no memory");
        constexpr std::uint64_t page = 65536;
        wabt::Limits& limits = module_.memories[0]->page_limits;
        place_ = static_cast<std::uint32_t>(limits.initial * page);
        limits.initial += (elements_.size() * sizeof(Class) + page - 1) / page;
        if (limits.has_max && limits.initial > limits.max) throw Refusal("its memory cannot grow");
        auto field = std::make_unique<wabt::DataSegmentModuleField>();
        wabt::DataSegment& segment = field->data_segment;
        segment.memory_var = var(0);
        segment.offset.push_back(std::make_unique<wabt::ConstExpr>(wabt::Const::I32(place_)));
        for (const Class number : elements_) {
            segment.data.push_back(static_cast<std::uint8_t>(number & 0xff));
            segment.data.push_back(static_cast<std::uint8_t>(number >> 8));
        }
        module_.AppendField(std::move(field));
    }

    /// The class of the element that a local names. An element that is not there has that of the first, which C keeps
    /// empty for the null pointer.
    void class_of(Code& code, Index element) const {
        code.get(element);
        code.i32(0);
        code.get(element);
        code.i32(static_cast<std::uint32_t>(elements_.size()));
        code.compare(Opcode::I32LtU);
        code.select();
        code.i32(1);
        code.binary(Opcode::I32Shl);
        code.load16(place_);
    }

    FuncSignature adapt_signature() const {
        wabt::TypeVector params{Type::I32};
        params.insert(params.end(), integers_ + floats_, Type::I64);
        return signature_of(std::move(params), {Type::I64});
    }

    /// adapt(element, integers..., floats...): calls the function with what it takes of them.
    Code adapt() const {
        std::vector<Index> blocks{static_cast<Index>(classes_.size())};
        for (Index number = 0; number < classes_.size(); ++number) blocks.push_back(number);
        Code code;
        class_of(code, 0);
        code.branch_table(blocks, static_cast<Index>(classes_.size()));
        for (const wabt::FuncDeclaration& type : classes_) {
            code.enclose();
            Index integer = 1;
            Index floating = 1 + integers_;
            for (const Type param : type.sig.param_types) {
                code.get(is_integer(param) ? integer++ : floating++);
                code.narrow(param);
            }
            code.get(0);
            code.call_indirect(type);
            if (type.sig.result_types.empty())
                code.i64(0);
            else
                code.widen(type.sig.result_types[0]);
            code.leave();
        }
        code.enclose();
        code.unreachable();
        return code;
    }

    /// What is called instead of call_indirect of one type, with the same operands.
    Index add_caller(const FuncSignature& signature, const wabt::FuncDeclaration& type) {
        const auto element = static_cast<Index>(signature.param_types.size());
        const Index number = element + 1;
        const auto own = numbers_.find(signature);
        Code other;
        other.get(element);
        for (const bool integers : {true, false}) {
            Index passed = 0;
            for (Index i = 0; i < element; ++i) {
                if (is_integer(signature.param_types[i]) != integers) continue;
                other.get(i);
                other.widen(signature.param_types[i]);
                ++passed;
            }
            for (; passed < (integers ? integers_ : floats_); ++passed) other.i64(0);
        }
        other.call(adapt_);
        if (signature.result_types.empty())
            other.drop();
        else
            other.narrow(signature.result_types[0]);
        other.leave();

        Code code;
        class_of(code, element);
        code.tee(number);
        code.i32(own == numbers_.end() ? no_class : own->second);
        code.compare(Opcode::I32Ne);
        code.get(number);
        code.i32(no_class);
        code.compare(Opcode::I32Ne);
        code.binary(Opcode::I32And);
        code.if_true(std::move(other));
        for (Index i = 0; i <= element; ++i) code.get(i);
        code.call_indirect(type);  // traps as it did where there is no function
        FuncSignature with_element = signature;
        with_element.param_types.push_back(Type::I32);
        return add_function("call_indirect." + std::to_string(module_.funcs.size()), with_element, {Type::I32},
                            std::move(code));
    }

    /// In the functions that the program came with.
    void replace_calls(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            each_list(module_.funcs[i]->exprs, [this](ExprList& list) {
                for (auto position = list.begin(); position != list.end();) {
                    const auto* call = wabt::dyn_cast<wabt::CallIndirectExpr>(&*position);
                    const auto caller =
                        call && call->table.index() == 0 ? callers_.find(call->decl.sig) : callers_.end();
                    if (caller == callers_.end()) {
                        ++position;
                        continue;
                    }
                    list.insert(position, std::make_unique<wabt::CallExpr>(var(caller->second.function)));
                    position = list.erase(position);
                }
            });
    }

    wabt::Module& module_;
    std::map<FuncSignature, Caller, Less> callers_;
    std::map<FuncSignature, Class, Less> numbers_;
    std::vector<wabt::FuncDeclaration> classes_;  // by number - 1
    std::vector<Class> elements_;
    Index integers_ = 0;
    Index floats_ = 0;
    std::uint32_t place_ = 0;  // of the classes in memory
    Index adapt_ = wabt::kInvalidIndex;
};

}  // namespace

void adapt_calls(wabt::Module& module) {
    Adapter(module).run();
    // Debugging information names positions of instructions, which are others now; wabt would write the rest of these
    // sections in an order that LLVM's tools refuse.
    module.customs.clear();
}

}  // namespace wali::adapt
