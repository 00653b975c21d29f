// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>

#include <doctest/doctest.h>

#include <wali/ipc/sysv_message_queue.hpp>
#include <wali/ipc/sysv_semaphores.hpp>
#include <wali/ipc/sysv_shared_memory.hpp>
#include <wali/process/process.hpp>
#include <wali/signal/send.hpp>

#include "support/child.hpp"
#include "support/temporary_directory.hpp"

using namespace std::chrono_literals;
using wali::Call;
using wali::Deadline;
using wali::Errno;
using wali::Error;
using wali::IpcFlags;
using wali::IpcKey;
using wali::SemaphoreOperation;
using wali::SysvMessage;
using wali::SysvMessageQueue;
using wali::SysvSemaphores;
using wali::SysvSharedMemory;

namespace {

/// A key that no other run of the tests uses.
IpcKey fresh_key() {
    static int count = 0;
    return static_cast<IpcKey>(0x5741'0000 + (wali::process::id().raw() & 0xfff) * 16 + count++);
}

template <wali::usize capacity>
SysvMessage<capacity> message_of(wali::i64 type, std::string_view text) {
    SysvMessage<capacity> message{.type = type};
    std::memcpy(message.data, text.data(), text.size());
    return message;
}

/// Whether only the end of the owner, in the process that made it, removes an object; and whether others open it.
template <class Object, class Make>
void check_owner(Make make, Call find) {
    const IpcKey key = fresh_key();
    wali::i32 id = -1;
    {
        wali::IpcOwner<Object> owner = make(key).value();
        id = owner.name();
        CHECK(owner->id() == id);
        CHECK(make(key).error() == Error(Errno::EXIST, find));
        CHECK(Object::open(key).value().id() == id);
        CHECK(test::in_child([&] {
                  const auto copy = std::move(owner);
                  return Object::open(key) ? 0 : 1;
              }) == 0);
        CHECK(Object::open(key));
    }
    CHECK(Object::open(key).error() == Error(Errno::NOENT, find));
    CHECK(Object::remove(id).has_error());
    const Object kept = make(key).value().keep();
    CHECK(Object::open(key).value().id() == kept.id());
    CHECK(Object::from_id(kept.id()).id() == kept.id());
    CHECK(Object::remove(kept.id()));
    CHECK(Object::open(key).error() == Errno::NOENT);
}

}  // namespace

TEST_CASE("a System V object is removed by who has made it, and by nobody else") {
    check_owner<SysvMessageQueue>([](IpcKey key) { return SysvMessageQueue::create(key); }, Call::msgget);
    check_owner<SysvSemaphores>([](IpcKey key) { return SysvSemaphores::create(1, key); }, Call::semget);
    check_owner<SysvSharedMemory>([](IpcKey key) { return SysvSharedMemory::create(1, key); }, Call::shmget);
}

TEST_CASE("a key is that of a file and a number") {
    const test::TemporaryDirectory dir;
    const IpcKey key = wali::ipc::key_of_file(dir.path("."), 'w').value();
    CHECK(static_cast<wali::u32>(wali::abi::bits(key)) / 0x100'0000 == 'w');
    CHECK(key == wali::ipc::key_of_file(dir.path("."), 'w').value());
    CHECK(key != wali::ipc::key_of_file(dir.path("."), 'x').value());
    CHECK(wali::ipc::key_of_file(dir.path("missing"), 1).error() == Errno::NOENT);
}

TEST_CASE("a System V message queue hands out messages by their type") {
    const auto queue = SysvMessageQueue::create().value();
    CHECK(queue->send(message_of<8>(2, "two"), 3));
    CHECK(queue->send(message_of<8>(1, "one"), 3));
    CHECK(queue->send(message_of<8>(9, ""), 0));
    CHECK(queue->status().value().msg_qnum == 3);
    CHECK(queue->status().value().msg_cbytes == 6);
    SysvMessage<2> small;
    CHECK(queue->receive(small).error() == Error(Errno::TOOBIG, Call::msgrcv));
    SysvMessage<8> message;
    CHECK(queue->receive(message, 1).value() == 3);
    CHECK(message.type == 1);
    CHECK(std::memcmp(message.data, "one", 3) == 0);
    CHECK(queue->receive(message, 1, IpcFlags::NOWAIT).error() == Error(Errno::NOMSG, Call::msgrcv));
    CHECK(queue->receive(message, -5).value() == 3);
    CHECK(message.type == 2);
    CHECK(queue->receive(message).value() == 0);
    CHECK(message.type == 9);
    CHECK(queue->send(message, 9).error() == Error(Errno::INVAL, Call::msgsnd));
    CHECK(queue->send(SysvMessage<1>{.type = 0}, 1).error() == Errno::INVAL);
}

TEST_CASE("who waits at a System V object that is removed is told") {
    const auto queue = SysvMessageQueue::create().value();
    const auto set = SysvSemaphores::create(1).value();
    const auto at_queue = test::start_child([&] {
        SysvMessage<8> message;
        if (queue->receive(message).value_or(0) != 1) return 1;
        return queue->receive(message).error() == Errno::IDRM || queue->receive(message).error() == Errno::INVAL ? 0
                                                                                                                 : 2;
    });
    const auto at_set = test::start_child([&] {
        const auto waited = set->operate(SemaphoreOperation::acquire(0));
        return waited.error() == Errno::IDRM || waited.error() == Errno::INVAL ? 0 : 1;
    });
    CHECK(queue->send(SysvMessage<1>{}, 1));
    CHECK(SysvMessageQueue::remove(queue->id()));
    CHECK(SysvSemaphores::remove(set->id()));
    const int queue_end = test::end_of(at_queue);
    CHECK((queue_end == 0 || queue_end == 1));  // 1: it was removed before the child had come so far
    CHECK(test::end_of(at_set) == 0);
}

TEST_CASE("operations on several System V semaphores happen together or not at all") {
    const auto set = SysvSemaphores::create(2).value();
    CHECK(set->size().value() == 2);
    CHECK(set->set_value(0, 3));
    const std::array both{SemaphoreOperation::acquire(0, 2).without_waiting(),
                          SemaphoreOperation::acquire(1).without_waiting()};
    CHECK(set->operate(both).error() == Error(Errno::AGAIN, Call::semop));
    CHECK(set->operate_until(both, Deadline::after(1h)).error() == Error(Errno::AGAIN, Call::semtimedop));
    CHECK(set->value(0).value() == 3);
    const std::array waiting{SemaphoreOperation::acquire(0), SemaphoreOperation::acquire(1)};
    CHECK(set->operate_until(waiting, Deadline::after(1ms)).error() == Error(Errno::TIMEDOUT, Call::semtimedop));
    CHECK(set->operate_until(both, Deadline::after(0ms)).error() == Error(Errno::AGAIN, Call::semtimedop));
    const std::array one_waiting{both[0], waiting[1]};
    CHECK(set->operate_until(one_waiting, Deadline::after(0ms)).error() == Error(Errno::TIMEDOUT, Call::semtimedop));
    CHECK(set->operate(SemaphoreOperation::release(1, 5)));
    CHECK(set->operate(both));
    CHECK(set->value(0).value() == 1);
    CHECK(set->value(1).value() == 4);
    CHECK(set->last_process(1).value() == wali::process::id());
    CHECK(set->operate_until(waiting, Deadline::never()));
    CHECK(set->operate(SemaphoreOperation::wait_for_zero(0)));
    CHECK(set->operate(SemaphoreOperation::release(2)).error() == Errno::FBIG);
    CHECK(set->set_value(0, 32768).error() == Error(Errno::RANGE, Call::semctl));
    CHECK(set->value(2).error() == Errno::INVAL);
    CHECK(SysvSemaphores::create(0).error() == Error(Errno::INVAL, Call::semget));
    CHECK(SysvSemaphores().value(0).error() == Errno::INVAL);
}

TEST_CASE("to acquire or release none of a System V semaphore, or less, is refused and waits for nothing") {
    const auto set = SysvSemaphores::create(1).value();
    REQUIRE(set->set_value(0, 3));
    for (const wali::i16 count : {wali::i16{0}, wali::i16{-1}, wali::i16{-32768}}) {
        CHECK(set->operate(SemaphoreOperation::acquire(0, count)).error() == Error(Errno::FBIG, Call::semop));
        CHECK(set->operate(SemaphoreOperation::release(0, count)).error() == Error(Errno::FBIG, Call::semop));
    }
    CHECK(set->value(0).value() == 3);
}

TEST_CASE("the kernel gives back what a killed process had taken of a System V semaphore") {
    const auto set = SysvSemaphores::create(1).value();
    CHECK(set->set_value(0, 1));
    CHECK(test::in_child([&]() -> int {
              if (!set->operate(SemaphoreOperation::acquire(0).undone_at_end())) return 1;
              if (set->value(0).value() != 0) return 2;
              (void)wali::signal::raise(wali::Signal::KILL);
              return 3;
          }) == -SIGKILL);
    CHECK(set->operate(SemaphoreOperation::acquire(0)));
}

TEST_CASE("processes share System V memory for as long as they have it attached") {
    auto owner = SysvSharedMemory::create(5000).value();
    wali::SysvAttachment here = owner->attach().value();
    CHECK(here.bytes().size() == 5000);
    CHECK(test::in_child([&] {
              auto there = owner->attach();
              if (!there || owner->status().value().shm_nattch != 3) return 1;
              there.value().bytes()[4999] = std::byte{7};
              return there.value().detach() && !there.value().detach() ? 0 : 2;
          }) == 0);
    CHECK(here.bytes()[4999] == std::byte{7});
    const auto reader = owner->attach_for_reading().value();
    CHECK(reader.bytes()[4999] == std::byte{7});
    CHECK(owner->status().value().shm_nattch == 2);
    const SysvSharedMemory gone = *owner;
    owner = {};
    CHECK(here.bytes()[4999] == std::byte{7});
    CHECK(here.detach());
    CHECK(here.bytes().empty());
    CHECK(SysvSharedMemory().attach().error() == Errno::INVAL);
    CHECK(SysvSharedMemory::create(0).error() == Error(Errno::INVAL, Call::shmget));
    CHECK(gone.status());  // `reader` has it still
}
