// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <support/leaves_nothing.hpp>
#include <support/temporary_directory.hpp>
#include <wali/fs/entry.hpp>
#include <wali/fs/fanotify.hpp>
#include <wali/fs/file.hpp>
#include <wali/fs/inotify.hpp>
#include <wali/fs/read_file.hpp>
#include <wali/process/process.hpp>

using wali::Errno;
using wali::Inotify;
using wali::InotifyEvents;

TEST_CASE("inotify tells what happens in a directory, in order") {
    const test::TemporaryDirectory dir;
    const Inotify inotify = Inotify::create(wali::InotifyFlags::NONBLOCK).value();
    const wali::InotifyWatch watch =
        inotify.watch(dir.path("."), InotifyEvents::CREATE | InotifyEvents::MOVE | InotifyEvents::DELETE_).value();
    std::array<std::byte, 4097> buffer;
    CHECK(inotify.read(buffer).error() == wali::Error(Errno::AGAIN, wali::Call::read));

    REQUIRE(wali::fs::make_directory(dir.path("d")));
    REQUIRE(wali::fs::write_file(dir.path("a"), ""));
    REQUIRE(wali::fs::rename(dir.path("a"), dir.path("longer-name")));
    REQUIRE(wali::fs::unlink(dir.path("longer-name")));
    std::vector<wali::InotifyEvent> events;
    const auto batch = inotify.read(std::span(buffer).subspan(1)).value();  // at an odd address
    for (const wali::InotifyEvent& event : batch) events.push_back(event);
    REQUIRE(events.size() == 5);
    CHECK(events[0].has(InotifyEvents::CREATE));
    CHECK(events[0].has(InotifyEvents::ISDIR));
    CHECK(events[0].name == "d");
    CHECK(events[1].name == "a");
    CHECK(events[2].has(InotifyEvents::MOVED_FROM));
    CHECK(events[2].name == "a");
    CHECK(events[3].has(InotifyEvents::MOVED_TO));
    CHECK(events[3].name == "longer-name");
    CHECK(events[2].cookie == events[3].cookie);
    CHECK(events[2].cookie != 0);
    CHECK(events[4].events == InotifyEvents::DELETE_);
    for (const wali::InotifyEvent& event : events) {
        CHECK(event.watch == watch);
        CHECK_FALSE(event.has_overflowed());
    }
    CHECK(std::ranges::distance(batch) == 5);
}

TEST_CASE("a watch ends when it is told to, and says so") {
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::write_file(dir.path("a"), ""));
    const Inotify inotify = Inotify::create().value();
    const wali::InotifyWatch watch = inotify.watch(dir.path("a"), InotifyEvents::MODIFY).value();
    CHECK(inotify.watch(dir.path("a"), InotifyEvents::MODIFY | InotifyEvents::MASK_CREATE).error() == Errno::EXIST);
    CHECK(inotify.watch(dir.path("b"), InotifyEvents::MODIFY).error() ==
          wali::Error(Errno::NOENT, wali::Call::inotify_add_watch));
    REQUIRE(wali::fs::write_file(dir.path("a"), "x"));
    CHECK(inotify.unwatch(watch));
    CHECK(inotify.unwatch(watch).error() == wali::Error(Errno::INVAL, wali::Call::inotify_rm_watch));
    std::array<std::byte, 512> buffer;
    CHECK(inotify.read(std::span(buffer).first(8)).error() == Errno::INVAL);  // and nothing is lost
    InotifyEvents seen{};
    const auto batch = inotify.read(buffer).value();
    for (const wali::InotifyEvent& event : batch) {
        seen |= event.events;
        CHECK(event.name.empty());
    }
    CHECK(seen == (InotifyEvents::MODIFY | InotifyEvents::IGNORED));
}

TEST_CASE("events that the kernel has dropped are visible") {
    const test::TemporaryDirectory dir;
    const Inotify inotify = Inotify::create().value();
    REQUIRE(inotify.watch(dir.path("."), InotifyEvents::OPEN | InotifyEvents::CLOSE_WRITE));
    REQUIRE(wali::fs::write_file(dir.path("a"), ""));
    const int most = std::stoi(wali::fs::read_file<std::string>("/proc/sys/fs/inotify/max_queued_events", 32).value());
    for (int i = 0; i <= most / 2; ++i) REQUIRE(wali::fs::write_file(dir.path("a"), ""));
    std::vector<std::byte> buffer(1 << 20);
    bool overflowed = false;
    for (int seen = 0; !overflowed && seen <= most;) {
        const auto batch = inotify.read(buffer).value();
        for (const wali::InotifyEvent& event : batch) {
            ++seen;
            overflowed = overflowed || event.has_overflowed();
        }
    }
    CHECK(overflowed);
}

