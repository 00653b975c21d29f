// SPDX-License-Identifier: BSL-1.0
#include "fixture.h"

#include <wabt/binary-writer.h>
#include <wabt/stream.h>
#include <wabt/validator.h>
#include <wabt/wast-lexer.h>
#include <wabt/wast-parser.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace wali::test {

std::string assemble(const std::string& text, bool validate) {
    wabt::Errors errors;
    wabt::Features features;
    features.EnableAll();
    features.disable_memory64();
    const auto lexer = wabt::WastLexer::CreateBufferLexer("test.wat", text.data(), text.size(), &errors);
    std::unique_ptr<wabt::Module> module;
    wabt::WastParseOptions options(features);
    if (Failed(wabt::ParseWatModule(lexer.get(), &module, &errors, &options)) ||
        (validate && Failed(wabt::ValidateModule(module.get(), &errors, wabt::ValidateOptions(features)))))
        throw std::runtime_error("test module: " + (errors.empty() ? "?" : errors[0].message) + " in\n" + text);
    wabt::MemoryStream stream;
    constexpr bool canonicalize_lebs = false;
    constexpr bool relocatable = false;  // a program, no object file
    constexpr bool write_debug_names = true;
    const wabt::WriteBinaryOptions write_options(features, canonicalize_lebs, relocatable, write_debug_names);
    if (Failed(wabt::WriteBinaryModule(&stream, module.get(), write_options))) throw std::runtime_error("cannot write");
    const auto& data = stream.output_buffer().data;
    return {data.begin(), data.end()};
}

std::string Runtime::program(const std::string& name) {
    const char* other = std::getenv("WALI_RUNTIME_FOLDER");  // sanitized/
    return std::string(other ? other : WALI_RUNTIME_FOLDER) + "/" + name;
}

Options Runtime::with_folders(Options options) const {
    auto& environment = options.environment;
    environment.insert(environment.begin(), {{"WALI_CACHE_DIR", cache_.path()}, {"TMPDIR", temporary_.path()}});
    // That of a sanitized runtime, also where the environment is cleared.
    if (const char* compiler = std::getenv("WALI_CC")) environment.insert(environment.begin(), {"WALI_CC", compiler});
    return options;
}

Result Runtime::walirun(const std::vector<std::string>& arguments, Options options) {
    std::vector<std::string> command = {program("walirun")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return test::run(command, with_folders(std::move(options)));
}

Result Runtime::wali_aot(const std::vector<std::string>& arguments, Options options) {
    std::vector<std::string> command = {program("wali-aot")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return test::run(command, with_folders(std::move(options)));
}

Result Runtime::run(const std::string& module, const std::vector<std::string>& arguments, Options options) {
    write_file(file("test.wasm"), module);
    std::vector<std::string> all = {file("test.wasm")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return walirun(all, std::move(options));
}

Result Runtime::run_text(const std::string& text, const std::vector<std::string>& arguments) {
    return run(assemble(text), arguments);
}

std::vector<std::string> Runtime::programs() const {
    std::vector<std::string> names = cache_.contents();
    const std::vector<std::string> all = names;
    const auto belongs_to_another = [&](const std::string& name) {
        const std::size_t end = name.rfind(".sum");
        return end != std::string::npos && std::count(all.begin(), all.end(), name.substr(0, end)) == 1;
    };
    names.erase(std::remove_if(names.begin(), names.end(), belongs_to_another), names.end());
    return names;
}

std::vector<std::string> Runtime::left_behind() const {
    std::vector<std::string> names = programs();
    for (const std::string& name : temporary_.contents()) names.push_back("TMPDIR/" + name);
    return names;
}

std::string module_text(const std::string& body, const std::string& more) {
    return R"((module
        (import "wali" "SYS_write" (func $write (param i32 i32 i32) (result i64)))
        (import "wali" "SYS_exit_group" (func $exit (param i32) (result i64)))
        (memory (export "memory") 1 16 shared)
        )" +
           more + R"(
        (func $_start (export "_start") )" +
           body + "))";
}

}  // namespace wali::test
