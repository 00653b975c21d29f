// SPDX-License-Identifier: BSL-1.0
// Pairs of functions that do the same: wali_NAME with the framework, raw_NAME with the raw layer. instructions_test
// compiles them and counts.
#include <wali/wali.hpp>

namespace abi = wali::abi;
namespace sys = wali::sys;

namespace {

/// What a program does with a number that may be an error.
template <class T>
long number(const wali::result<T>& outcome) noexcept {
    return outcome ? static_cast<long>(outcome.assume_value()) : -1;
}
long number(const wali::result<void>& outcome) noexcept { return outcome ? 0 : -1; }
long number(long raw) noexcept { return raw < 0 ? -1 : raw; }

}  // namespace

extern "C" {

long wali_read(const wali::File& file, void* data, wali::usize size) {
    return number(file.read(std::span(static_cast<std::byte*>(data), size)));
}
long raw_read(const int& fd, void* data, wali::usize size) { return number(sys::read(fd, data, size)); }

long wali_write(const wali::File& file, const void* data, wali::usize size) {
    return number(file.write(std::span(static_cast<const std::byte*>(data), size)));
}
long raw_write(const int& fd, const void* data, wali::usize size) { return number(sys::write(fd, data, size)); }

long wali_pread(const wali::File& file, void* data, wali::usize size, wali::u64 offset) {
    return number(file.read_at(std::span(static_cast<std::byte*>(data), size), offset));
}
long raw_pread(const int& fd, void* data, wali::usize size, wali::u64 offset) {
    return number(sys::pread64(fd, data, size, static_cast<long>(offset)));
}

long wali_send(const wali::Socket& socket, const void* data, wali::usize size) {
    return number(socket.send(std::span(static_cast<const std::byte*>(data), size)));
}
long raw_send(const int& fd, const void* data, wali::usize size) {
    return number(sys::sendto(fd, data, size, abi::bits(wali::MessageFlags::NOSIGNAL), nullptr, 0));
}

long wali_receive(const wali::Socket& socket, void* data, wali::usize size) {
    return number(socket.receive(std::span(static_cast<std::byte*>(data), size)));
}
long raw_receive(const int& fd, void* data, wali::usize size) {
    return number(sys::recvfrom(fd, data, size, 0, nullptr, nullptr));
}

long wali_seek(const wali::File& file, long offset) { return number(file.seek(offset)); }
long raw_seek(const int& fd, long offset) { return number(sys::lseek(fd, offset, 0)); }

long wali_fsync(const wali::File& file) { return number(file.sync()); }
long raw_fsync(const int& fd) { return number(sys::fsync(fd)); }

long wali_ftruncate(const wali::File& file, wali::u64 size) { return number(file.truncate(size)); }
long raw_ftruncate(const int& fd, wali::u64 size) { return number(sys::ftruncate(fd, static_cast<long>(size))); }

long wali_shutdown(const wali::Socket& socket) { return number(socket.shutdown(wali::ShutdownHow::WR)); }
long raw_shutdown(const int& fd) { return number(sys::shutdown(fd, 1)); }

long wali_open(const char* path) {
    auto file = wali::File::open(path);
    return file ? std::move(file).assume_value().into_fd().release() : -1;
}
long raw_open(const char* path) { return number(sys::openat(-100, path, abi::bits(wali::OpenFlags::CLOEXEC), 0666)); }

long wali_kill(int process) { return number(wali::process::send_signal(wali::Pid(process), wali::Signal::TERM)); }
long raw_kill(int process) { return process <= 0 ? -1 : number(sys::kill(process, 15)); }
}
