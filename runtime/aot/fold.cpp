// SPDX-License-Identifier: BSL-1.0
//
// The C writer keeps WebAssembly's operand stack in variables: var_i2 is the 32-bit integer at depth 2. Their values
// wait here as text until an instruction takes them. A value that waits
//   - is written into its variable ("settled") where the text has a shape that is not known here, a label or a jump;
//   - reads no operand of the stack, so that nothing has to follow what is written to those;
//   - is settled before a local that it reads changes, and, if it reads memory or globals, before anything that may
//     change those or trap in another way.
// An assignment at one depth ends what waits at this and greater ones: the stack had to be that short.
#include "fold.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "source_lines.h"
#include "word.h"

namespace wali::aot {
namespace {

// Longer ones are settled: a compiler's time and stack grow with how deep an expression is.
constexpr std::size_t longest_value = 160;

constexpr std::string_view function_begin = "  FUNC_PROLOGUE;\n";
constexpr std::string_view function_end = "\n}\n";

bool is_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// var_i2
bool is_operand(std::string_view token) {
    return starts_with(token, "var_") && token.size() > 5 &&
           std::string_view("ijfd").find(token[4]) != std::string_view::npos && is_digits(token.substr(5));
}

bool is_local(std::string_view token) {
    return starts_with(token, "var_") && token.size() > 5 && (token[4] == 'l' || token[4] == 'p') &&
           is_digits(token.substr(5));
}

bool is_type(std::string_view token) {
    static constexpr std::array<std::string_view, 10> types = {"u8",  "s8",  "u16", "s16", "u32",
                                                               "s32", "u64", "s64", "f32", "f64"};
    return std::find(types.begin(), types.end(), token) != types.end();
}

std::size_t depth_of(std::string_view operand) {
    std::size_t depth = 0;
    for (const char digit : operand.substr(5)) depth = depth * 10 + static_cast<std::size_t>(digit - '0');
    return depth;
}

std::string_view type_of(std::string_view operand) {
    switch (operand[4]) {
        case 'i': return "u32";
        case 'j': return "u64";
        case 'f': return "f32";
        default: return "f64";
    }
}

/// The word, number or single character at the beginning.
std::string_view first_token(std::string_view text) {
    if (text.empty() || !is_word(text[0])) return text.substr(0, 1);
    const bool number = is_digit(text[0]);
    const bool hexadecimal = starts_with(text, "0x");
    std::size_t end = 1;
    for (; end < text.size(); ++end) {
        const char before = text[end - 1];
        const bool exponent = number && (hexadecimal ? before == 'p' : before == 'e');
        if (!is_word(text[end]) && !(number && text[end] == '.') &&
            !(exponent && (text[end] == '+' || text[end] == '-')))
            break;
    }
    return text.substr(0, end);
}

template <class Visit>
void for_each_token(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const std::string_view token = first_token(text);
        visit(token);
        text.remove_prefix(token.size());
    }
}

std::size_t count(std::string_view text, std::string_view token) {
    std::size_t result = 0;
    for_each_token(text, [&](std::string_view each) { result += each == token; });
    return result;
}

bool is_number(std::string_view text) {
    if (starts_with(text, "-")) text.remove_prefix(1);
    return !text.empty() && is_digit(text[0]) && first_token(text).size() == text.size();
}

/// Operators and casts alone: no call, and nothing that can trap.
bool is_pure(std::string_view text) {
    bool pure = true;
    for_each_token(text, [&](std::string_view token) {
        if (is_word(token[0]))
            pure = pure && (is_operand(token) || is_local(token) || is_type(token) || is_number(token));
        if (token == ";" || token == "{" || token == "=" || token == "\"") pure = pure && token == "=";
    });
    return pure;
}

/// !(x) or x < y, which are ints in C.
bool is_truth(std::string_view pure) {
    return pure[0] == '!' || (pure[0] != '(' && pure.find_first_of("<>=!") != std::string_view::npos &&
                              pure.find("<<") == std::string_view::npos && pure.find(">>") == std::string_view::npos);
}

/// A load or store of a number.
struct Access {
    std::string_view type;  // what is accessed
    std::string_view cast;  // what a load extends it to, or empty
    std::string address;
    std::string_view value;  // of a store
};

/// Where the first argument ends.
std::size_t argument_end(std::string_view text) {
    std::size_t open = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '(') ++open;
        if (text[at] == ')' && open-- == 0) return at;
        if (text[at] == ',' && open == 0) return at;
    }
    return text.size();
}

/// The sum that the C writer writes as "(u64)(var_i0) + 20u", to be added to a 64-bit number.
std::string without_cast(std::string_view address) {
    static constexpr std::string_view cast = "(u64)(";
    const std::size_t close = address.find(')', cast.size());
    if (!starts_with(address, cast) || close == std::string_view::npos ||
        !is_operand(address.substr(cast.size(), close - cast.size())))
        return std::string(address);
    return std::string(address.substr(cast.size(), close - cast.size())).append(address.substr(close + 1));
}

