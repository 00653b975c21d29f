// SPDX-License-Identifier: BSL-1.0
//
// The operand stack needs no care: a try block cannot touch what lies below its own part of it, and a catch finds that
// part empty.
#include "unwinding.h"

#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "refusal.h"

namespace wali::aot {
namespace {

using Set = std::vector<bool>;

/// Returns whether that changed it.
bool add(Set& to, const Set& from) {
    bool changed = false;
    for (std::size_t i = 0; i < to.size(); ++i)
        if (from[i] && !to[i]) changed = to[i] = true;
    return changed;
}

/// Calls `visit` for every expression of a list and of the blocks in it.
void for_each(const wabt::ExprList& list, const std::function<void(const wabt::Expr&)>& visit) {
    for (const wabt::Expr& expr : list) {
        visit(expr);
        if (const auto* block = wabt::dyn_cast<wabt::BlockExpr>(&expr)) for_each(block->block.exprs, visit);
        if (const auto* loop = wabt::dyn_cast<wabt::LoopExpr>(&expr)) for_each(loop->block.exprs, visit);
        if (const auto* branch = wabt::dyn_cast<wabt::IfExpr>(&expr)) {
            for_each(branch->true_.exprs, visit);
            for_each(branch->false_, visit);
        }
        if (const auto* guarded = wabt::dyn_cast<wabt::TryExpr>(&expr)) {
            for_each(guarded->block.exprs, visit);
            for (const wabt::Catch& handler : guarded->catches) for_each(handler.exprs, visit);
        }
    }
}

/// Which locals are live (may be read before they are written) where: backwards through the function.
class Liveness {
  public:
    explicit Liveness(const wabt::Func& function)
        : function_(function), none_(function.GetNumParamsAndLocals()), unwinding_(none_), result_(none_) {}

    Set changed_before_catch() {
        before(function_.exprs, none_);
        return result_;
    }

  private:
    struct Label {
        const std::string& name;
        const Set& live;
    };

    /// What is live before a list, of what is live after it.
    Set before(const wabt::ExprList& list, const Set& after) {
        Set live = after;
        add(live, unwinding_);
        for (auto expr = list.rbegin(); expr != list.rend(); ++expr) step(*expr, live);
        return live;
    }

    Set before_labeled(const wabt::ExprList& list, const std::string& label, const Set& at_label, const Set& after) {
        labels_.push_back({label, at_label});
        Set live = before(list, after);
        labels_.pop_back();
        return live;
    }

    void step(const wabt::Expr& expr, Set& live) {
        switch (expr.type()) {
            case wabt::ExprType::LocalGet: live[index(wabt::cast<wabt::LocalGetExpr>(&expr)->var)] = true; break;
            case wabt::ExprType::LocalSet: written(wabt::cast<wabt::LocalSetExpr>(&expr)->var, live); break;
            case wabt::ExprType::LocalTee: written(wabt::cast<wabt::LocalTeeExpr>(&expr)->var, live); break;
            case wabt::ExprType::Block: {
                const wabt::Block& block = wabt::cast<wabt::BlockExpr>(&expr)->block;
                live = before_labeled(block.exprs, block.label, Set(live), live);
                break;
            }
            case wabt::ExprType::Loop: loop(wabt::cast<wabt::LoopExpr>(&expr)->block, live); break;
            case wabt::ExprType::If: {
                const auto& branch = *wabt::cast<wabt::IfExpr>(&expr);
                const Set after = live;
                live = before_labeled(branch.true_.exprs, branch.true_.label, after, after);
                add(live, before_labeled(branch.false_, branch.true_.label, after, after));
                break;
            }
            case wabt::ExprType::Try: guarded(*wabt::cast<wabt::TryExpr>(&expr), live); break;
            case wabt::ExprType::Br:
                live = unwinding_;
                add(live, at(wabt::cast<wabt::BrExpr>(&expr)->var));
                break;
            case wabt::ExprType::BrIf: add(live, at(wabt::cast<wabt::BrIfExpr>(&expr)->var)); break;
            case wabt::ExprType::BrTable: {
                const auto& table = *wabt::cast<wabt::BrTableExpr>(&expr);
                live = unwinding_;
                add(live, at(table.default_target));
                for (const wabt::Var& target : table.targets) add(live, at(target));
                break;
            }
            case wabt::ExprType::Return:
            case wabt::ExprType::ReturnCall:
            case wabt::ExprType::ReturnCallIndirect:
            case wabt::ExprType::Rethrow:
            case wabt::ExprType::Throw:
            case wabt::ExprType::Unreachable: live = unwinding_; break;
            default: break;
        }
    }

