// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <wali/event/epoll.hpp>
#include <wali/ipc/message_queue.hpp>
#include <wali/process/credentials.hpp>
#include <wali/process/process.hpp>
#include <wali/process/resource_limit.hpp>

#include "support/child.hpp"

using namespace std::chrono_literals;
using wali::Deadline;
using wali::Errno;
using wali::IpcName;
using wali::MessageQueue;
using wali::OpenFlags;

namespace {

/// A name that no other run of the tests uses.
std::string fresh_queue_name() {
    static int count = 0;
    return "/wali-test." + std::to_string(wali::process::id().raw()) + "." + std::to_string(count++);
}

}  // namespace

TEST_CASE("a name of IPC is one component, with or without the slash") {
    CHECK(IpcName::of("/a").value() == IpcName::of("a").value());
    CHECK(IpcName::of("/a").value().text() == "a");
    CHECK(IpcName::of(std::string(255, 'x')).value().text().size() == 255);
    CHECK(IpcName::of(std::string(256, 'x')).error() == Errno::NAMETOOLONG);
    for (const std::string_view bad : {"", "/", ".", "/..", "//a", "a/b", "a/"})
        CHECK(IpcName::of(bad).error() == Errno::INVAL);
    CHECK(IpcName::of(std::string_view("a\0b", 3)).error() == Errno::INVAL);
}

TEST_CASE("a message queue hands out the most urgent message first, whole") {
    const std::string name = fresh_queue_name();
    const auto queue = MessageQueue::create(name, {.messages_max = 4, .message_size_max = 16}).value();
    CHECK(queue->send("low"));
    CHECK(queue->send("first of the high", 7).error() == Errno::MSGSIZE);
    CHECK(queue->send("high", 7));
    CHECK(queue->send("next high", 7));
    CHECK(queue->status().value().messages == 3);
    CHECK(queue->status().value().messages_max == 4);
    CHECK(queue->status().value().message_size_max == 16);
    std::array<char, 16> room;
    CHECK(queue->receive(std::span(room).first(8)).error() == wali::Error(Errno::MSGSIZE, wali::Call::mq_timedreceive));
    for (const std::string_view expected : {"high", "next high", "low"}) {
        const auto received = queue->receive(room).value();
        CHECK(std::string_view(room.data(), received.size) == expected);
        CHECK(received.priority == (expected == "low" ? 0 : 7));
    }
    CHECK(queue->receive_until(room, Deadline::after(1ms)).error() == Errno::TIMEDOUT);
    CHECK(queue->receive_until(room, Deadline::after(0ms)).error() == Errno::TIMEDOUT);
    for (int i = 0; i < 4; ++i) CHECK(queue->send("x"));
    CHECK(queue->send_until("x", 0, Deadline::after(1ms)).error() == Errno::TIMEDOUT);
    CHECK(queue->set_non_blocking(true));
    CHECK(queue->send("x").error() == wali::Error(Errno::AGAIN, wali::Call::mq_timedsend));
}

TEST_CASE("processes talk through a message queue by its name, and epoll waits for it") {
    const std::string name = fresh_queue_name();
    const auto queue = MessageQueue::create(name, {.non_blocking = true}).value();
    const auto epoll = wali::Epoll::create().value();
    const auto watch = epoll.add(queue->fd(), wali::EpollEvents::IN).value();
    const auto child = test::start_child([&] {
        const auto opened = MessageQueue::open(name, OpenFlags::WRONLY);
        std::array<char, 8192> room;
        if (!opened || opened.value().receive(room).error() != Errno::BADF) return 1;
        return opened.value().send("from the child", 3) ? 0 : 2;
    });
    std::array<wali::EpollEvent, 1> events;
    CHECK(epoll.wait(events, 60s).value().size() == 1);
    std::array<char, 8192> room;
    CHECK(queue->receive(room).value().size == 14);
    CHECK(queue->receive(room).error() == Errno::AGAIN);
    CHECK(test::end_of(child) == 0);
}