std::optional<Access> parse_access(std::string_view text) {
    struct Name {
        std::string_view name, type, cast;
    };
    static constexpr std::array<Name, 23> names = {{
        {"i32_load", "u32", ""},        {"i64_load", "u64", ""},        {"f32_load", "f32", ""},
        {"f64_load", "f64", ""},        {"i32_load8_s", "s8", "u32"},   {"i64_load8_s", "s8", "u64"},
        {"i32_load8_u", "u8", "u32"},   {"i64_load8_u", "u8", "u64"},   {"i32_load16_s", "s16", "u32"},
        {"i64_load16_s", "s16", "u64"}, {"i32_load16_u", "u16", "u32"}, {"i64_load16_u", "u16", "u64"},
        {"i64_load32_s", "s32", "u64"}, {"i64_load32_u", "u32", "u64"}, {"i32_store", "u32", ""},
        {"i64_store", "u64", ""},       {"f32_store", "f32", ""},       {"f64_store", "f64", ""},
        {"i32_store8", "u8", ""},       {"i32_store16", "u16", ""},     {"i64_store8", "u8", ""},
        {"i64_store16", "u16", ""},     {"i64_store32", "u32", ""},
    }};
    std::string_view name = first_token(text);
    if (name.size() < names[0].name.size() || name[3] != '_') return {};  // most others, at once
    if (text.size() < name.size() + 2 || text[name.size()] != '(' || text.back() != ')') return {};
    text = text.substr(name.size() + 1, text.size() - name.size() - 2);
    static constexpr std::string_view shared = "_shared";
    if (name.size() > shared.size() && name.substr(name.size() - shared.size()) == shared)
        name.remove_suffix(shared.size());
    const auto found = std::find_if(names.begin(), names.end(), [&](const Name& each) { return each.name == name; });
    if (found == names.end() || !starts_with(text, "instance->w2c_")) return {};
    const std::size_t memory_end = argument_end(text);
    if (memory_end == text.size()) return {};
    text.remove_prefix(memory_end + 2);
    const std::size_t address_end = argument_end(text);
    const bool store = name.find("store") != std::string_view::npos;
    if (store != (address_end != text.size())) return {};
    return Access{found->type, found->cast, without_cast(text.substr(0, address_end)),
                  store ? text.substr(address_end + 2) : ""};
}

struct Value {
    std::string_view operand;  // in the file
    std::string text;
    bool simple = false;  // a local or a number
    bool truth = false;
    bool reads = false;  // memory or a global
    bool taken = false;  // an instruction has its text
};

enum class Take {
    Any,     // each operand is evaluated, once, before anything else happens
    Silent,  // the same without those that read, which might not be evaluated
    Simple,  // nothing is known
};

class Function {
  public:
    explicit Function(std::string& out) : out(out) {}

    void line(std::string_view line) {
        const std::size_t begin = line.find_first_not_of(' ');
        const std::string_view statement = begin == std::string_view::npos ? "" : line.substr(begin);
        if (starts_with(statement, SourceLines::mark_text)) {
            settle_readers();  // their loads are of the line before
            out.append(line).append("\n");
        } else if (!known(statement)) {
            settle();
            out.append(line).append("\n");
        }
    }

    void settle() {
        settle([](const Value&) { return true; });
    }

  private:
    std::string& out;
    std::vector<Value> waiting;

    void write(std::string_view statement) { out.append("  ").append(statement).append(";\n"); }

    Value* find(std::string_view operand) {
        const auto found =
            std::find_if(waiting.begin(), waiting.end(), [&](const Value& value) { return value.operand == operand; });
        return found == waiting.end() ? nullptr : &*found;
    }

    /// What no longer waits, in its order.
    template <class Condition>
    std::vector<Value> remove(Condition condition) {
        std::vector<Value> removed;
        std::vector<Value> kept;
        for (Value& value : waiting) (condition(value) ? removed : kept).push_back(std::move(value));
        waiting = std::move(kept);
        return removed;
    }

    template <class Condition>
    void settle(Condition condition) {
        for (const Value& value : remove(condition)) write(std::string(value.operand) + " = " + value.text);
    }

    void settle_readers() {
        settle([](const Value& value) { return value.reads; });
    }

    /// What waits at this depth and greater ones is taken, or dropped: then a load still has to fault if it does.
    void end(std::size_t depth) {
        for (const Value& value : remove([&](const Value& each) { return depth_of(each.operand) >= depth; }))
            if (value.reads && !value.taken) write(value.text);
    }

