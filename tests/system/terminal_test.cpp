// SPDX-License-Identifier: BSL-1.0
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <support/in_child.hpp>
#include <support/leaves_nothing.hpp>
#include <wali/event/signal_fd.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/command.hpp>
#include <wali/process/session.hpp>
#include <wali/signal/signal_action.hpp>
#include <wali/signal/signal_mask.hpp>
#include <wali/system/pseudo_terminal.hpp>
#include <wali/system/scoped_terminal_settings.hpp>
#include <wali/system/terminal.hpp>

using wali::Call;
using wali::Errno;
using wali::File;
using wali::PseudoTerminal;
using wali::ScopedTerminalSettings;
using wali::TermLocalFlags;

namespace {

struct Terminal {
    PseudoTerminal person = PseudoTerminal::open().value();
    File program = person.open_peer().value();

    std::string read() const { return read_from(program.fd()); }
    std::string seen() const { return read_from(person.fd()); }

  private:
    static std::string read_from(wali::BorrowedFd fd) {
        std::array<char, 64> buffer;
        return std::string(buffer.data(), wali::read(fd, buffer).value());
    }
};

}  // namespace

TEST_CASE("what is typed on a PseudoTerminal is read on the other side, and echoed") {
    const test::LeavesNothing leaves_nothing;
    const Terminal terminal;
    CHECK(terminal.person.write_all("hello\n"));
    CHECK(terminal.read() == "hello\n");
    CHECK(terminal.seen() == "hello\r\n");
    CHECK(terminal.program.write_all("output\n"));
    CHECK(terminal.seen() == "output\r\n");
}

TEST_CASE("a PseudoTerminal whose other side is closed is IO, and opens again") {
    const test::LeavesNothing leaves_nothing;
    Terminal terminal;
    std::array<char, 4> buffer;
    CHECK(terminal.program.close());
    CHECK(terminal.person.read(buffer).error() == wali::Error(Errno::IO, Call::read));
    terminal.program = terminal.person.open_peer().value();
    CHECK(terminal.program.write("x").value() == 1);
    CHECK(terminal.person.read(buffer).value() == 1);
    CHECK(PseudoTerminal().open_peer().error() == wali::Error(Errno::BADF, Call::ioctl));
    CHECK(PseudoTerminal().peer_name(buffer).error() == wali::Error(Errno::BADF, Call::ioctl));
}

TEST_CASE("a terminal has a name on which both sides agree") {
    const Terminal terminal;
    std::array<char, 32> room;
    std::array<char, 32> other_room;
    const std::string_view name = terminal.person.peer_name(room).value();
    CHECK(name.starts_with("/dev/pts/"));
    CHECK(wali::system::is_terminal(terminal.program));
    CHECK(wali::system::terminal_name(terminal.program, other_room).value() == name);
    CHECK(name == ttyname(terminal.program.fd().raw()));
    const auto exact = std::span(room).first(name.size());
    CHECK(terminal.person.peer_name(exact).value() == name);
    CHECK(terminal.person.peer_name(exact.first(name.size() - 1)).error() == Errno::RANGE);
    CHECK(terminal.person.peer_name(exact.first(3)).error() == Errno::RANGE);
    CHECK(wali::system::terminal_name(terminal.program, exact).error() == Errno::RANGE);
    CHECK(wali::system::terminal_name(terminal.program, {}).error() == Errno::RANGE);

    const wali::Pipe pipe = wali::Pipe::create().value();
    CHECK_FALSE(wali::system::is_terminal(pipe.reader));
    CHECK(wali::system::terminal_name(pipe.reader, room).error() == wali::Error(Errno::NOTTY, Call::ioctl));
    CHECK(wali::system::window_size(pipe.reader).error() == wali::Error(Errno::NOTTY, Call::ioctl));
    CHECK(ScopedTerminalSettings::raw_mode(pipe.reader).error() == wali::Error(Errno::NOTTY, Call::ioctl));
}

