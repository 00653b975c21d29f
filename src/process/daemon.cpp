// SPDX-License-Identifier: BSL-1.0
#include <wali/process/daemon.hpp>

#include <array>

#include <wali/fs/file.hpp>
#include <wali/ipc/pipe.hpp>
#include <wali/process/process.hpp>
#include <wali/process/session.hpp>
#include <wali/try.hpp>

namespace wali {
namespace {

/// Ends with what the daemon says, or with 1 when it has ended without a word.
[[noreturn]] void wait_for_daemon(Pipe& pipe) noexcept {
    (void)pipe.writer.close();
    std::array<std::byte, 1> word;
    const Transfer came = pipe.reader.read_all(word);
    process::exit(came.transferred() == 1 ? 0 : 1);
}

result<void> replace_streams(const DaemonOptions& options) noexcept {
    WALI_TRY(const File null, File::open("/dev/null", OpenFlags::RDWR));
    for (const int stream : {0, 1, 2})
        if (stream < 2 || !options.keep_standard_error)
            WALI_TRY(to_result<void>(Call::dup3, sys::dup3(null.fd().raw(), stream, 0)));
    return success();
}

}  // namespace

result<void> Daemon::ready() noexcept {
    WALI_TRY(write_all(starter_, "r"));
    return starter_.close();
}

result<Daemon> daemonise(const DaemonOptions& options) noexcept {
    WALI_TRY(Pipe pipe, Pipe::create());
    WALI_TRY(const Pid first, process::fork());
    if (first != Pid(0)) wait_for_daemon(pipe);
    WALI_TRY(process::begin_session());
    // Who leads a session may get a terminal by opening one, so the leader ends.
    WALI_TRY(const Pid second, process::fork());
    if (second != Pid(0)) process::exit(0);
    (void)pipe.reader.close();
    WALI_TRY(options.directory.with_c_str(
        [](const char* text) noexcept { return to_result<void>(Call::chdir, sys::chdir(text)); }));
    sys::umask(abi::bits(options.umask));
    WALI_TRY(replace_streams(options));
    return Daemon(std::move(pipe.writer).into_fd());
}

}  // namespace wali
