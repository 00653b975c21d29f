// SPDX-License-Identifier: BSL-1.0
#include "module.h"

#include <wabt/expr-visitor.h>
#include <wabt/leb128.h>
#include <wabt/utf8.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>

#include "refusal.h"

namespace wali::aot {
namespace {

constexpr std::uint8_t magic_and_version[] = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
constexpr std::uint8_t custom_section = 0;
constexpr std::uint8_t code_section = 10;

std::string describe(const wabt::Errors& errors) {
    for (const wabt::Error& error : errors) {
        if (error.error_level != wabt::ErrorLevel::Error) continue;
        char offset[32];
        std::snprintf(offset, sizeof offset, "0x%zx", error.loc.offset);
        return error.message + " (at offset " + offset + ")";
    }
    return "unknown reason";
}

void check_head(const std::vector<std::uint8_t>& bytes) {
    const std::size_t common = std::min(bytes.size(), sizeof magic_and_version);
    if (bytes.empty()) throw Refusal("the file is empty, not a WebAssembly module");
    if (std::memcmp(bytes.data(), magic_and_version, std::min<std::size_t>(common, 4)) != 0)
        throw Refusal("not a WebAssembly module: it does not start with \\0asm");
    if (bytes.size() < sizeof magic_and_version)
        throw Refusal("the module is cut off in its first 8 bytes; build it again");
    if (bytes[4] == 0x0d && bytes[6] == 0x01)
        throw Refusal("a WebAssembly component, not a core module; build it for a core target");
    if (std::memcmp(bytes.data(), magic_and_version, sizeof magic_and_version) != 0)
        throw Refusal("a WebAssembly module of an unknown version; build it with version 1 of the format");
}

/// Calls `visit` with the number and the contents of each section, up to one that is damaged.
void for_each_section(const std::uint8_t* module, const std::uint8_t* end,
                      const std::function<void(std::uint8_t, const std::uint8_t*, std::uint32_t)>& visit) {
    for (const std::uint8_t* at = module + sizeof magic_and_version; at < end;) {
        const std::uint8_t number = *at++;
        std::uint32_t size = 0;
        const std::size_t digits = wabt::ReadU32Leb128(at, end, &size);
        if (digits == 0 || size > static_cast<std::size_t>(end - at) - digits) return;  // the reader says what is wrong
        at += digits;
        visit(number, at, size);
        at += size;
    }
}

/// The reader of wabt skips a custom section that it cannot read. What is in it may be anything, but not its name.
void check_custom_name(const std::uint8_t* contents, std::uint32_t size) {
    std::uint32_t length = 0;
    const std::size_t digits = wabt::ReadU32Leb128(contents, contents + size, &length);
    if (digits == 0 || length > size - digits ||
        !wabt::IsValidUtf8(reinterpret_cast<const char*>(contents) + digits, length))
        throw Refusal("damaged or cut off: a custom section without a name in UTF-8; build it again");
}

/// The validation of wabt lets a call through any table pass.
class CalledTables : public wabt::ExprVisitor::DelegateNop {
  public:
    explicit CalledTables(const wabt::Module& module) : module_(module) {}

    wabt::Result OnCallIndirectExpr(wabt::CallIndirectExpr* call) override { return check(call->table); }
    wabt::Result OnReturnCallIndirectExpr(wabt::ReturnCallIndirectExpr* call) override { return check(call->table); }

  private:
    wabt::Result check(const wabt::Var& table) const {
        return module_.GetTable(table)->elem_type == wabt::Type::FuncRef ? wabt::Result::Ok : wabt::Result::Error;
    }

    const wabt::Module& module_;
};

void check_called_tables(wabt::Module& module) {
    if (std::all_of(module.tables.begin(), module.tables.end(),
                    [](const wabt::Table* table) { return table->elem_type == wabt::Type::FuncRef; }))
        return;
    CalledTables check(module);
    wabt::ExprVisitor visitor(&check);
    for (wabt::Func* function : module.funcs)
        if (Failed(visitor.VisitFunc(function)))
            throw Refusal("not valid: an indirect call through a table that holds no functions; build it again");
}

/// A module that the kernel can execute has a first line that names walirun: wali-ld writes it.
std::vector<std::uint8_t>::const_iterator behind_first_line(const std::vector<std::uint8_t>& file) {
    if (file.size() < 2 || file[0] != '#' || file[1] != '!') return file.begin();
    const auto end = std::find(file.begin(), file.end(), '\n');
    return end == file.end() ? end : end + 1;
}

}  // namespace

wabt::Features features() {
    // The constructor enables what is standard; these are the others that the C writer knows.
    wabt::Features result;
    result.enable_exceptions();
    result.enable_threads();
    result.enable_tail_call();
    result.enable_extended_const();
    return result;
}

std::unique_ptr<wabt::Module> read_module(const std::string& name, const std::vector<std::uint8_t>& file) {
    const std::vector<std::uint8_t> bytes(behind_first_line(file), file.end());
    check_head(bytes);
    for_each_section(bytes.data(), bytes.data() + bytes.size(),
                     [](std::uint8_t number, const std::uint8_t* contents, std::uint32_t size) {
                         if (number == custom_section) check_custom_name(contents, size);
                     });
    auto module = std::make_unique<wabt::Module>();
    wabt::Errors errors;
    const wabt::ReadBinaryOptions options(features(), nullptr, /*read_debug_names=*/true, /*stop_on_first_error=*/true,
                                          /*fail_on_custom_section_error=*/false);
    if (Failed(wabt::ReadBinaryIr(name.c_str(), bytes.data(), bytes.size(), options, &errors, module.get())))
        throw Refusal("damaged or cut off: " + describe(errors) + "; build it again");
    errors.clear();
    if (Failed(wabt::ValidateModule(module.get(), &errors, wabt::ValidateOptions(features()))))
        throw Refusal("not valid: " + describe(errors) + "; build it again");
    check_called_tables(*module);
    if (module->memories.empty()) {  // a segment that no memory ever takes names one all the same
        auto memory = std::make_unique<wabt::MemoryModuleField>();
        memory->memory.page_limits = wabt::Limits(0, 0);
        module->AppendField(std::move(memory));
    }
    return module;
}

CodeSection find_code(const std::vector<std::uint8_t>& file) {
    CodeSection code;
    const std::uint8_t* const end = file.data() + file.size();
    const std::uint8_t* const module = end - (file.end() - behind_first_line(file));
    for_each_section(module, end, [&](std::uint8_t number, const std::uint8_t* contents, std::uint32_t size) {
        if (number == code_section) code = {static_cast<std::size_t>(contents - module), size};
    });
    return code;
}

}  // namespace wali::aot
