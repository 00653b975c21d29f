// SPDX-License-Identifier: BSL-1.0
#include <wali/process/daemon.hpp>

#include <array>

#include <wali/fs/file.hpp>
#include <wali/net/socket.hpp>
#include <wali/process/process.hpp>
#include <wali/process/session.hpp>
#include <wali/try.hpp>

namespace wali {
namespace {

/// Ends with what the daemon says, or with 1 when it has ended without a word.
[[noreturn]] void wait_for_daemon(Socket::Pair& line) noexcept {
    (void)line.second.close();
    std::array<std::byte, 1> word;
    const Transfer came = line.first.receive_all(word);
    process::exit(came.transferred() == 1 ? 0 : 1);
}

/// The same above the standard streams: where these are closed, what is opened gets their numbers.
result<Fd> above_streams(Fd fd) noexcept {
    return to_descriptor<Fd>(Call::fcntl, sys::fcntl(fd.raw(), abi::bits(abi::FcntlCommand::DUPFD_CLOEXEC), 3));
}

result<void> replace_streams(const DaemonOptions& options) noexcept {
    WALI_TRY(File opened, File::open("/dev/null", OpenFlags::RDWR));
    WALI_TRY(const Fd null, above_streams(std::move(opened).into_fd()));
    for (const int stream : {0, 1, 2})
        if (stream < 2 || !options.keep_standard_error)
            WALI_TRY(to_result<void>(Call::dup3, sys::dup3(null.raw(), stream, 0)));
    return success();
}

}  // namespace

result<void> Daemon::ready() noexcept {
    const Socket starter = Socket::from_fd(std::move(starter_));
    return starter.send_all("r");
}

result<Daemon> daemonise(const DaemonOptions& options) noexcept {
    // No pipe: when who waits was killed, the word of a daemon would raise SIGPIPE.
    WALI_TRY(Socket::Pair line, Socket::pair());
    WALI_TRY(const Pid first, process::fork());
    if (first != Pid(0)) wait_for_daemon(line);
    (void)line.first.close();  // before the next fork: who waits, and nobody else, is at that end
    WALI_TRY(process::begin_session());
    // Who leads a session may get a terminal by opening one, so the leader ends.
    WALI_TRY(const Pid second, process::fork());
    if (second != Pid(0)) process::exit(0);
    WALI_TRY(Fd starter, above_streams(std::move(line.second).into_fd()));
    WALI_TRY(options.directory.with_c_str(
        [](const char* text) noexcept { return to_result<void>(Call::chdir, sys::chdir(text)); }));
    sys::umask(abi::bits(options.umask));
    WALI_TRY(replace_streams(options));
    return Daemon(std::move(starter));
}

}  // namespace wali
