// SPDX-License-Identifier: BSL-1.0
// What copies inside the kernel: sendfile, copy_file_range, splice and tee, and std::filesystem's copies, which use
// them. Also built natively, where what it expects is known to be right.

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "check.h"

namespace {

constexpr std::size_t size = 1U << 20U;
const std::string folder = [] {
    char name[] = "/tmp/wali-copies-XXXXXX";
    return std::string(mkdtemp(name));
}();

std::string content() {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
    return text;
}

int open_new(const char* name, int flags = 0) {
    return open((folder + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
}

std::string read_all(int fd) {
    std::string text;
    char buffer[65536];
    for (ssize_t count; (count = read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(count));
    return text;
}

std::string whole(int fd) {
    lseek(fd, 0, SEEK_SET);
    return read_all(fd);
}

// One call moves all, where nothing else limits it.
void sendfile_moves_a_whole_file(int in) {
    const int out = open_new("sent");
    CHECK(lseek(in, 0, SEEK_SET) == 0 && sendfile(out, in, nullptr, size) == ssize_t{size});
    CHECK(lseek(in, 0, SEEK_CUR) == off_t{size} && whole(out) == content());

    off_t from = 100;
    CHECK(lseek(in, 5, SEEK_SET) == 5 && sendfile(out, in, &from, 50000) == 50000 && from == 50100);
    CHECK(lseek(in, 0, SEEK_CUR) == 5);
    close(out);

    int ends[2];
    std::string received;
    CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    std::thread reader([&] { received = read_all(ends[1]); });
    from = 0;
    CHECK(sendfile(ends[0], in, &from, size) == ssize_t{size} && !shutdown(ends[0], SHUT_WR));
    reader.join();
    CHECK(received == content());
    close(ends[0]);
    close(ends[1]);
}

void sendfile_loses_nothing(int in) {
    int pipe_ends[2];
    int sockets[2];
    char buffer[8192] = {};
    CHECK(!pipe2(pipe_ends, O_NONBLOCK) && !socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets));
    while (write(sockets[0], buffer, sizeof buffer) > 0) {
    }
    // Whether the kernel can send from a pipe depends on its version.
    CHECK(write(pipe_ends[1], "precious", 8) == 8 && sendfile(sockets[0], pipe_ends[0], nullptr, 8) == -1);
    CHECK(errno == EAGAIN || errno == EINVAL);
    CHECK(read(pipe_ends[0], buffer, sizeof buffer) == 8);
    CHECK(lseek(in, 0, SEEK_SET) == 0 && sendfile(sockets[0], in, nullptr, 100) == -1 && errno == EAGAIN);
    CHECK(lseek(in, 0, SEEK_CUR) == 0);

    const int appending = open_new("appended", O_APPEND);
    off_t from = -1;
    CHECK(sendfile(appending, in, nullptr, 10) == -1 && errno == EINVAL);
    CHECK(sendfile(sockets[0], in, &from, 10) == -1 && errno == EINVAL);
    CHECK(sendfile(-1, in, nullptr, 10) == -1 && errno == EBADF);
    from = size + 10;
    const int out = open_new("past_the_end");
    CHECK(sendfile(out, in, &from, 10) == 0);
    for (const int fd : {pipe_ends[0], pipe_ends[1], sockets[0], sockets[1], appending, out}) close(fd);
}

void other_calls_copy(int in) {
    const int out = open_new("range");
    off_t from = 10;
    off_t to = 0;
    while (from < off_t{size} && copy_file_range(in, &from, out, &to, size, 0) > 0) {
    }
    CHECK(from == off_t{size} && to == off_t{size} - 10 && whole(out) == content().substr(10));

    int first[2];
    int second[2];
    CHECK(!pipe(first) && !pipe(second));
    from = 1000;
    to = 0;
    CHECK(splice(in, &from, first[1], nullptr, 4096, 0) == 4096 && from == 5096);
    CHECK(tee(first[0], second[1], 4096, 0) == 4096);
    CHECK(!ftruncate(out, 0) && splice(second[0], nullptr, out, &to, 4096, 0) == 4096 && to == 4096);
    CHECK(whole(out) == content().substr(1000, 4096));
    close(first[1]);
    CHECK(read_all(first[0]) == content().substr(1000, 4096));
    for (const int fd : {first[0], second[0], second[1], out}) close(fd);
}

void filesystem_copies(int in) {
    namespace fs = std::filesystem;
    std::error_code error;
    CHECK(fs::copy_file(folder + "/file", folder + "/copy", error));
    const int copy = open_new("copy");
    CHECK(whole(copy) == content() && whole(in) == content());
    close(copy);
    CHECK(!fs::copy_file(folder + "/file", folder + "/copy", error) && error == std::errc::file_exists);
#ifdef __wasm__
    // Files of procfs have no size that tells when they end. Natively, libc++ 22 takes them for empty.
    CHECK(fs::copy_file("/proc/self/status", folder + "/status", error) && fs::file_size(folder + "/status") > 100);
#endif
}

}  // namespace

int main() {
    const std::string text = content();
    const int in = open_new("file");
    CHECK(in >= 0 && write(in, text.data(), size) == ssize_t{size});
    sendfile_moves_a_whole_file(in);
    sendfile_loses_nothing(in);
    other_calls_copy(in);
    filesystem_copies(in);
    close(in);
    std::filesystem::remove_all(folder);
    if (failures == 0) std::puts("ok");
    return failures != 0;
}
