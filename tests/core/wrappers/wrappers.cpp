// SPDX-License-Identifier: BSL-1.0
// Pairs of functions that do the same: wali_NAME with the framework, raw_NAME with the raw layer. instructions_test
// compiles them and counts.
#include <wali/wali.hpp>

namespace abi = wali::abi;
namespace sys = wali::sys;

// What a program does about an error.
extern "C" long failed(int code) noexcept;

namespace {

/// What a program does with a number that may be an error.
template <class T>
long number(const wali::result<T>& outcome) noexcept {
    return outcome ? static_cast<long>(outcome.assume_value()) : failed(abi::bits(outcome.assume_error().code()));
}
long number(const wali::result<void>& outcome) noexcept {
    return outcome ? 0 : failed(abi::bits(outcome.assume_error().code()));
}
long number(long raw) noexcept { return raw >= 0 ? raw : failed(static_cast<int>(-raw)); }
/// The same for a call that returns nothing else.
long nothing(long raw) noexcept { return raw >= 0 ? 0 : failed(static_cast<int>(-raw)); }
/// The same for a new descriptor.
template <class Owner>
long descriptor(wali::result<Owner> owner) noexcept {
    return owner ? std::move(owner).assume_value().into_fd().release() : failed(abi::bits(owner.assume_error().code()));
}

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
long raw_fsync(const int& fd) { return nothing(sys::fsync(fd)); }

long wali_ftruncate(const wali::File& file, wali::u64 size) { return number(file.truncate(size)); }
long raw_ftruncate(const int& fd, wali::u64 size) { return nothing(sys::ftruncate(fd, static_cast<long>(size))); }

long wali_shutdown(const wali::Socket& socket) { return number(socket.shutdown(wali::ShutdownHow::WR)); }
long raw_shutdown(const int& fd) { return nothing(sys::shutdown(fd, 1)); }

long wali_open(const char* path) { return descriptor(wali::File::open(path)); }
long raw_open(const char* path) { return number(sys::openat(-100, path, abi::bits(wali::OpenFlags::CLOEXEC), 0666)); }

long wali_kill(int process) { return number(wali::process::send_signal(wali::Pid(process), wali::Signal::TERM)); }
long raw_kill(int process) { return process <= 0 ? failed(22) : nothing(sys::kill(process, 15)); }

long wali_pwrite(const wali::File& file, const void* data, wali::usize size, wali::u64 offset) {
    return number(file.write_at(std::span(static_cast<const std::byte*>(data), size), offset));
}
long raw_pwrite(const int& fd, const void* data, wali::usize size, wali::u64 offset) {
    return number(sys::pwrite64(fd, data, size, static_cast<long>(offset)));
}

long wali_readv(const wali::File& file, const wali::MutableBuffer* buffers, wali::usize count) {
    return number(file.read_vectored({buffers, count}));
}
long raw_readv(const int& fd, const abi::iovec* buffers, wali::usize count) {
    return number(sys::readv(fd, buffers, static_cast<int>(count)));
}

long wali_writev(const wali::File& file, const wali::ConstBuffer* buffers, wali::usize count) {
    return number(file.write_vectored({buffers, count}));
}
long raw_writev(const int& fd, const abi::iovec* buffers, wali::usize count) {
    return number(sys::writev(fd, buffers, static_cast<int>(count)));
}

long wali_fdatasync(const wali::File& file) { return number(file.sync_data()); }
long raw_fdatasync(const int& fd) { return nothing(sys::fdatasync(fd)); }

long wali_fchmod(const wali::File& file) { return number(file.set_permissions(wali::Permissions{0600})); }
long raw_fchmod(const int& fd) { return nothing(sys::fchmod(fd, 0600)); }

long wali_fadvise(const wali::File& file) { return number(file.advise(wali::FileAdvice::SEQUENTIAL)); }
long raw_fadvise(const int& fd) { return nothing(sys::fadvise(fd, 0, 0, 2)); }

long wali_dup(const wali::File& file) { return descriptor(file.duplicate()); }
long raw_dup(const int& fd) { return number(sys::fcntl(fd, abi::bits(abi::FcntlCommand::DUPFD_CLOEXEC), 0)); }

long wali_accept(const wali::Socket& socket) { return descriptor(socket.accept()); }
long raw_accept(const int& fd) {
    return number(sys::accept4(fd, nullptr, nullptr, abi::bits(wali::SocketFlags::CLOEXEC)));
}

long wali_bind(const wali::Socket& socket, const wali::SocketAddress& address) { return number(socket.bind(address)); }
long raw_bind(const int& fd, const wali::SocketAddress& address) {
    return nothing(sys::bind(fd, address.raw(), address.size()));
}

long wali_connect(const wali::Socket& socket, const wali::SocketAddress& address) {
    return number(socket.connect(address));
}
long raw_connect(const int& fd, const wali::SocketAddress& address) {
    return nothing(sys::connect(fd, address.raw(), address.size()));
}

long wali_listen(const wali::Socket& socket, int backlog) { return number(socket.listen(backlog)); }
long raw_listen(const int& fd, int backlog) { return nothing(sys::listen(fd, backlog)); }

long wali_epoll_wait(const wali::Epoll& epoll, wali::EpollEvent* events, wali::usize count) {
    const auto ready = epoll.wait({events, count});
    return ready ? static_cast<long>(ready.assume_value().size()) : failed(abi::bits(ready.assume_error().code()));
}
long raw_epoll_wait(const int& fd, abi::epoll_event* events, wali::usize count) {
    return number(sys::epoll_pwait(fd, events, static_cast<int>(count), -1, nullptr, sizeof(abi::sigset_t)));
}

long wali_epoll_create() { return descriptor(wali::Epoll::create()); }
long raw_epoll_create() { return number(sys::epoll_create1(abi::bits(abi::EpollFlags::CLOEXEC))); }

long wali_mkdir(const char* path) { return number(wali::fs::make_directory(path)); }
long raw_mkdir(const char* path) { return nothing(sys::mkdirat(-100, path, 0777)); }

long wali_unlink(const char* path) { return number(wali::fs::unlink(path)); }
long raw_unlink(const char* path) { return nothing(sys::unlinkat(-100, path, 0)); }

long wali_getpid() { return wali::process::id().raw(); }
long raw_getpid() { return sys::getpid(); }

long wali_madvise(const wali::MemoryMap& map) { return number(map.advise(wali::MemoryAdvice::DONTNEED)); }
struct Map {
    void* address;
    wali::usize length;
};
long raw_madvise(const Map& map) { return nothing(sys::madvise(map.address, map.length, 4)); }

long wali_msync(const wali::MutableMemoryMap& map) { return number(map.sync()); }
long raw_msync(const Map& map) { return nothing(sys::msync(map.address, map.length, 4)); }

long wali_mprotect(wali::MutableMemoryMap& map) { return number(map.protect(wali::Protection::READ)); }
long raw_mprotect(const Map& map) { return nothing(sys::mprotect(map.address, map.length, 1)); }
}