    std::size_t index(const wabt::Var& local) const { return function_.GetLocalIndex(local); }

    void written(const wabt::Var& local, Set& live) {
        live[index(local)] = false;
        add(live, unwinding_);
    }

    /// The set at a loop's label only grows, also between visits for an outer loop, which therefore stay few.
    void loop(const wabt::Block& block, Set& live) {
        Set& at_label = loops_.try_emplace(&block, none_).first->second;
        Set start;
        do start = before_labeled(block.exprs, block.label, at_label, live);
        while (add(at_label, start));
        live = std::move(start);
    }

    void guarded(const wabt::TryExpr& expr, Set& live) {
        const Set after = live;
        Set caught = none_;
        for (const wabt::Catch& handler : expr.catches)
            add(caught, before_labeled(handler.exprs, expr.block.label, after, after));
        for_each(expr.block.exprs, [&](const wabt::Expr& inner) {
            if (const auto* set = wabt::dyn_cast<wabt::LocalSetExpr>(&inner)) note(set->var, caught);
            if (const auto* tee = wabt::dyn_cast<wabt::LocalTeeExpr>(&inner)) note(tee->var, caught);
        });
        const Set outer = unwinding_;
        add(unwinding_, caught);
        live = before_labeled(expr.block.exprs, expr.block.label, after, after);
        unwinding_ = outer;
    }

    void note(const wabt::Var& local, const Set& caught) {
        const std::size_t i = index(local);
        if (caught[i]) result_[i] = true;
    }

    /// What is live where a branch goes; nothing if that is the end of the function.
    const Set& at(const wabt::Var& target) const {
        if (target.is_index())
            return target.index() < labels_.size() ? labels_[labels_.size() - 1 - target.index()].live : none_;
        for (auto label = labels_.rbegin(); label != labels_.rend(); ++label)
            if (label->name == target.name()) return label->live;
        return none_;
    }

    const wabt::Func& function_;
    const Set none_;
    Set unwinding_;  // what the catches of the try blocks around may read
    Set result_;
    std::vector<Label> labels_;
    std::map<const wabt::Block*, Set> loops_;
};

struct CType {
    wabt::Type type;
    const char* name;
};

// As the writer orders the locals.
const CType c_types[] = {{wabt::Type::I32, "u32"},
                         {wabt::Type::I64, "u64"},
                         {wabt::Type::F32, "f32"},
                         {wabt::Type::F64, "f64"},
                         {wabt::Type::V128, "v128"},
                         {wabt::Type::FuncRef, "wasm_rt_funcref_t"},
                         {wabt::Type::ExternRef, "wasm_rt_externref_t"}};

std::vector<Variable> variables_of(const wabt::Func& function) {
    const Set changed = Liveness(function).changed_before_catch();
    std::vector<Variable> variables;
    const wabt::Index parameters = function.GetNumParams();
    for (wabt::Index i = 0; i < parameters; ++i)
        for (const CType& type : c_types)
            if (function.GetLocalType(i) == type.type) variables.push_back({type.name, changed[i]});
    for (const CType& type : c_types)
        for (wabt::Index i = parameters; i < changed.size(); ++i)
            if (function.GetLocalType(i) == type.type) variables.push_back({type.name, changed[i]});
    return variables;
}

std::size_t count_tries(const wabt::Func& function) {
    std::size_t count = 0;
    for_each(function.exprs, [&](const wabt::Expr& expr) {
        const auto* guarded = wabt::dyn_cast<wabt::TryExpr>(&expr);
        if (guarded && guarded->kind != wabt::TryKind::Plain) ++count;
    });
    return count;
}

// --- the text ---

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t result = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size()) ++result;
    return result;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \n") + 1 - begin);
}

/// The parts between separators that stand in no parentheses.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || (text[i] == separator && depth == 0)) {
            const std::string_view part = trimmed(text.substr(begin, i - begin));
            if (!part.empty()) parts.push_back(part);
            begin = i + 1;
        } else {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        }
    }
    return parts;
}

/// Answers for one variable after the other.
class NeedsVolatile {
  public:
    explicit NeedsVolatile(const std::vector<Variable>& variables) : variables_(variables) {}

