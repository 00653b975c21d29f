// SPDX-License-Identifier: BSL-1.0
// pty-record FILE [PROGRAM [ARGUMENT...]]: runs a program, or a shell without one, on a terminal of its own, and writes
// what it prints to FILE with the times, in the format of asciinema: one JSON line for the size, one per output.
//
// Our terminal is in raw mode meanwhile, so that every key is the program's, and when its window changes, the program's
// does. Ends as the program does, with its exit code. When a signal asks it to end, the program's terminal hangs up.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <wali/try.hpp>

#include "pty-record/json_string.hpp"

import wali;

namespace {

enum Source : wali::u32 { typed, printed, window_changed, asked_to_end };

class Recorder {
  public:
    wali::result<int> run(const char* file, std::span<char*> arguments) {
        WALI_TRY(file_, wali::File::create(file));
        const wali::WindowSize size = window_size();
        WALI_TRY(file_.write_all(R"({"version": 2, "width": )" + std::to_string(size.columns) + R"(, "height": )" +
                                 std::to_string(size.rows) + "}\n"));
        const auto terminal = wali::ChildStream::terminal(size);
        wali::Command command{.input = terminal, .output = terminal, .error = terminal};
        const char* const shell = std::getenv("SHELL");
        if (arguments.empty())
            command.arguments = {shell == nullptr ? "/bin/sh" : shell};
        else
            command.arguments = arguments;
        WALI_TRY(child_, command.start());
        const wali::result<void> recorded = record();
        child_.terminal() = wali::File();  // what still runs on it gets SIGHUP
        if (recorded.has_error()) return recorded.error();
        WALI_TRY(const wali::WaitStatus status, wali::retry_interrupted([&] { return child_.wait(); }));
        return status.exit_code().value_or(128 + int(status.termination_signal().value_or(wali::Signal{})));
    }

  private:
    wali::result<void> record() {
        const bool has_terminal = wali::system::is_terminal(wali::standard_input());
        using enum wali::Signal;
        WALI_TRY(const auto termination, wali::signal::on_termination({TERM, INT, HUP, QUIT}));
        wali::ScopedTerminalSettings raw_mode;
        if (has_terminal) WALI_TRY(raw_mode, wali::ScopedTerminalSettings::raw_mode(wali::standard_input()));
        WALI_TRY(const wali::SignalFd signals, wali::SignalFd::create({wali::Signal::WINCH}));
        WALI_TRY(child_.terminal().set_non_blocking(true));
        using wali::PollEvents;
        for (;;) {
            // No more is read than the program has read: while we waited for it, it could not print.
            const bool passed = pending_.empty();
            std::array<wali::PollItem, 4> items;
            if (passed && !ended_) items[typed] = {wali::standard_input(), PollEvents::IN};
            items[printed] = {child_.terminal(), passed ? PollEvents::IN : PollEvents::IN | PollEvents::OUT};
            items[window_changed] = {signals, PollEvents::IN};
            items[asked_to_end] = {termination, PollEvents::IN};
            WALI_TRY(wali::retry_interrupted([&] { return wali::event::poll(items); }));
            if (items[asked_to_end].has(PollEvents::IN)) return wali::success();
            if (items[printed].has(PollEvents::IN | PollEvents::HUP)) {
                WALI_TRY(const bool more, pass_output());
                if (!more) return wali::success();
            }
            if (items[window_changed].has(PollEvents::IN)) {
                WALI_TRY(signals.read());
                WALI_TRY(wali::system::set_window_size(child_.terminal(), window_size()));
            }
            if (items[typed].ready() != PollEvents{}) WALI_TRY(read_input());
            if (!pending_.empty()) WALI_TRY(pass_input());
        }
    }

    /// Whether there may be more: the terminal is IO when nobody has its other side open any more. A character whose
    /// end has not come yet is recorded with it.
    wali::result<bool> pass_output() {
        const auto count =
            wali::retry_interrupted([&] { return child_.terminal().read(std::span(output_).subspan(begun_)); });
        if (count.has_error() && count.error() == wali::Errno::IO) return false;
        WALI_TRY(count);
        std::string_view text(output_.data(), begun_ + count.value());
        WALI_TRY(wali::write_all(wali::standard_output(), text.substr(begun_)));
        const std::size_t whole = pty_record::size_of_whole_characters(text);
        const std::chrono::duration<double> time = wali::MonotonicClock::now() - start_;
        WALI_TRY(file_.write_all("[" + std::to_string(time.count()) + ", \"o\", " +
                                 pty_record::quoted(text.substr(0, whole)) + "]\n"));
        text.remove_prefix(whole);
        std::ranges::copy(text, output_.begin());
        begun_ = text.size();
        return true;
    }

    /// The end of our input is typed as Ctrl-D, which a program that edits no lines may read as any other key.
    wali::result<void> read_input() {
        const auto read = [&] { return wali::read(wali::standard_input(), input_); };
        WALI_TRY(const wali::usize count, wali::retry_interrupted(read));
        ended_ = count == 0;
        pending_ = ended_ ? "\x04" : std::string_view(input_.data(), count);
        return wali::success();
    }

    wali::result<void> pass_input() {
        const auto count = child_.terminal().write(pending_);
        const auto error = count.has_error() ? count.error().code() : wali::Errno{};
        if (error == wali::Errno::AGAIN || error == wali::Errno::INTR) return wali::success();
        if (error == wali::Errno::IO)
            pending_ = {};  // nobody reads any more
        else
            pending_.remove_prefix(WALI_TRY_VALUE(count));
        return wali::success();
    }

    /// Ours, if we have one.
    static wali::WindowSize window_size() {
        return wali::system::window_size(wali::standard_input()).value_or(wali::WindowSize{.rows = 24, .columns = 80});
    }

    const wali::MonotonicClock::time_point start_ = wali::MonotonicClock::now();
    wali::File file_;
    wali::Child child_;
    std::array<char, 4096> output_;
    std::size_t begun_ = 0;  // of output_, how much is not recorded yet
    std::array<char, 4096> input_;
    std::string_view pending_;  // what the program has not got yet of the input
    bool ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        (void)wali::write_all(wali::standard_error(), "pty-record: FILE [PROGRAM [ARGUMENT...]]\n");
        return 2;
    }
    // A SignalFd reads what is blocked. The program starts with nothing blocked, as every Command does.
    const auto blocked = wali::ScopedSignalMask::block({wali::Signal::WINCH});
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    Recorder recorder;
    const wali::result<int> code = recorder.run(argv[1], arguments.subspan(2));
    if (code) return code.value();
    return wali::exit_status("pty-record", code.error());
}
