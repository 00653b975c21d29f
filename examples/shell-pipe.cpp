// SPDX-License-Identifier: BSL-1.0
// shell-pipe PROGRAM [ARGUMENT...] ['|' PROGRAM [ARGUMENT...]]...: runs a pipeline, as a shell does.
//
// Each program's output is the next one's input; the first reads our standard input, the last writes to our standard
// output. The exit code is that of the last, 128 and its number if a signal has ended it, 127 if one cannot be started.
#include <span>
#include <string_view>
#include <vector>
#include <wali/try.hpp>

import wali;

namespace {

/// The commands between the bars.
std::vector<wali::Command> commands_of(std::span<char*> words) {
    std::vector<wali::Command> commands(1);
    for (const std::string_view word : words) {
        if (word == "|")
            commands.emplace_back();
        else
            commands.back().arguments.add(word);
    }
    return commands;
}

/// Waits for all, and says how the last one has ended.
wali::result<int> run(std::span<const wali::Command> commands) {
    std::vector<wali::Child> children(commands.size());
    WALI_TRY(wali::Command::start_pipeline(commands, children));
    int code = 0;
    for (wali::Child& child : children) {
        WALI_TRY(const wali::WaitStatus status, wali::retry_interrupted([&] { return child.wait(); }));
        code = status.exit_code() ? *status.exit_code() : 128 + static_cast<int>(*status.termination_signal());
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    const auto commands = commands_of({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
    for (const wali::Command& command : commands) {
        if (command.arguments.size() != 0) continue;
        (void)wali::write_all(wali::standard_error(), "shell-pipe: PROGRAM [ARGUMENT...] ['|' PROGRAM ...]...\n");
        return 2;
    }
    const auto code = run(commands);
    if (code.has_error()) {
        (void)wali::exit_status("shell-pipe", code.error());
        return 127;
    }
    return code.value();
}
