// SPDX-License-Identifier: BSL-1.0
// tee [-a] [FILE...]: standard input to standard output and to each file, with -a behind what is there.
//
// An output that fails is reported and left out, the others go on, and the exit code is 1. A reader of standard output
// that has gone is such an error, not the end: SIGPIPE is ignored.
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <wali/try.hpp>

import wali;

namespace {

struct Output {
    std::string name;
    wali::File file;
};

/// Writes to all outputs, and takes out those that fail.
class Outputs {
  public:
    void add(Output output) { outputs_.push_back(std::move(output)); }
    bool failed() const { return failed_; }

    void report(std::string_view name, wali::Error error) {
        failed_ = true;
        wali::Error::Text text;
        const std::string line = "tee: " + std::string(name) + ": " + std::string(error.format(text)) + "\n";
        (void)wali::write_all(wali::standard_error(), line);
    }

    void write(wali::ConstBytes bytes) {
        std::erase_if(outputs_, [&](const Output& output) {
            const auto written = output.file.write_all(bytes);
            if (written.has_error()) report(output.name, written.error());
            return written.has_error();
        });
    }

    /// Some errors come with the end.
    void close() {
        for (Output& output : outputs_)
            if (const auto closed = output.file.close(); closed.has_error()) report(output.name, closed.error());
    }

  private:
    std::vector<Output> outputs_;
    bool failed_ = false;
};

wali::result<void> copy(Outputs& outputs) {
    static std::array<std::byte, 64 << 10> buffer;
    for (;;) {
        WALI_TRY(const auto count, wali::retry_interrupted([&] { return wali::read(wali::standard_input(), buffer); }));
        if (count == 0) return wali::success();
        outputs.write(std::span(buffer).first(count));
    }
}

}  // namespace

int main(int argc, char** argv) {
    // Else the first file would be standard output, too, where that is closed.
    if (const auto occupied = wali::process::occupy_standard_streams(); !occupied)
        return wali::exit_status("tee", occupied);
    std::span<char*> names(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
    const bool appends = !names.empty() && std::string_view(names[0]) == "-a";
    if (appends) names = names.subspan(1);
    const wali::OpenFlags flags =
        wali::OpenFlags::WRONLY | wali::OpenFlags::CREAT | (appends ? wali::OpenFlags::APPEND : wali::OpenFlags::TRUNC);

    const auto without_sigpipe = wali::ScopedSignalHandler::ignore(wali::Signal::PIPE);
    Outputs outputs;
    outputs.add({"standard output", wali::File::from_fd(wali::Fd::from_raw(1))});
    for (const char* name : names) {
        auto file = wali::File::open(name, flags);
        if (file)
            outputs.add({name, std::move(file).value()});
        else
            outputs.report(name, file.error());
    }
    if (const auto copied = copy(outputs); !copied) outputs.report("standard input", copied.error());
    outputs.close();
    return outputs.failed() ? 1 : 0;
}
