// SPDX-License-Identifier: BSL-1.0
// Descriptors and what is in files.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "run.hpp"

namespace native_calls {
namespace {

constexpr long far = 5L << 30;  // An offset that 32 bits do not hold.

void contents(Run& run) {
    const int file = CALL(open, "file", O_RDWR | O_CREAT | O_EXCL, 0640).number();
    char buffer[16] = {};
    CALL(write, file, "abcdefgh", 8);
    CALL(lseek, file, -6, SEEK_END);
    CALL(read, file, buffer, 3);
    run.see(buffer);
    CALL(pwrite64, file, "XYZ", 3, far);
    CALL(pread64, file, buffer, 9, far + 1);
    run.see(buffer);
    CALL(lseek, file, far, SEEK_SET);
    CALL(ftruncate, file, far + 2);
    run.see(::lseek(file, 0, SEEK_END));
    CALL(truncate, "file", far + 1);
    abi::stat status{};
    CALL(fstat, file, any(&status));
    run.see(status.st_size, status.st_mode);
    CALL(close, file);
    run.see(::fcntl(file, F_GETFD));
    FAILS(close, file);
}

void vectors(Run& run) {
    const int file = CALL(creat, "file", 0600).number();
    const int reader = ::open("file", O_RDWR);
    char first[4] = {'a', 'b', 'c', 'd'};
    char second[8] = {'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'};
    const abi::iovec parts[2] = {{first, sizeof(first)}, {second, sizeof(second)}};
    CALL(writev, file, any(parts), 2);
    ASK(good, pwritev, result(::pwritev(file, any(parts), 2, far)), file, parts, 2, far, 0);
    ASK(good, pwritev2, result(::pwritev2(file, any(parts), 1, far + 1, 0)), file, parts, 1, far + 1, 0, 0);
    CALL(readv, reader, any(parts), 2);
    run.see(first), run.see(second);
    ASK(good, preadv, result(::preadv(reader, any(parts), 2, far)), reader, parts, 2, far, 0);
    run.see(first), run.see(second);
    ASK(good, preadv2, result(::preadv2(reader, any(parts), 1, far + 9, 0)), reader, parts, 1, far + 9, 0, 0);
    run.see(first);
}

void storage(Run& run) {
    const int file = ::open("file", O_RDWR | O_CREAT, 0600);
    (void)!::write(file, "written", 7);
    CALL(fsync, file);
    CALL(fdatasync, file);
    CALL(syncfs, file);
    ASK(good, sync, (::sync(), 0));
    CALL(sync_file_range, file, 0, 7, SYNC_FILE_RANGE_WRITE);
    CALL(readahead, file, 0, 7);
    ASK(good, fadvise, -::posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM), file, 0, 0, POSIX_FADV_RANDOM);
    const abi::cachestat_range range{0, 4096};
    abi::cachestat cache{};
    RAW(cachestat, static_cast<unsigned>(file), &range, &cache, 0);
    run.holds(cache.nr_cache <= 1);
    CALL(fallocate, file, 0, 0, 8192);
    run.see(::lseek(file, 0, SEEK_END));
}

void copies(Run& run) {
    const int in = ::open("in", O_RDWR | O_CREAT, 0600);
    const int out = ::open("out", O_RDWR | O_CREAT, 0600);
    (void)!::write(in, "0123456789", 10);
    long offset = 2;
    CALL(sendfile, out, in, &offset, 5);
    run.see(offset);
    long out_offset = 3;
    CALL(copy_file_range, in, &offset, out, &out_offset, 3, 0);
    run.see(offset, out_offset);
    char buffer[16] = {};
    run.see(::pread(out, buffer, sizeof(buffer), 0)), run.see(buffer);

    int first[2], second[2];
    CALL(pipe, first);
    CALL(pipe2, second, O_CLOEXEC | O_NONBLOCK);
    run.see(first[0], first[1], second[0], second[1], ::fcntl(second[1], F_GETFL), ::fcntl(second[1], F_GETFD));
    char text[] = "spliced";
    const abi::iovec part{text, 7};
    CALL(vmsplice, first[1], any(&part), 1, 0);
    offset = 1;
    CALL(splice, in, &offset, first[1], nullptr, 4, 0);
    CALL(tee, first[0], second[1], 64, 0);
    int available = 0;
    ASK(good, ioctl, result(::ioctl(second[0], FIONREAD, &available)), second[0], FIONREAD, &available);
    run.see(available, ::read(second[0], buffer, sizeof(buffer))), run.see(buffer);
}

void descriptors(Run& run) {
    const int file = ::open("file", O_RDWR | O_CREAT, 0600);
    CALL(dup, file);
    CALL(dup2, file, 100);
    CALL(dup3, file, 101, O_CLOEXEC);
    ASK(good, fcntl, result(::fcntl(101, F_GETFD)), 101, F_GETFD, 0);
    ASK(good, fcntl, result(::fcntl(file, F_SETFL, O_APPEND)), file, F_SETFL, O_APPEND);
    run.see(::fcntl(100, F_GETFL));
    CALL(close_range, 100, 101, 0);
    run.see(::fcntl(100, F_GETFD), ::fcntl(101, F_GETFD));
    CALL(flock, file, LOCK_EX);
    const int other = ::open("file", O_RDWR);
    FAILS(flock, other, LOCK_SH | LOCK_NB);
    CALL(memfd_create, "memory", MFD_CLOEXEC);
    RAW(memfd_secret, 0);
}

}  // namespace

const std::initializer_list<Scenario> file_scenarios = {
    {"contents", contents}, {"vectors", vectors},         {"storage", storage},
    {"copies", copies},     {"descriptors", descriptors},
};

}  // namespace native_calls