TEST_CASE("fanotify hands out open files, where it may be used") {
    using wali::FanotifyEvents;
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::write_file(dir.path("a"), "abc"));
    const auto fanotify = wali::Fanotify::create(wali::FanotifyInitFlags::CLASS_NOTIF);
    if (!fanotify) {
        const bool refused = fanotify.error() == Errno::PERM || fanotify.error() == Errno::NOSYS;
        CHECK(refused);
        return;
    }
    CHECK(fanotify.value().mark(wali::FanotifyMarkFlags::ADD_, FanotifyEvents::CLOSE_NOWRITE, dir.path("a")));
    CHECK(fanotify.value().mark(wali::FanotifyMarkFlags::ADD_, FanotifyEvents::CLOSE_NOWRITE, dir.path("b")).error() ==
          Errno::NOENT);
    REQUIRE(wali::File::open(dir.path("a")).value().close());
    std::array<std::byte, 4096> buffer;
    wali::FanotifyBatch batch = fanotify.value().read(buffer).value();
    REQUIRE_FALSE(batch.empty());
    const wali::FanotifyEvent event = batch.next();
    CHECK(event.has(FanotifyEvents::CLOSE_NOWRITE));
    CHECK_FALSE(event.has_overflowed());
    CHECK(batch.empty());
    std::string text(3, '\0');
    CHECK(wali::read(event.file, text).value() == 3);
    CHECK(text == "abc");
    // Nobody waits for an answer.
    CHECK(fanotify.value().respond(event, wali::FanotifyResponse::ALLOW).has_error());
}

TEST_CASE("fanotify's descriptor of who did it is the event's, and ends with it") {
    using wali::FanotifyInitFlags;
    const test::TemporaryDirectory dir;
    REQUIRE(wali::fs::write_file(dir.path("a"), "abc"));
    const test::LeavesNothing leaves_nothing;
    const auto fanotify = wali::Fanotify::create(FanotifyInitFlags::CLASS_NOTIF | FanotifyInitFlags::REPORT_PIDFD);
    if (!fanotify) {  // INVAL before Linux 5.15
        const bool refused =
            fanotify.error() == Errno::PERM || fanotify.error() == Errno::NOSYS || fanotify.error() == Errno::INVAL;
        CHECK(refused);
        return;
    }
    CHECK(fanotify.value().mark(wali::FanotifyMarkFlags::ADD_, wali::FanotifyEvents::CLOSE_NOWRITE, dir.path("a")));
    std::array<std::byte, 4097> buffer;
    const int before = test::open_descriptors();
    for (const bool taken : {true, false}) {
        REQUIRE(wali::File::open(dir.path("a")).value().close());
        wali::FanotifyBatch batch = fanotify.value().read(std::span(buffer).subspan(1)).value();  // at an odd address
        REQUIRE_FALSE(batch.empty());
        if (!taken) continue;
        const wali::FanotifyEvent event = batch.next();
        CHECK(event.process == wali::process::id());
        CHECK(event.file_error == Errno{});
        REQUIRE(event.pid_fd);
        CHECK(event.pid_fd.wait_for_end(wali::Duration(0)).error() == Errno::TIMEDOUT);
        CHECK(event.pid_fd.send_signal(wali::Signal{}));
    }
    CHECK(test::open_descriptors() == before);
}

TEST_CASE("an event of fanotify says why there is no file, and takes descriptors out of its records") {
    struct {
        wali::abi::fanotify_event_metadata head{};
        wali::abi::fanotify_event_info_header other{};
        wali::abi::fanotify_event_info_pidfd process{};
    } told[3];
    for (auto& each : told) {
        each.head.event_len = sizeof each;
        each.head.metadata_len = sizeof each.head;
        each.head.fd = -1;
        each.other = {wali::abi::bits(wali::abi::FanotifyInfoType::FID), 0, sizeof each.other};
        each.process.hdr = {wali::abi::bits(wali::abi::FanotifyInfoType::PIDFD), 0, sizeof each.process};
        each.process.pidfd = -1;
    }
    told[0].head.fd = -static_cast<int>(Errno::MFILE);
    told[1].other.len = 0;  // which the kernel does not write
    told[2].process.pidfd = wali::File::open("/dev/null").value().into_fd().release();
    const int number = told[2].process.pidfd;
    wali::FanotifyBatch batch{std::as_bytes(std::span(told))};
    const wali::FanotifyEvent failed = batch.next();
    CHECK_FALSE(failed.file);
    CHECK(failed.file_error == Errno::MFILE);
    CHECK_FALSE(failed.pid_fd);
    CHECK(failed.records.size() >= sizeof told[0].other + sizeof told[0].process);
    const wali::FanotifyEvent none = batch.next();
    CHECK(none.file_error == Errno{});
    CHECK_FALSE(none.pid_fd);
    CHECK(batch.next().pid_fd.fd().raw() == number);
    CHECK(batch.empty());
}
