// SPDX-License-Identifier: BSL-1.0
#include <csignal>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <wali/fs/file.hpp>
#include <wali/ipc/shared_memory.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/send.hpp>
#include <wali/thread/futex_semaphore.hpp>
#include <wali/thread/robust_mutex.hpp>

#include "support/child.hpp"

using wali::Errno;
using wali::IpcName;
using wali::OpenFlags;
using wali::SharedMemory;

namespace {

std::string fresh_memory_name() {
    static int count = 0;
    return "/wali-test." + std::to_string(wali::process::id().raw()) + "." + std::to_string(count++);
}

/// What two processes share.
struct Account {
    wali::RobustMutex mutex;
    wali::FutexSemaphore changed;
    long value = 0;
};

/// The map of memory and the Account in it.
struct Opened {
    wali::MutableMemoryMap map;
    Account* account;
};
Opened open_account(const std::string& name) {
    auto map = SharedMemory::open(name).value().map().value();
    Account* const account = map.object<Account>().value();
    return {std::move(map), account};
}

}  // namespace

TEST_CASE("processes that know the name share memory and the locks in it, though one is killed") {
    const std::string name = fresh_memory_name();
    SharedMemory memory = SharedMemory::create(sizeof(Account)).value();
    auto map = memory.map().value();
    Account* const account = std::construct_at(map.object<Account>().value());
    REQUIRE(account->mutex.initialize());
    const auto named = std::move(memory).publish(name).value();

    constexpr int rounds = 2000;
    const auto add = [&] {
        const Opened opened = open_account(name);
        for (int i = 0; i < rounds; ++i) {
            const auto lock = opened.account->mutex.lock();
            if (!lock) return 1;
            opened.account->value = opened.account->value + 1;
        }
        opened.account->changed.release();
        return 0;
    };
    const auto first = test::start_child(add);
    const auto second = test::start_child(add);
    account->changed.acquire();
    account->changed.acquire();
    CHECK(account->value == 2 * rounds);
    CHECK(test::end_of(first) == 0);
    CHECK(test::end_of(second) == 0);

    CHECK(test::in_child([&]() -> int {
              const Opened opened = open_account(name);
              const auto lock = opened.account->mutex.lock();
              opened.account->value = -1;
              (void)wali::signal::raise(wali::Signal::KILL);
              return 0;
          }) == -SIGKILL);
    auto lock = account->mutex.lock().value();
    CHECK(lock.owner_died());
    CHECK(account->value == -1);
    CHECK(lock.mark_consistent());
    lock.unlock();
    CHECK_FALSE(account->mutex.lock().value().owner_died());
}

TEST_CASE("shared memory is found when it is whole, and by its permissions") {
    const std::string name = fresh_memory_name();
    SharedMemory memory = SharedMemory::create(10000, wali::Permissions::RUSR).value();
    CHECK(SharedMemory::open(name).error() == wali::Error(Errno::NOENT, wali::Call::openat));
    CHECK(memory.size().value() == 10000);
    memory.map().value().bytes()[9999] = std::byte{7};
    const auto named = std::move(memory).publish(name).value();
    CHECK_FALSE(memory);
    const SharedMemory found = SharedMemory::open(name, OpenFlags::RDONLY).value();
    CHECK(found.size().value() == 10000);
    CHECK(found.map_for_reading().value().bytes()[9999] == std::byte{7});
    CHECK(found.map().error() == wali::Error(Errno::ACCES, wali::Call::mmap));
    CHECK(SharedMemory::create(1).value().publish(name).error() == wali::Error(Errno::EXIST, wali::Call::linkat));
    CHECK(SharedMemory::create(1).value().publish("a/b").error() == Errno::INVAL);
}

TEST_CASE("the name of shared memory goes with who has published it, and with nobody else") {
    const std::string name = fresh_memory_name();
    {
        auto named = SharedMemory::create(1).value().publish(name).value();
        CHECK(test::in_child([&] {
                  const auto copy = std::move(named);
                  return 0;
              }) == 0);
        CHECK(SharedMemory::open(name));
    }
    CHECK(SharedMemory::open(name).error() == Errno::NOENT);
    const SharedMemory kept = SharedMemory::create(1).value().publish(name).value().keep();
    CHECK(SharedMemory::open(name));
    CHECK(SharedMemory::remove(IpcName::of(name).value()));
    CHECK(SharedMemory::remove(IpcName::of(name).value()).error() == wali::Error(Errno::NOENT, wali::Call::unlinkat));
    CHECK(kept.map());
}

TEST_CASE("the end of shared memory leaves the name of the memory that somebody else has put in its place") {
    const std::string text = fresh_memory_name();
    const IpcName name = IpcName::of(text).value();
    auto first = SharedMemory::create(1).value().publish(text).value();
    CHECK(first->has_name(name).value());
    REQUIRE(SharedMemory::remove(name));
    CHECK(first->has_name(name).error() == Errno::NOENT);
    const auto second = SharedMemory::create(1).value().publish(text).value();
    CHECK_FALSE(first->has_name(name).value());
    first = {};
    CHECK(second->has_name(name).value());
}

TEST_CASE("shared memory that somebody has made larger than a program's address space is not taken for a smaller one") {
    const std::string name = fresh_memory_name();
    const auto memory = SharedMemory::create(1).value().publish(name).value();
    constexpr wali::u64 large = (wali::u64{1} << 32) + 100;
    REQUIRE(wali::File::open("/dev/shm" + name, OpenFlags::RDWR).value().truncate(large));
    const auto size = memory->size();
    if constexpr (sizeof(wali::usize) < sizeof large) {
        CHECK(size.error() == wali::Error(Errno::OVERFLOW, wali::Call::fstat));
        CHECK(memory->map().error() == Errno::OVERFLOW);
    } else {
        CHECK(size.value() == large);
    }
}
