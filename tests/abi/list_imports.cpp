// SPDX-License-Identifier: BSL-1.0
// list_imports FILE.wasm: one line "MODULE NAME SIGNATURE" per function that a module or object file imports, read with
// libwabt.
#include <wabt/binary-reader-nop.h>
#include <wabt/binary-reader.h>
#include <wabt/error.h>
#include <wabt/feature.h>
#include <wabt/stream.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::string text(wabt::Index count, const wabt::Type* types) {
    std::string result = "(";
    for (wabt::Index i = 0; i < count; ++i) result += (i == 0 ? "" : ",") + types[i].GetName();
    return result + ")";
}

class Imports : public wabt::BinaryReaderNop {
  public:
    wabt::Result OnFuncType(wabt::Index, wabt::Index param_count, wabt::Type* params, wabt::Index result_count,
                            wabt::Type* results) override {
        const std::string result = result_count == 1 ? results[0].GetName() : text(result_count, results);
        signatures_.push_back(text(param_count, params) + "->" + result);
        return wabt::Result::Ok;
    }

    wabt::Result OnImportFunc(wabt::Index, std::string_view module, std::string_view name, wabt::Index,
                              wabt::Index signature) override {
        std::printf("%.*s %.*s %s\n", static_cast<int>(module.size()), module.data(), static_cast<int>(name.size()),
                    name.data(), signatures_.at(signature).c_str());
        return wabt::Result::Ok;
    }

  private:
    std::vector<std::string> signatures_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: list_imports FILE.wasm\n"), 2;
    std::ifstream file(argv[1], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    wabt::Features features;
    features.EnableAll();
    features.disable_memory64();
    Imports imports;
    constexpr bool read_debug_names = false;
    constexpr bool stop_on_first_error = true;
    constexpr bool fail_on_custom_section_error = false;
    const wabt::ReadBinaryOptions options(features, nullptr, read_debug_names, stop_on_first_error,
                                          fail_on_custom_section_error);
    if (Failed(wabt::ReadBinary(bytes.data(), bytes.size(), &imports, options)))
        return std::fprintf(stderr, "list_imports: %s: no WebAssembly module\n", argv[1]), 1;
    return 0;
}
