// SPDX-License-Identifier: BSL-1.0
#include "translate.h"

#include <cstdio>
#include <filesystem>

#include "engine.h"
#include "imports.h"
#include "lower.h"
#include "module.h"
#include "refusal.h"
#include "source_lines.h"
#include "workspace.h"
#include "write_c.h"

namespace wali::aot {
namespace {

std::vector<CFile> translate_to_c(const std::string& name, const std::vector<std::uint8_t>& bytes, Tier tier,
                                  bool observed, const std::string& folder) {
    const auto module = read_module(name, bytes);
    wabt::GenerateNames(module.get());
    if (Failed(wabt::ApplyNames(module.get()))) throw Refusal("its names cannot be resolved");
    if (module->features_used.simd && !std::filesystem::exists("/usr/include/simde/wasm/simd128.h"))
        throw Refusal(
            "uses SIMD, which needs a header that is not installed; apt-get install libsimde-dev, or build without "
            "-msimd128");
    const std::string adapters = link_imports(*module, observed);
    const SourceLines lines(*module, find_code(bytes));
    const Lowered lowered = lower(*module, lines);
    auto files = write_c(*module, lowered, lines, adapters, tier, folder);
    static_cast<void>(
        const_cast<std::unique_ptr<wabt::Module>&>(module).release());  // its destructor recurses per block
    return files;
}

std::vector<std::string> c_files(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".c") names.push_back(entry.path().filename());
    return names;
}

}  // namespace

std::vector<std::string> translate(const std::string& name, const std::vector<std::uint8_t>& bytes, Tier tier,
                                   bool observed, const std::string& folder) {
    run_engine(folder, [&] {
        for (const CFile& file : translate_to_c(name, bytes, tier, observed, folder))
            write_file(folder + "/" + file.name, file.text);
    });
    return c_files(folder);
}

std::size_t translate_in_memory(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    std::size_t size = 0;
    for (const CFile& file : translate_to_c(name, bytes, Tier::Full, false, "/")) size += file.text.size();
    return size;
}

}  // namespace wali::aot
