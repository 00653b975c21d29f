// SPDX-License-Identifier: BSL-1.0
// A consumer that imports areas only, and whole headers of the standard library behind them.
import wali.event;
import wali.fs;
import wali.ipc;
import wali.mem;
import wali.net;
import wali.process;
import wali.signal;
import wali.sys;
import wali.system;
import wali.thread;
import wali.time;
import wali.uring;

#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <wali/try.hpp>

namespace {

wali::result<wali::u64> size_of(const std::string& path) {
    WALI_TRY(const wali::File file, wali::File::open(path, wali::OpenFlags::RDONLY | wali::OpenFlags::CLOEXEC));
    return file.size();
}

}  // namespace

TEST_CASE("the modules of areas have their area's names and the core's") {
    CHECK(size_of("/dev/null").value() == 0);
    CHECK(size_of("/nowhere/at/all").error() == wali::Errno::NOENT);
    static_assert(std::is_base_of_v<wali::Descriptor<wali::File>, wali::File>);
    CHECK(wali::exit_status("test", wali::success()) == 0);
    CHECK(wali::Epoll::create().has_value());
    CHECK(wali::MutableMemoryMap::anonymous(1, {.map = {.populate = true}}).has_value());
    CHECK(wali::RingBuffer::create(4096).value().room().size() == 4096);
    CHECK(wali::TimerFd::create().value().remaining().value().interval == wali::Duration::zero());
    CHECK(wali::event::poll({}, std::chrono::milliseconds(0)).value() == 0);
    wali::RobustMutex mutex;
    CHECK(mutex.initialize());
    CHECK(mutex.lock().has_value());
    CHECK(wali::SocketAddress::ipv4_loopback(80).port() == 80);
    CHECK(wali::SignalSet{wali::Signal::TERM}.contains(wali::Signal::TERM));
    CHECK(wali::MonotonicClock::now().time_since_epoch() > std::chrono::seconds(0));
    CHECK(wali::IoBuffer::allocate(1).value().size() == 1);
    CHECK(wali::sys::getppid() > 0);
    CHECK(wali::system::name().value().kernel() == "Linux");
    CHECK(wali::time::clock_time(wali::ClockId::MONOTONIC).value() <= wali::MonotonicClock::now().time_since_epoch());
}
