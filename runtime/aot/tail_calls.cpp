// SPDX-License-Identifier: BSL-1.0
#include "tail_calls.h"

#include <wabt/cast.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

namespace wali::aot {
namespace {

/// The functions that a call through the table can reach: of tables that instructions change, any.
std::vector<const wabt::Func*> functions_in_tables(const wabt::Module& module, bool tables_change) {
    if (tables_change) return {module.funcs.begin(), module.funcs.end()};
    std::vector<const wabt::Func*> result;
    for (const wabt::ElemSegment* segment : module.elem_segments)
        for (const wabt::ExprList& element : segment->elem_exprs)
            for (const wabt::Expr& expr : element)
                if (const auto* function = wabt::dyn_cast<wabt::RefFuncExpr>(&expr))
                    result.push_back(module.GetFunc(function->var));
    return result;
}

/// Which function tail-calls which. Between the caller and the callees of an indirect call stands the type.
class Graph {
  public:
    using Node = std::size_t;

    Graph(const wabt::Module& module, bool tables_change)
        : module_(module), in_tables_(functions_in_tables(module, tables_change)) {}

    Node function(const wabt::Func* function) {
        const auto [place, is_new] = functions_.try_emplace(function, calls_.size());
        if (is_new) add_node();
        return place->second;
    }

    Node callee(const wabt::Expr& tail_call) {
        if (const auto* direct = wabt::dyn_cast<wabt::ReturnCallExpr>(&tail_call))
            return function(module_.GetFunc(direct->var));
        return type(wabt::cast<wabt::ReturnCallIndirectExpr>(&tail_call)->decl.sig);
    }

    void add(Node caller, Node callee) {
        callers_[callee].push_back(caller);
        ++calls_[caller];
    }

    /// From these, every chain of tail calls comes to an end: nodes that make none, and those that call only such.
    std::vector<bool> nodes_that_end() const {
        std::vector<std::size_t> calls = calls_;
        std::vector<bool> ends(calls.size());
        std::vector<Node> pending;
        for (Node node = 0; node < calls.size(); ++node)
            if (calls[node] == 0) pending.push_back(node);
        while (!pending.empty()) {
            const Node node = pending.back();
            pending.pop_back();
            ends[node] = true;
            for (const Node caller : callers_[node])
                if (--calls[caller] == 0) pending.push_back(caller);
        }
        return ends;
    }

  private:
    Node add_node() {
        callers_.emplace_back();
        calls_.push_back(0);
        return calls_.size() - 1;
    }

    Node type(const wabt::FuncSignature& signature) {
        const auto known =
            std::find_if(types_.begin(), types_.end(), [&](const auto& type) { return type.first == signature; });
        if (known != types_.end()) return known->second;
        const Node node = add_node();
        types_.emplace_back(signature, node);
        for (const wabt::Func* candidate : in_tables_)
            if (candidate->decl.sig == signature) add(node, function(candidate));
        return node;
    }

    const wabt::Module& module_;
    const std::vector<const wabt::Func*> in_tables_;
    std::unordered_map<const wabt::Func*, Node> functions_;
    std::vector<std::pair<wabt::FuncSignature, Node>> types_;
    std::vector<std::vector<Node>> callers_;
    std::vector<std::size_t> calls_;
};

std::unique_ptr<wabt::Expr> as_call(const wabt::Expr& tail_call) {
    if (const auto* direct = wabt::dyn_cast<wabt::ReturnCallExpr>(&tail_call))
        return std::make_unique<wabt::CallExpr>(direct->var);
    const auto* indirect = wabt::cast<wabt::ReturnCallIndirectExpr>(&tail_call);
    auto call = std::make_unique<wabt::CallIndirectExpr>();
    call->decl = indirect->decl;
    call->table = indirect->table;
    return call;
}

}  // namespace

void TailCalls::found(wabt::Func& caller, wabt::ExprList& list, wabt::ExprList::iterator position, bool in_try) {
    sites_.push_back({&list, position, in_try, &caller});
}

bool TailCalls::lower(bool tables_change) {
    Graph graph(module_, tables_change);
    std::vector<Graph::Node> callees;
    for (const Site& site : sites_) {
        callees.push_back(graph.callee(*site.position));
        graph.add(graph.function(site.caller), callees.back());
    }
    const std::vector<bool> ends = graph.nodes_that_end();
    // The C writer writes a second form of the functions that are marked so, which those are, too, whose tail call
    // never runs and was taken out.
    for (wabt::Func* function : module_.funcs) function->features_used.tailcall = false;
    bool left = false;
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        const auto& [list, position, in_try, caller] = sites_[i];
        if (in_try || !ends[callees[i]]) {
            left = true;
            caller->features_used.tailcall = true;
            continue;
        }
        list->insert(position, as_call(*position));
        list->insert(position, std::make_unique<wabt::ReturnExpr>());
        list->erase(position);
    }
    return left;
}

}  // namespace wali::aot