TEST_CASE("a message queue's name goes with who has made it, and with nobody else") {
    const std::string name = fresh_queue_name();
    {
        auto queue = MessageQueue::create(name).value();
        CHECK(queue.name() == IpcName::of(name).value());
        CHECK(MessageQueue::create(name).error() == wali::Error(Errno::EXIST, wali::Call::mq_open));
        CHECK(MessageQueue::open(name));
        CHECK(test::in_child([&] {
                  const auto copy = std::move(queue);
                  return 0;
              }) == 0);
        CHECK(MessageQueue::open(name));
        auto other = std::move(queue);
        queue = MessageQueue::create(fresh_queue_name()).value();
        CHECK(MessageQueue::open(name));
    }
    CHECK(MessageQueue::open(name).error() == wali::Error(Errno::NOENT, wali::Call::mq_open));
    const MessageQueue kept = MessageQueue::create(name).value().keep();
    CHECK(MessageQueue::open(name));
    CHECK(MessageQueue::remove(IpcName::of(name).value()));
    CHECK(MessageQueue::remove(IpcName::of(name).value()).error() == Errno::NOENT);
    CHECK(kept.send("it is there for who has it"));
    CHECK(MessageQueue::create("a/b").error() == Errno::INVAL);
    CHECK(MessageQueue::create(name, {.messages_max = 0}).error() == Errno::INVAL);
}

TEST_CASE("a message queue's end leaves the name of the queue that somebody else has made in its place") {
    const std::string text = fresh_queue_name();
    const IpcName name = IpcName::of(text).value();
    auto first = MessageQueue::create(text).value();
    CHECK(first->has_name(name).value());
    REQUIRE(MessageQueue::remove(name));
    CHECK(first->has_name(name).error() == Errno::NOENT);
    const auto second = MessageQueue::create(text).value();
    CHECK_FALSE(first->has_name(name).value());
    first = {};
    CHECK(second->has_name(name).value());
    CHECK(MessageQueue().has_name(name).error() == wali::Error(Errno::BADF, wali::Call::fstat));
}

TEST_CASE("a message queue's end leaves another's name, and takes its own, where no descriptor can be opened") {
    const std::string text = fresh_queue_name();
    const IpcName name = IpcName::of(text).value();
    CHECK(test::in_child([&] {
              using wali::RlimitResource;
              auto first = MessageQueue::create(text).value();
              if (!MessageQueue::remove(name)) return 1;
              auto second = MessageQueue::create(text).value();
              const auto before = wali::process::resource_limit(RlimitResource::NOFILE_).value();
              const auto limit = [&](wali::u64 most) {
                  return wali::process::set_resource_limit(RlimitResource::NOFILE_, {most, before.hard}).has_value();
              };
              if (!limit(0)) return 2;
              first = {};
              if (second->has_name(name).error() != Errno::MFILE) return 3;
              if (!limit(before.soft) || !MessageQueue::open(text)) return 4;
              if (!limit(0)) return 5;
              second = {};
              return limit(before.soft) && MessageQueue::open(text).error() == Errno::NOENT ? 0 : 6;
          }) == 0);
}

TEST_CASE("a message queue's end takes the name of one that may not be read") {
    const std::string text = fresh_queue_name();
    CHECK(test::in_child([&] {
              if (wali::process::effective_user_id() == wali::Uid(0) &&
                  !wali::process::become(wali::Uid(65534), wali::Gid(65534)))
                  return 1;
              auto queue = MessageQueue::create(text, {.permissions = wali::Permissions::WUSR}).value();
              if (MessageQueue::open(text, OpenFlags::RDONLY).error() != Errno::ACCES) return 2;
              queue = {};
              return MessageQueue::open(text, OpenFlags::WRONLY).error() == Errno::NOENT ? 0 : 3;
          }) == 0);
}

TEST_CASE("a message queue waits for a time that the clock will never reach as for any other") {
    const auto queue = MessageQueue::create(fresh_queue_name(), {.messages_max = 1, .message_size_max = 8}).value();
    // The kernel counts from 1970, so this is behind the last nanosecond that 64 bits count.
    const Deadline far = Deadline::after(24h * 365 * 280);
    const auto child =
        test::start_child([&] { return queue->send("first") && queue->send_until("second", 0, far) ? 0 : 1; });
    std::array<char, 8> room;
    CHECK(queue->receive_until(room, far).value().size == 5);
    CHECK(queue->receive_until(room, far).value().size == 6);
    CHECK(test::end_of(child) == 0);
}
