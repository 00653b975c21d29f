// SPDX-License-Identifier: BSL-1.0
//
// The host's side is runtime/host/engine/setjmp.c. A function with calls of setjmp gets
//   - a struct wali_jump_frame: on a list while the function runs, so that longjmp never jumps to one that has
//   returned;
//   - per call a native jmp_buf and copies of all variables, written before the call and not changed afterwards: after
//     the jump the variables themselves are indeterminate, in C as in the guest's own compiler, except those that the
//     guest keeps on the operand stack across the call.
#include "jumps.h"

#include <string_view>
#include <vector>

#include "refusal.h"

namespace wali::aot {
namespace {

constexpr std::string_view prologue = "FUNC_PROLOGUE;\n";

struct Variable {
    std::string type;
    std::string name;
};

/// Adds the variables of "u32 var_a = 0, var_b" or, each with its type, of "u32 var_a, u64 var_b".
void add_variables(std::vector<Variable>& variables, std::string_view list) {
    std::string type;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string_view item = list.substr(begin, end - begin);
        item.remove_prefix(std::min(item.find_first_not_of(" \n"), item.size()));
        item = item.substr(0, item.find(" = "));
        const std::size_t blank = item.rfind(' ');
        if (blank != std::string_view::npos) type = item.substr(0, blank);
        if (type.empty()) unknown_shape();
        variables.push_back({type, std::string(item.substr(blank == std::string_view::npos ? 0 : blank + 1))});
        begin = end + 1;
    }
}

bool declares_variables(std::string_view statement) {
    const std::size_t name = statement.find(" var_");
    return statement.substr(0, 2) == "  " && name != std::string_view::npos && name > 2 &&
           statement.substr(2, name - 2).find(' ') == std::string_view::npos &&
           statement.find('(') == std::string_view::npos;
}

/// The parameters stand behind "instance"; declarations surround the prologue. The writer begins a new line after
/// eight.
std::vector<Variable> variables_of(std::string_view function, std::size_t body) {
    std::vector<Variable> variables;
    const std::size_t open = function.rfind("{\n", body);
    if (open == std::string_view::npos) unknown_shape();
    const std::size_t parameters = function.substr(0, open).rfind("instance, ");
    if (parameters != std::string_view::npos) {
        const std::size_t begin = parameters + std::string_view("instance, ").size();
        add_variables(variables, function.substr(begin, function.find(')', begin) - begin));
    }
    for (std::size_t begin = open + 2; begin < function.size();) {
        const std::size_t end = function.find(";\n", begin);
        if (end == std::string_view::npos) unknown_shape();
        const std::string_view statement = function.substr(begin, end - begin);
        if (declares_variables(statement))
            add_variables(variables, statement.substr(2));
        else if (begin >= body)
            break;
        begin = end + 2;
    }
    return variables;
}

std::string assignments(const std::vector<Variable>& variables, const std::string& saved, bool save) {
    std::string text;
    for (const Variable& variable : variables) {
        const std::string copy = saved + "." + variable.name;
        text += save ? copy + " = " + variable.name + "; " : variable.name + " = " + copy + "; ";
    }
    return text;
}

/// Replaces the line "  RESULT = w2c_wali_setjmp(HOST, ENV);" or that of sigsetjmp with one more argument.
std::string jump(std::string_view line, const std::vector<Variable>& variables, std::size_t site) {
    const std::size_t equals = line.find(" = w2c_wali_");
    const std::size_t comma = line.find(", ");
    const std::size_t close = line.rfind(");");
    if (equals == std::string_view::npos || comma == std::string_view::npos || close != line.size() - 2)
        unknown_shape();
    const std::string result(line.substr(0, equals));
    const std::string arguments(line.substr(comma + 2, close - comma - 2));
    const bool has_mask = line.find("w2c_wali_sigsetjmp(") != std::string_view::npos;
    const std::string number = std::to_string(site);
    const std::string saved = "wali_saved[" + number + "]";
    return "  wali_sites[" + number + "].armed = false;\n  " + assignments(variables, saved, true) +
           "\n  wali_jumped = _setjmp(wali_sites[" + number + "].context);\n  if (wali_jumped) { " +
           assignments(variables, saved, false) + "}\n  else wali_jump_arm(&wali_frame, " + number + ", " + arguments +
           (has_mask ? "" : ", 0") + ");\n" + result + " = wali_jumped;";
}

bool calls_setjmp(std::string_view line) {
    return line.find(" w2c_wali_setjmp(") != std::string_view::npos ||
           line.find(" w2c_wali_sigsetjmp(") != std::string_view::npos;
}

std::string declarations(const std::vector<Variable>& variables, std::size_t sites) {
    const std::string count = std::to_string(sites);
    std::string text = "  volatile struct { ";  // else GCC 12 loses some of many
    for (const Variable& variable : variables) text += variable.type + " " + variable.name + "; ";
    return text + "} wali_saved[" + count + "];\n  struct wali_jump_site wali_sites[" + count +
           "];\n  struct wali_jump_frame wali_frame __attribute__((cleanup(wali_jump_leave)));\n"
           "  int wali_jumped;\n  wali_jump_enter(&wali_frame, wali_sites, " +
           count + ");\n";
}

}  // namespace

void write_jumps(std::string& function) {
    const std::size_t found = function.find(prologue);
    if (found == std::string::npos) unknown_shape();
    const std::size_t body = found + prologue.size();
    const std::vector<Variable> variables = variables_of(function, body);
    std::string rest;
    std::size_t sites = 0;
    for (std::size_t begin = body; begin < function.size();) {
        const std::size_t end = std::min(function.find('\n', begin), function.size());
        const std::string_view line = std::string_view(function).substr(begin, end - begin);
        rest += calls_setjmp(line) ? jump(line, variables, sites++) : std::string(line);
        rest += '\n';
        begin = end + 1;
    }
    if (sites > 0) function = function.substr(0, body) + declarations(variables, sites) + rest;
}

}  // namespace wali::aot
