// SPDX-License-Identifier: BSL-1.0
//
// wali-adapt-calls IN.wasm OUT.wasm: lets calls through function pointers reach functions of other types. As in the
// x86-64 ABI, integers and floating-point numbers are passed on apart, each in their order: what the function does not
// take is dropped, what it is not given is zero.
#include <wabt/binary-writer.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "adapt_calls.h"
#include "module.h"
#include "refusal.h"

namespace {

using wali::aot::Refusal;

std::vector<std::uint8_t> read_file(const char* name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) throw Refusal("cannot open it");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const char* name, const wabt::OutputBuffer& buffer) {
    std::ofstream file(name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(buffer.data.data()), static_cast<std::streamsize>(buffer.data.size()));
    file.close();
    if (!file) throw Refusal(std::string("cannot write ") + name);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: wali-adapt-calls IN.wasm OUT.wasm\n", stderr);
        return 2;
    }
    try {
        const auto module = wali::aot::read_module(argv[1], read_file(argv[1]));
        wali::adapt::adapt_calls(*module);
        wabt::MemoryStream stream;
        const wabt::WriteBinaryOptions options(wali::aot::features(), /*canonicalize_lebs=*/true, /*relocatable=*/false,
                                               /*write_debug_names=*/true);
        if (Failed(wabt::WriteBinaryModule(&stream, module.get(), options))) throw Refusal("cannot be written again");
        write_file(argv[2], stream.output_buffer());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "wali-adapt-calls: %s: %s\n", argv[1], error.what());
        return 2;
    }
}
