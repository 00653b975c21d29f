// SPDX-License-Identifier: BSL-1.0
// fd-pass send SOCKET FILE...: opens the files, waits for one program at the Unix socket SOCKET and hands them over.
// fd-pass receive SOCKET: takes the files and writes what is in them to standard output.
//
// The receiver reads open files, not names: it needs no permission for them and no view of the sender's file system.
#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wali/try.hpp>

import wali;

namespace {

constexpr wali::usize files_max = 64;

/// A socket's file, which goes away with its listener.
class SocketFile {
  public:
    explicit SocketFile(const char* path) noexcept : path_(path) {}
    ~SocketFile() { (void)wali::fs::unlink(path_); }
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;

  private:
    const char* path_;
};

wali::result<void> send(const char* path, std::span<char*> names) {
    std::vector<wali::File> files;
    for (const char* name : names) {
        WALI_TRY(wali::File file, wali::File::open(name));
        files.push_back(std::move(file));
    }
    const std::vector<wali::BorrowedFd> descriptors(files.begin(), files.end());
    wali::OutgoingControlBuffer<wali::descriptor_space(files_max)> control;
    WALI_TRY(control.add_descriptors(descriptors));

    WALI_TRY(const auto address, wali::UnixAddress::path(path));
    WALI_TRY(const auto listener, wali::SeqPacketListener::listen_on(address));
    const SocketFile file(path);
    std::printf("listening on %s\n", path);
    std::fflush(stdout);
    WALI_TRY(const auto peer, wali::retry_interrupted([&] { return listener.accept(); }));
    WALI_TRY(const auto who, peer.get(wali::option::peer_credentials));
    std::printf("handing %zu files to process %d of user %u\n", files.size(), who.process.raw(), who.user.raw());
    const wali::ConstBuffer text("files");
    WALI_TRY(peer.send_message({.buffers = {&text, 1}, .control = &control}));
    return wali::success();
}

wali::result<void> receive(const char* path) {
    WALI_TRY(const auto address, wali::UnixAddress::path(path));
    WALI_TRY(const auto socket, wali::SeqPacket::connect_to(address));
    std::array<std::byte, 16> text;
    const wali::MutableBuffer room(text);
    wali::IncomingControlBuffer<wali::descriptor_space(files_max)> control;
    wali::IncomingMessage message{.buffers = {&room, 1}, .control = &control};
    WALI_TRY(wali::retry_interrupted([&] { return socket.receive_message(message); }));
    // Such as at the limit of open files. Those that came are closed with `control`.
    if (control.truncated()) return wali::Errno::MFILE;
    while (wali::Fd file = control.take_descriptor()) {
        std::array<std::byte, 65536> buffer;
        for (;;) {
            WALI_TRY(const auto n, wali::retry_interrupted([&] { return wali::read(file, buffer); }));
            if (n == 0) break;
            WALI_TRY(wali::write_all(wali::standard_output(), std::span(buffer).first(n)));
        }
    }
    return wali::success();
}

}  // namespace

int main(int argc, char** argv) {
    // Else a file or the socket would be standard output, where that is closed.
    if (const auto occupied = wali::process::occupy_standard_streams(); !occupied)
        return wali::exit_status("fd-pass", occupied);
    const std::string_view what = argc > 1 ? argv[1] : "";
    const auto arguments = std::span(argv, static_cast<wali::usize>(argc));
    if (what == "send" && argc > 3 && arguments.size() - 3 <= files_max)
        return wali::exit_status("fd-pass", send(argv[2], arguments.subspan(3)));
    if (what == "receive" && argc == 3) return wali::exit_status("fd-pass", receive(argv[2]));
    std::fputs("usage: fd-pass send SOCKET FILE... (64 at most) | fd-pass receive SOCKET\n", stderr);
    return 2;
}
