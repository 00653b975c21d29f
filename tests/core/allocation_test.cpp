// SPDX-License-Identifier: BSL-1.0
// Calls that say they allocate nothing, templates among them. allocation/allocation_test.py sees all functions, but
// those alone that are no templates.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <wali/event.hpp>
#include <wali/fs.hpp>
#include <wali/net.hpp>
#include <wali/process.hpp>
#include <wali/try.hpp>

#include "support/temporary_directory.hpp"

namespace {

unsigned long allocations = 0;

void count_allocation() { __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED); }

}  // namespace

// The linker's --wrap leads each call of malloc to __wrap_malloc, those of operator new among them.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t number, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
int __real_posix_memalign(void** memory, std::size_t alignment, std::size_t size);

void* __wrap_malloc(std::size_t size) {
    count_allocation();
    return __real_malloc(size);
}
void* __wrap_calloc(std::size_t number, std::size_t size) {
    count_allocation();
    return __real_calloc(number, size);
}
void* __wrap_realloc(void* memory, std::size_t size) {
    count_allocation();
    return __real_realloc(memory, size);
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
    count_allocation();
    return __real_aligned_alloc(alignment, size);
}
int __wrap_posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    count_allocation();
    return __real_posix_memalign(memory, alignment, size);
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

/// How often `function`, which returns a result, asks for memory.
template <class Function>
unsigned long allocations_of(Function&& function) {
    const unsigned long before = allocations;
    const wali::result<void> outcome = function();
    const unsigned long made = allocations - before;
    CHECK(outcome);
    return made;
}

}  // namespace

// An AddressSanitizer has an operator new of its own, which calls no malloc: then only the other calls are counted.
#if __has_feature(address_sanitizer)
constexpr unsigned long counted_of_new = 0;
#else
constexpr unsigned long counted_of_new = 1;
#endif

TEST_CASE("what allocates is counted") {
    std::string text;
    CHECK(allocations_of([&]() -> wali::result<void> {
              text.assign(1000, 'x');
              return wali::success();
          }) == counted_of_new);
}

TEST_CASE("files, directories and paths allocate nothing") {
    const test::TemporaryDirectory folder;
    const std::string name = folder.path("file");
    const std::filesystem::path path(name);
    const std::string folder_name = folder.path(".");
    CHECK(allocations_of([&]() -> wali::result<void> {
              WALI_TRY(auto file, wali::AtomicFile::create(name));
              WALI_TRY(file.write_all("hello"));
              return file.commit();
          }) == 0);
    CHECK(allocations_of([&]() -> wali::result<void> {
              std::array<std::byte, 64> buffer;
              WALI_TRY(const wali::File file, wali::File::open(path));
              WALI_TRY(file.read_all(buffer));
              WALI_TRY(wali::retry_interrupted([&] { return file.read_at(buffer, 1); }));
              WALI_TRY(file.status());
              WALI_TRY(file.seek(0));
              WALI_TRY(wali::fs::status(std::string_view(name)));
              return wali::success();
          }) == 0);
    CHECK(allocations_of([&]() -> wali::result<void> {
              std::array<std::byte, 4096> buffer;
              std::array<char, 256> text;
              WALI_TRY(const wali::Directory directory, wali::Directory::open(folder_name));
              WALI_TRY(directory.open_file("file"));
              wali::DirectoryEntries entries = directory.entries(buffer);
              for (;;) {
                  WALI_TRY(const wali::DirectoryEntry* entry, entries.next());
                  if (entry == nullptr) break;
                  WALI_TRY(wali::fs::join(text, {folder_name, entry->name}));
              }
              WALI_TRY(wali::fs::normalise(text, folder_name));
              return directory.rename("file", directory, "other");
          }) == 0);
}

TEST_CASE("an error allocates nothing, nor does its text") {
    CHECK(allocations_of([&]() -> wali::result<void> {
              const auto missing = wali::File::open("no such file");
              wali::Error::Text text;
              return missing.error().format(text).empty() ? wali::Errno::INVAL : wali::result<void>(wali::success());
          }) == 0);
}

TEST_CASE("sockets and events allocate nothing") {
    CHECK(allocations_of([&]() -> wali::result<void> {
              std::array<std::byte, 64> buffer;
              std::array<wali::EpollEvent, 4> events;
              WALI_TRY(auto pair, wali::Socket::pair());
              WALI_TRY(const wali::Epoll epoll, wali::Epoll::create());
              WALI_TRY(const auto second, epoll.add(std::move(pair.second), wali::EpollEvents::IN));
              WALI_TRY(pair.first.send_all("hello"));
              WALI_TRY(epoll.wait(events, std::chrono::milliseconds(1000)));
              WALI_TRY(second->receive(buffer));
              WALI_TRY(second.modify(wali::EpollEvents::OUT));
              WALI_TRY(const wali::EventFd event, wali::EventFd::create(1));
              wali::PollItem item(event, wali::PollEvents::IN);
              WALI_TRY(wali::event::poll_until({&item, 1}, wali::Deadline::after(std::chrono::seconds(1))));
              return wali::success();
          }) == 0);
    CHECK(allocations_of([&]() -> wali::result<void> {
              WALI_TRY(const auto listener, wali::TcpListener::listen_on(wali::Endpoint::parse("127.0.0.1:0").value()));
              WALI_TRY(const auto address, listener.local_address());
              WALI_TRY(const auto client, wali::TcpStream::connect_to(address));
              WALI_TRY(const auto accepted, listener.accept_from());
              return accepted.connection.set(wali::option::tcp::no_delay(true));
          }) == 0);
}

TEST_CASE("capturing what a child writes allocates nothing") {
    const wali::Command command{.arguments = {"/bin/echo", "hello"}, .output = wali::ChildStream::pipe()};
    wali::Child child = command.start().value();
    CHECK(allocations_of([&]() -> wali::result<void> {
              std::array<std::byte, 64> output;
              WALI_TRY(const wali::Captured captured, child.capture(output, {}));
              return captured.status.success() ? wali::result<void>(wali::success()) : wali::Errno::INVAL;
          }) == 0);
}