TEST_CASE("raw mode is what cfmakeraw makes, and ends with its guard") {
    const Terminal terminal;
    const wali::TerminalSettings before = wali::system::terminal_settings(terminal.program).value();
    {
        const auto raw = ScopedTerminalSettings::raw_mode(terminal.program).value();
        CHECK(raw.before() == before);
        termios ours;
        REQUIRE(tcgetattr(terminal.program.fd().raw(), &ours) == 0);
        termios theirs = ours;
        cfmakeraw(&theirs);
        CHECK(ours.c_iflag == theirs.c_iflag);
        CHECK(ours.c_oflag == theirs.c_oflag);
        CHECK(ours.c_cflag == theirs.c_cflag);
        CHECK(ours.c_lflag == theirs.c_lflag);
        CHECK(ours.c_cc[VMIN] == 1);
        CHECK(ours.c_cc[VTIME] == 0);
        CHECK(terminal.person.write_all("\x03x"));
        CHECK(terminal.read() == "\x03x");
        CHECK(terminal.program.write_all("no return\n"));
        CHECK(terminal.seen() == "no return\n");

        // A child's copy ends without changing anything.
        std::optional<ScopedTerminalSettings> copied = ScopedTerminalSettings::without_echo(terminal.program).value();
        const wali::TerminalSettings quiet = wali::system::terminal_settings(terminal.program).value();
        test::in_child([&]() -> wali::result<bool> {
            copied.reset();
            WALI_TRY(const wali::TerminalSettings now, wali::system::terminal_settings(terminal.program));
            return now == quiet;
        });
        CHECK(copied->restore());
        CHECK(wali::system::terminal_settings(terminal.program).value() == before.raw_mode());
    }
    CHECK(wali::system::terminal_settings(terminal.program).value() == before);
}

TEST_CASE("settings come back from the background, too, where SIGTTOU has a handler") {
    const Terminal terminal;
    const auto before = wali::system::terminal_settings(terminal.program).value();
    test::in_child([&]() -> wali::result<bool> {
        WALI_TRY(wali::process::begin_session());
        WALI_TRY(wali::system::set_controlling_terminal(terminal.program));
        // The session's first process is the shell, its child a job.
        return test::exit_code_in_child([&]() -> wali::result<bool> {
                   WALI_TRY(auto raw, ScopedTerminalSettings::raw_mode(terminal.program));
                   WALI_TRY(wali::process::set_process_group(wali::Pid(0), wali::Pid(0)));
                   WALI_TRY(wali::signal::set_handler(wali::Signal::TTOU, [](int) noexcept {
                       static int times = 0;
                       if (++times == 1000) wali::process::exit(3);
                   }));
                   WALI_TRY(raw.restore());
                   WALI_TRY(const auto now, wali::system::terminal_settings(terminal.program));
                   // Others are as they were.
                   return now == before && ScopedTerminalSettings::raw_mode(terminal.program).error() == Errno::INTR;
               }) == 0;
    });
}

TEST_CASE("without echo, a line is read that nobody sees") {
    const Terminal terminal;
    const auto before = wali::system::terminal_settings(terminal.program).value();
    auto quiet = ScopedTerminalSettings::without_echo(terminal.program).value();
    CHECK(terminal.person.write_all("secret\n"));
    CHECK(terminal.read() == "secret\n");
    CHECK(terminal.seen() == "\r\n");
    ScopedTerminalSettings moved = std::move(quiet);
    CHECK(wali::system::terminal_settings(terminal.program).value() == before.without_echo());
    moved = ScopedTerminalSettings();
    CHECK(wali::system::terminal_settings(terminal.program).value() == before);
}