    /// `text` with the values of its operands. Those that cannot stand in it are settled.
    Value take(std::string_view text, Take which) {
        Value result;
        const auto stands = [&](const Value& value, std::string_view operand) {
            return value.simple ||
                   (which != Take::Simple && !(which == Take::Silent && value.reads) && count(text, operand) == 1);
        };
        settle([&](const Value& value) { return count(text, value.operand) > 0 && !stands(value, value.operand); });
        for_each_token(text, [&](std::string_view token) {
            Value* value = is_operand(token) ? find(token) : nullptr;
            if (!value) {
                result.text += token;
                return;
            }
            value->taken = true;
            result.reads = result.reads || value->reads;
            if (value->simple)
                result.text += value->text;
            else if (value->truth)
                result.text.append("(").append(type_of(token)).append(")(").append(value->text).append(")");
            else
                result.text.append("(").append(value->text).append(")");
        });
        return result;
    }

    void wait(std::string_view operand, Value value) {
        value.operand = operand;
        value.taken = false;
        waiting.push_back(std::move(value));
    }

    /// Writes a statement that may change anything but locals and operands.
    void perform(const std::string& statement, std::size_t depth) {
        end(depth);
        settle_readers();
        write(statement);
    }

    /// The smallest depth of the operands.
    static std::size_t depth_of_operands(std::string_view text) {
        std::size_t result = static_cast<std::size_t>(-1);
        for_each_token(text, [&](std::string_view token) {
            if (is_operand(token)) result = std::min(result, depth_of(token));
        });
        return result;
    }

    static std::string in_memory(std::string_view type, const std::string& address) {
        return "*(wali_" + std::string(type) + "*)(WALI_MEMORY_BASE + " + address + ")";
    }

    bool known(std::string_view statement) {
        if (starts_with(statement, "if (")) return jump(statement);
        if (statement.empty() || statement.back() != ';') return false;
        statement.remove_suffix(1);
        const std::string_view token = first_token(statement);
        if (is_operand(token)) return assign(statement, token);
        if (is_local(token)) return set_local(statement, token);
        if (const auto access = parse_access(statement)) {
            const std::string address = take(access->address, Take::Any).text;
            const std::string value = take(access->value, Take::Any).text;
            perform(in_memory(access->type, address) + " = " + value, depth_of_operands(statement));
            return true;
        }
        if (is_guest_call(statement) || is_global_store(statement)) {
            perform(take(statement, Take::Any).text, depth_of_operands(statement));
            return true;
        }
        for (const std::string_view name : {"CALL_INDIRECT(", "memory_copy(", "memory_fill(", "memory_init("})
            if (starts_with(statement, name)) {
                perform(take(statement, Take::Simple).text, depth_of_operands(statement));
                return true;
            }
        return false;
    }

    static bool is_guest_call(std::string_view text) {
        return starts_with(text, "w2c_") && text[first_token(text).size()] == '(' && text.back() == ')' &&
               argument_end(text) == text.size();
    }

    static bool is_global(std::string_view text) {
        return starts_with(text, "instance->w2c_") &&
               first_token(text.substr(std::string_view("instance->").size())).size() + 10 == text.size();
    }

    static bool is_global_store(std::string_view text) {
        const std::size_t equals = text.find(" = ");
        return equals != std::string_view::npos && is_global(text.substr(0, equals)) &&
               is_operand(text.substr(equals + 3));
    }

    /// if (var_i0) {goto var_B1;}
    bool jump(std::string_view statement) {
        const std::string_view condition = first_token(statement.substr(4));
        const std::string_view rest = statement.substr(4 + condition.size());
        if (!is_operand(condition) || !starts_with(rest, ") {goto var_") || rest.substr(rest.size() - 2) != ";}")
            return false;
        Value* value = find(condition);
        const std::string text = value ? value->text : std::string(condition);
        if (value) value->taken = true;
        end(depth_of(condition));
        settle();
        out.append("  if (").append(text).append(") ").append(rest.substr(3, rest.size() - 4)).append("\n");
        return true;
    }

    /// var_l3 = var_i0: local.set, or local.tee, after which the operand is still there.
    bool set_local(std::string_view statement, std::string_view local) {
        const std::string_view operand = statement.substr(std::min(local.size() + 3, statement.size()));
        if (statement.substr(local.size(), 3) != " = " || !is_operand(operand)) return false;
        settle([&](const Value& value) { return value.operand != operand && count(value.text, local) > 0; });
        Value* value = find(operand);
        if (!value) {
            write(statement);
            return true;
        }
        write(std::string(local) + " = " + value->text);
        Value again;
        again.text = local;
        again.simple = true;
        again.operand = value->operand;
        *value = std::move(again);
        return true;
    }

