// SPDX-License-Identifier: BSL-1.0
// Mistakes that the compiler finds: refused_test compiles each case alone and looks for the message.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <wali/try.hpp>
#include <wali/wali.hpp>

#if CASE == 0  // none: what the others are compared with
void mistake() { (void)wali::File::open("a"); }
// Views of views: what they view goes on.
std::size_t no_mistake(wali::ByteBuffer& buffer, std::array<std::byte, 8>& array) {
    char text[8] = {};
    const wali::ConstBytes bytes[] = {buffer.data(), buffer.mutable_data(), std::span(text), std::span(array).first(2)};
    const wali::ConstBytes first = buffer.mutable_data();
    const wali::ConstBytes second = wali::as_bytes(buffer.data());
    const wali::MutableBytes third = std::span(text).first(2);
    const wali::MutableBytes fourth = buffer.mutable_data();
    const wali::MutableBuffer to[] = {std::span(text), std::span(array).first(2), buffer.mutable_data(), array};
    const wali::ConstBuffer from[] = {buffer.data(), buffer.mutable_data(), std::span(text), buffer.data().first(0)};
    const std::string_view as_text = wali::as_text(buffer.data().first(0));
    const auto found = std::ranges::find(buffer.data(), std::byte{});
    return bytes[0].size() + first.size() + second.size() + third.size() + fourth.size() + to[0].size() +
           from[0].size() + as_text.size() + (found == buffer.data().end() ? 0 : 1);
}
// WALI_TRY in what is given to WALI_TRY.
wali::result<wali::u64> tries(const char* path) {
    WALI_TRY(wali::retry_interrupted([&]() -> wali::result<void> {
        WALI_TRY(const wali::File file, wali::File::open(path));
        return file.sync();
    }));
    WALI_TRY(WALI_TRY_VALUE(wali::File::open(path)).sync());
    return WALI_TRY_VALUE(WALI_TRY_VALUE(wali::File::open(path)).size());
}
#elif CASE == 1   // a view of a temporary File; -Wdangling
wali::BorrowedFd mistake(const char* path) {
    const wali::BorrowedFd fd = wali::File::open(path).value();
    return fd;
}
#elif CASE == 2   // a path of a temporary string; -Wdangling
void mistake() {
    const wali::PathView path = std::string("a");
    (void)wali::File::open(path);
}
#elif CASE == 3   // bytes of a temporary string; -Wdangling
void mistake(const wali::File& file) {
    const wali::ConstBytes bytes = std::string("a");
    (void)file.write(bytes);
}
#elif CASE == 4   // a result that nobody looks at; -Wunused
void mistake(const wali::File& file) { file.sync(); }
#elif CASE == 5   // a lock that ends where it was made; -Wunused
void mistake(const wali::File& file) { file.lock_exclusive(); }
#elif CASE == 6   // how much of the array is text?; deleted
void mistake(const wali::File& file) {
    char buffer[16];
    (void)file.write(buffer);
}
#elif CASE == 7   // a user where a process is meant; no viable conversion
void mistake(wali::Uid user) { (void)wali::process::send_signal(user, wali::Signal::TERM); }
#elif CASE == 8   // an address as the token of an event; no matching member function
void mistake(const wali::Epoll& epoll, const wali::File& file) {
    int object = 0;
    (void)epoll.add(file.fd(), wali::EpollEvents::IN, &object);
}
#elif CASE == 9   // a value of the wrong type for an option; no matching function
void mistake(const wali::Socket& socket) { (void)socket.set(wali::option::linger(true)); }
#elif CASE == 10  // an option that can only be read; does not provide a call operator
void mistake(const wali::Socket& socket) { (void)socket.set(wali::option::type(wali::SocketType::STREAM)); }
#elif CASE == 11  // a view that outlives the function; -Wreturn-stack-address
wali::BorrowedFd mistake() {
    const wali::File file = wali::File::open("a").value();
    return file;
}
#elif CASE == 12  // a copy of an owner; deleted
wali::File mistake(const wali::File& file) { return file; }
#elif CASE == 40  // a buffer that the program keeps while the kernel fills it; cannot bind to lvalue
void mistake(wali::IoUring& ring, const wali::File& file, wali::IoBuffer& buffer) { (void)ring.read(file, buffer, 0); }
#elif CASE == 41  // a view of a buffer that goes back to its group; -Wdangling
std::size_t mistake(wali::IoCompletion& done) {
    const wali::ConstBytes bytes = done.take_provided_buffer().bytes();
    return bytes.size();
}
#elif CASE == 16  // how much of the array is text?; deleted
wali::ConstBuffer mistake(char (&buffer)[16]) { return buffer; }
#elif CASE == 13  // a raw result as a value; invokes a deleted function
wali::result<wali::usize> mistake(int fd, char* data) { return wali::sys::read(fd, data, 1); }
#elif CASE == 14  // which of the two answers?; deleted
int mistake(const wali::Socket& socket) { return socket.get(wali::option::keep_alive) ? 1 : 0; }
#elif CASE == 15  // a view of a buffer that ends; -Wreturn-stack-address
std::string_view mistake(const wali::SocketAddress& address) {
    wali::SocketAddress::Text text;
    return address.format(text);
}
#elif CASE == 17  // numbers where bytes are meant; say it with wali::as_bytes
void mistake(const wali::File& file, const std::vector<int>& numbers) { (void)file.write(numbers); }
#elif CASE == 18  // memory that means nothing to others; as_bytes: these values are not trivially copyable
void mistake(const wali::File& file, const std::vector<std::string>& names) { (void)file.write(wali::as_bytes(names)); }
#elif CASE == 19  // reading into constant bytes; it is constant, a temporary, or holds no bytes
void mistake(const wali::File& file, const std::vector<std::byte>& bytes) { (void)file.read(bytes); }
#elif CASE == 20  // bytes of a constant string that ends; -Wreturn-stack-address
wali::ConstBytes mistake() {
    const std::string text = "a";
    return text;
}
#elif CASE == 21  // a buffer to write to, of an array that ends; -Wreturn-stack-address
wali::MutableBuffer mistake() {
    std::array<std::byte, 8> bytes{};
    return bytes;
}
#endif