TEST_CASE("settings of a terminal are set and read back") {
    const Terminal terminal;
    wali::TerminalSettings settings = wali::system::terminal_settings(terminal.program).value();
    CHECK(wali::abi::contains(settings.local_flags(), TermLocalFlags::CANONICAL | TermLocalFlags::ECHO_INPUT));
    CHECK(settings.character(wali::TermCharacter::INTR) == 3);
    settings.set(settings.local_flags() & ~TermLocalFlags::ECHO_INPUT)
        .set(settings.input_flags() | wali::TermInputFlags::NL_TO_CR)
        .set(settings.output_flags() | wali::TermOutputFlags::TO_UPPER)
        .set(settings.control_flags() | wali::TermControlFlags::HANG_UP_ON_CLOSE)
        .set_character(wali::TermCharacter::ERASE, '#')
        .set_speed(12345);
    CHECK(wali::system::set_terminal_settings(terminal.program, settings, wali::TermSetAction::FLUSH));
    const wali::TerminalSettings now = wali::system::terminal_settings(terminal.program).value();
    CHECK(now.local_flags() == settings.local_flags());
    CHECK(now.input_flags() == settings.input_flags());
    CHECK(now.output_flags() == settings.output_flags());
    CHECK(now.control_flags() == settings.control_flags());
    CHECK(now.character(wali::TermCharacter::ERASE) == '#');
    CHECK(now.output_speed() == 12345);
    CHECK(now.input_speed() == 12345);
    CHECK(terminal.program.write_all("loud"));
    CHECK(wali::system::drain_terminal(terminal.program));
    CHECK(terminal.seen() == "LOUD");
    CHECK(wali::system::set_terminal_settings(terminal.program, settings.set(settings.local_flags())));
}

TEST_CASE("input that is flushed is not read") {
    const Terminal terminal;
    CHECK(terminal.person.write_all("lost\n"));
    CHECK(wali::system::flush_terminal(terminal.program, wali::TermFlush::IFLUSH));
    CHECK(terminal.person.write_all("kept\n"));
    CHECK(terminal.read() == "kept\n");
}

TEST_CASE("a window's size is set from either side, and SIGWINCH tells it") {
    const Terminal terminal;
    CHECK(wali::system::window_size(terminal.program).value() == wali::WindowSize{});
    const wali::WindowSize size{.rows = 24, .columns = 80, .width = 640, .height = 480};
    CHECK(wali::system::set_window_size(terminal.person, size));
    CHECK(wali::system::window_size(terminal.program).value() == size);

    test::in_child([&]() -> wali::result<bool> {
        const wali::SignalSet changes{wali::Signal::WINCH};
        WALI_TRY(wali::signal::block(changes));
        WALI_TRY(const wali::SignalFd signals, wali::SignalFd::create(changes));
        WALI_TRY(wali::process::begin_session());
        WALI_TRY(wali::system::set_controlling_terminal(terminal.program));
        WALI_TRY(const wali::Pid group, wali::system::foreground_group(terminal.program));
        WALI_TRY(wali::system::set_foreground_group(terminal.program, group));
        WALI_TRY(wali::system::set_window_size(terminal.program, {.rows = 50, .columns = 132}));
        WALI_TRY(signals.read());
        WALI_TRY(const wali::WindowSize now, wali::system::window_size(terminal.program));
        return now.rows == 50 && now.columns == 132 && group == wali::process::id();
    });
    CHECK(wali::system::foreground_group(terminal.program).error() == wali::Error(Errno::NOTTY, Call::ioctl));
}

TEST_CASE("a child's terminal has a size from the start, which changes") {
    const test::LeavesNothing leaves_nothing;
    const auto terminal = wali::ChildStream::terminal({.rows = 5, .columns = 55});
    wali::Child child =
        wali::Command{
            .arguments = {"sh", "-c", "stty size; read line; stty size"}, .input = terminal, .output = terminal}
            .start()
            .value();
    std::string text;
    std::array<char, 64> buffer;
    const auto read_on = [&] {
        const auto count = child.terminal().read(buffer);
        text.append(buffer.data(), count.value_or(0U));
        return count.has_value();
    };
    while (!text.ends_with('\n') && read_on()) {
    }
    CHECK(wali::system::set_window_size(child.terminal(), {.rows = 7, .columns = 77}));
    CHECK(child.terminal().write_all("go\n"));
    while (read_on()) {
    }
    CHECK(text == "5 55\r\ngo\r\n7 77\r\n");
    CHECK(child.wait().value().success());
}