    bool operator()(std::string_view type) {
        const std::size_t i = next_++;
        if (i >= variables_.size() || variables_[i].type != type) unknown_shape();
        return variables_[i].changed;
    }

    bool all_seen() const { return next_ == variables_.size(); }

  private:
    const std::vector<Variable>& variables_;
    std::size_t next_ = 0;
};

std::string parameters(std::string_view list, NeedsVolatile& needs) {
    std::string result;
    for (const std::string_view parameter : split(list, ',')) {
        if (!result.empty()) result += ", ";
        if (needs(parameter.substr(0, parameter.find(' ')))) result += "volatile ";
        result += parameter;
    }
    return result;
}

/// "TYPE a = 0, b = 0;" becomes "TYPE a = 0; volatile TYPE b = 0;".
std::string declarations(std::string_view statements, NeedsVolatile& needs) {
    std::string result;
    for (const std::string_view statement : split(statements, ';')) {
        const std::string type(statement.substr(0, statement.find(' ')));
        for (const std::string_view variable : split(statement.substr(type.size()), ','))
            result += (needs(type) ? "  volatile " : "  ") + type + " " + std::string(variable) + ";\n";
    }
    return result;
}

void insert_at_each(std::string& text, std::string_view after, std::string_view what) {
    for (std::size_t at = text.find(after); at != std::string::npos;
         at = text.find(after, at + after.size() + what.size()))
        text.insert(at + after.size(), what);
}

bool declares_variable(std::string_view line) {
    for (const std::string_view type : {"u32", "u64", "f32", "f64", "v128", "wasm_rt_funcref_t", "wasm_rt_externref_t"})
        if (line.substr(0, type.size()) == type && line.substr(type.size(), 5) == " var_") return true;
    return false;
}

}  // namespace

std::vector<CatchingFunction> catching_functions(const wabt::Module& module) {
    std::vector<CatchingFunction> result;
    for (auto function = module.funcs.begin() + static_cast<std::ptrdiff_t>(module.num_func_imports);
         function != module.funcs.end(); ++function)
        if (const std::size_t tries = count_tries(**function)) result.push_back({variables_of(**function), tries});
    return result;
}

/// The writer declares parameters in the function's head, eight on a line, and locals before FUNC_PROLOGUE.
void make_volatile(std::string& text, const CatchingFunction& function) {
    const std::size_t prologue = text.find("FUNC_PROLOGUE;");
    const std::size_t brace = text.rfind("{\n", prologue);
    if (prologue == std::string::npos || brace == std::string::npos || count(text, c_try) != function.tries)
        unknown_shape();
    NeedsVolatile needs(function.variables);
    std::string head = text.substr(0, brace);
    static constexpr std::string_view instance = "instance, ";
    const std::size_t found = head.rfind(instance);
    const std::size_t end = head.rfind(')');
    if (found != std::string::npos && head.find(')', found) == end) {
        const std::size_t begin = found + instance.size();
        head.replace(begin, end - begin, parameters(head.substr(begin, end - begin), needs));
    }
    const std::size_t locals = brace + 2;
    const std::string declared = declarations(std::string_view(text).substr(locals, prologue - locals), needs);
    if (!needs.all_seen()) unknown_shape();
    text = head + "{\n" + declared + "  " + text.substr(prologue);
}

/// What is tail-called has no such line: there the operand stack becomes volatile, too, and parameters are locals.
void make_all_volatile(std::string& text) {
    std::size_t brace = text.find(") {\n");
    const std::size_t parameters = text.rfind("instance, ", brace);
    const bool tail_called = text.rfind("(void **instance_ptr, ", brace) != std::string::npos;
    std::size_t end = text.find("FUNC_PROLOGUE;");
    if (brace == std::string::npos || (end == std::string::npos) != tail_called) unknown_shape();
    if (parameters != std::string::npos && text.find(')', parameters) == brace) {
        std::string list = text.substr(parameters, brace - parameters);
        insert_at_each(list, ", ", "volatile ");
        text.replace(parameters, brace - parameters, list);
        brace = parameters + list.size();
    }
    static constexpr std::string_view word = "volatile ";
    for (std::size_t at = brace; (at = text.find("\n  ", at)) < std::min(end, text.size());) {
        at += 3;
        if (!declares_variable(std::string_view(text).substr(at, 32))) continue;
        text.insert(at, word);
        end = end == std::string::npos ? end : end + word.size();
    }
}

}  // namespace wali::aot
