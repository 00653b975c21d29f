// SPDX-License-Identifier: BSL-1.0
// cat [FILE...]: files to standard output; "-", or no argument, is standard input.
//
// A regular file is mapped and written from the mapping, a piece at a time so that a file may be larger than the 2 GiB
// that a wasm memory holds; anything else is read and written in a loop. A file that cannot be read is reported, the
// others are still written, and the exit code is 1.
#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <wali/try.hpp>

import wali;

namespace {

constexpr wali::u64 piece_size = 16 << 20;

/// Copies files to standard output.
class Copier {
  public:
    wali::result<void> copy(const char* name) noexcept {
        if (std::string_view(name) == "-") return copy_stream(wali::standard_input());
        WALI_TRY(const auto file, wali::File::open(name));
        WALI_TRY(const auto status, file.status());
        // Files of /proc say that they are empty and are not.
        if (status.type() == wali::FileType::REGULAR && status.size() > 0) return copy_regular(file, status.size());
        return copy_stream(file);
    }

    /// Whether the error that copy() returned came from standard output.
    bool output_failed() const noexcept { return output_failed_; }

  private:
    wali::result<void> copy_regular(const wali::File& file, wali::u64 size) noexcept {
        for (wali::u64 offset = 0; offset < size; offset += piece_size) {
            const auto length = static_cast<wali::usize>(std::min(piece_size, size - offset));
            WALI_TRY(const auto map, wali::MemoryMap::of_file(file, length, {.offset = offset}));
            WALI_TRY(write(map.bytes()));
        }
        // What was appended while we wrote.
        WALI_TRY(file.seek(static_cast<wali::i64>(size)));
        return copy_stream(file);
    }

    wali::result<void> copy_stream(wali::BorrowedFd input) noexcept {
        for (;;) {
            WALI_TRY(const auto n, wali::retry_interrupted([&] { return wali::read(input, buffer_); }));
            if (n == 0) return wali::success();
            WALI_TRY(write(std::span(buffer_).first(n)));
        }
    }

    wali::result<void> write(wali::ConstBytes bytes) noexcept {
        auto outcome = wali::write_all(wali::standard_output(), bytes);
        // FAULT is a mapped page whose file has been cut off behind our back: the file's error, not the output's.
        output_failed_ = outcome.has_error() && outcome.error() != wali::Errno::FAULT;
        return outcome;
    }

    std::array<std::byte, 64 << 10> buffer_;
    bool output_failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    static Copier copier;
    static const char* const standard_input_only[] = {"-"};
    const auto names = argc > 1 ? std::span<const char* const>(argv + 1, static_cast<wali::usize>(argc - 1))
                                : std::span<const char* const>(standard_input_only);
    int exit_code = 0;
    for (const char* name : names) {
        const auto copied = copier.copy(name);
        if (copied) continue;
        exit_code = 1;
        const std::string_view who = copier.output_failed() ? "standard output" : name;
        for (const std::string_view part :
             {std::string_view("cat: "), who, std::string_view(": "),
              std::string_view(wali::errno_text(copied.error().code())), std::string_view("\n")})
            (void)wali::write_all(wali::standard_error(), part);
        if (copier.output_failed()) break;
    }
    return exit_code;
}