    bool assign(std::string_view statement, std::string_view operand) {
        const std::size_t blank = operand.size();
        const std::size_t equals = statement.find("= ", blank);
        if (equals == std::string_view::npos || equals > blank + 3 || statement[blank] != ' ') return false;
        const std::string_view operation = statement.substr(blank + 1, equals - blank - 1);
        const std::string_view right = statement.substr(equals + 2);
        if (operation.empty() && is_operand(right)) return move(operand, right);
        std::string whole;  // what "+=" stands for
        if (!operation.empty()) whole.append(operand).append(" ").append(operation).append(" ").append(right);
        const std::string_view source = whole.empty() ? right : std::string_view(whole);

        Value value;
        const std::optional<Access> load = parse_access(source);
        if (is_local(source) || is_number(source)) {
            // The writer's numbers with a point are doubles, also those meant for an f32, and some have no point.
            const bool fraction = is_number(source) && type_of(operand)[0] == 'f';
            value.text = fraction ? "(" + std::string(type_of(operand)) + ")" + std::string(source) : source;
            value.simple = true;
        } else if (is_global(source)) {
            value.text = source;
            value.reads = true;
        } else if (load) {
            value = take(load->address, Take::Any);
            value.text = in_memory(load->type, value.text);
            if (!load->cast.empty()) value.text = "(" + std::string(load->cast) + ")" + value.text;
            value.reads = true;
        } else if (is_pure(source)) {
            value = take(source, source.find('?') == std::string_view::npos ? Take::Any : Take::Silent);
            value.truth = is_truth(source);
        } else {
            const Take which = is_guest_call(source) ? Take::Any : Take::Simple;
            const std::string text = take(source, which).text;
            perform(std::string(operand) + " = " + text, depth_of(operand));
            return true;
        }
        const bool complete = depth_of_operands(value.text) == static_cast<std::size_t>(-1);
        end(depth_of(operand));
        if (complete && value.text.size() <= longest_value)
            wait(operand, std::move(value));
        else
            write(std::string(operand) + " = " + value.text);
        return true;
    }

    /// var_i0 = var_i3: the result of a block. Others may follow, so nothing ends.
    bool move(std::string_view to, std::string_view from) {
        settle([&](const Value& value) { return value.operand == from && !value.simple; });
        settle([&](const Value& value) { return value.operand == to && value.reads; });
        remove([&](const Value& value) { return value.operand == to && to != from; });
        const Value* value = find(from);
        if (!value) {
            write(std::string(to) + " = " + std::string(from));
        } else if (to != from) {
            Value copy = *value;
            wait(to, std::move(copy));
        }
        return true;
    }
};

/// "u32 var_i0, var_i1;" for those of its names that `body` has.
void declare(std::string& out, std::string_view declaration, const std::set<std::string_view>& used) {
    std::string names;
    for_each_token(declaration, [&](std::string_view token) {
        if (used.count(token)) names.append(names.empty() ? " " : ", ").append(token);
    });
    if (!names.empty()) out.append("  ").append(first_token(declaration)).append(names).append(";\n");
}

bool declares_operands(std::string_view line) {
    const std::string_view type = first_token(line.substr(std::min<std::size_t>(line.size(), 2)));
    return is_type(type) && line.size() > type.size() + 3 && is_operand(first_token(line.substr(type.size() + 3)));
}

/// What follows FUNC_PROLOGUE in a function.
std::string fold_body(std::string_view text) {
    std::string_view declarations = text;
    while (declares_operands(text)) text.remove_prefix(text.find(";\n") + 2);
    declarations.remove_suffix(text.size());
    std::string body;
    Function function(body);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        function.line(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    std::set<std::string_view> used;
    for_each_token(body, [&](std::string_view token) {
        if (is_operand(token)) used.insert(token);
    });
    std::string result;
    while (!declarations.empty()) {
        const std::size_t end = declarations.find(";\n") + 2;
        declare(result, declarations.substr(2, end - 2), used);
        declarations.remove_prefix(end);
    }
    return result + body;
}

}  // namespace

void fold_expressions(std::string& file) {
    std::string result;
    result.reserve(file.size());
    std::string_view rest = file;
    for (std::size_t begin; (begin = rest.find(function_begin)) != std::string_view::npos;) {
        begin += function_begin.size();
        const std::size_t end = std::min(rest.find(function_end, begin), rest.size() - 1) + 1;
        const std::string_view body = rest.substr(begin, end - begin);
        result += rest.substr(0, begin);
        // Nothing waits where a try block begins, to which exceptions return. For the setjmp of a guest, write_jumps
        // has copied the variables of the text as it was.
        if (body.find("_setjmp(") != std::string_view::npos)
            result += body;
        else
            result += fold_body(body);
        rest.remove_prefix(end);
    }
    file = result.append(rest);
}

}  // namespace wali::aot
