// SPDX-License-Identifier: BSL-1.0
//
// crossing FILE: measures system calls on command. Reads lines from standard input, answers each with one line:
//
//     list                       ->  the benchmarks, as BENCH:VARIANT BENCH:VARIANT ...
//     BENCH VARIANT ITERATIONS   ->  the nanoseconds that all iterations took together
//     anything else              ->  "error" and why
//
// Ends with the input. The loops and the clock are in here, so that what lies between this program and its driver costs
// nothing.
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>

#include <wali/try.hpp>

#include "benches.hpp"

import wali;

namespace crossing {
const volatile std::uint64_t step = 1;

// A page of its own: where a buffer lies within its page decides how fast the kernel copies.
alignas(wali::MemoryMap::page_size) static std::byte page[wali::MemoryMap::page_size];

static const std::array variants{raw_benches(), framework_benches(), libc_benches()};

/// One line of input at a time, without its newline.
class Commands {
  public:
    /// The next line, valid until the next call; empty at the end. Errors: those of read(2); MSGSIZE for a line
    /// that is longer than any command.
    wali::result<std::string_view> next() {
        text_.erase(0, taken_);
        for (;;) {
            const auto end = text_.find('\n');
            if (end != std::string::npos) {
                taken_ = end + 1;
                return std::string_view(text_).substr(0, end);
            }
            std::byte buffer[128];
            if (text_.size() > sizeof buffer) return wali::Errno::MSGSIZE;
            WALI_TRY(const wali::usize size,
                     wali::retry_interrupted([&] { return wali::read(wali::standard_input(), buffer); }));
            taken_ = 0;
            if (size == 0) return std::string_view();
            text_ += wali::as_text(std::span(buffer, size));
        }
    }

  private:
    std::string text_;
    std::size_t taken_ = 0;
};

static wali::result<void> answer(std::string text) {
    text += '\n';
    return wali::write_all(wali::standard_output(), text);
}

static std::string list() {
    std::string names;
    for (const auto& benches : variants) {
        for (const Bench& bench : benches) names.append(bench.name).append(":").append(bench.variant).append(" ");
    }
    return names;
}

/// Cuts the first word off.
static std::string_view take_word(std::string_view& line) {
    const auto end = line.find(' ');
    const auto word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

static const Bench* find(std::string_view name, std::string_view variant) {
    for (const auto& benches : variants) {
        for (const Bench& bench : benches) {
            if (bench.name == name && bench.variant == variant) return &bench;
        }
    }
    return nullptr;
}

/// Runs one command and gives the answer.
static std::string measure(const Targets& targets, std::string_view line) {
    const auto name = take_word(line);
    const auto variant = take_word(line);
    std::uint64_t iterations = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), iterations);
    if (parsed.ec != std::errc() || parsed.ptr != line.data() + line.size())
        return "error: expected BENCH VARIANT ITERATIONS";
    const Bench* const bench = find(name, variant);
    if (bench == nullptr) return "error: there is no such benchmark";

    const auto start = wali::MonotonicClock::now();
    const long failed = bench->loop(targets, iterations);
    const auto elapsed = wali::MonotonicClock::now() - start;
    return failed < 0 ? "error: a measured call failed" : std::to_string(elapsed.count());
}

static wali::result<void> serve(const Targets& targets) {
    Commands commands;
    for (;;) {
        WALI_TRY(const auto line, commands.next());
        if (line.empty()) return wali::success();
        WALI_TRY(answer(line == "list" ? list() : measure(targets, line)));
    }
}

static wali::result<void> run(const char* path) {
    WALI_TRY(const auto zero, wali::File::open("/dev/zero"));
    WALI_TRY(const auto null, wali::File::open("/dev/null", wali::OpenFlags::WRONLY));
    WALI_TRY(const auto file, wali::File::open(path));
    WALI_TRY(const auto cached, file.read_at(page, 0));
    if (cached < sizeof page) return wali::Errno::INVAL;
    return serve({zero.fd().raw(), null.fd().raw(), file.fd().raw(), path, page});
}

}  // namespace crossing

int main(int argc, char** argv) {
    const auto done = argc == 2 ? crossing::run(argv[1]) : wali::result<void>(wali::Errno::INVAL);
    if (done) return 0;
    std::string message("crossing: ");
    message.append(wali::errno_text(done.error().code()));
    message.append("; usage: crossing FILE, with a FILE of 4096 bytes or more\n");
    static_cast<void>(wali::write_all(wali::standard_error(), message));
    return 2;
}
