// SPDX-License-Identifier: BSL-1.0
// A consumer that includes the C library's headers, whose macros are a trap for names, and then everything of ours.
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/ttydefaults.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <wali/wali.hpp>

TEST_CASE("the framework lives beside the C library's macros, with the same values") {
    CHECK(wali::abi::bits(wali::OpenFlags::CREAT) == O_CREAT);
    CHECK(wali::abi::bits(wali::OpenFlags::DIRECTORY) == O_DIRECTORY);
    CHECK(wali::abi::bits(wali::Errno::AGAIN) == EAGAIN);
    CHECK(wali::abi::bits(wali::EpollEvents::RDHUP) == EPOLLRDHUP);
    CHECK(wali::abi::bits(wali::SocketFlags::NONBLOCK) == SOCK_NONBLOCK);
    CHECK(wali::abi::bits(wali::Signal::TERM) == SIGTERM);
    CHECK(wali::abi::bits(wali::MapFlags::ANONYMOUS) == MAP_ANONYMOUS);
    CHECK(wali::abi::bits(wali::ClockId::MONOTONIC) == CLOCK_MONOTONIC);
    static_assert(sizeof(struct stat) == sizeof(wali::abi::stat));
    static_assert(sizeof(struct epoll_event) == sizeof(wali::abi::epoll_event));
    static_assert(sizeof(struct msghdr) == sizeof(wali::abi::msghdr));
    static_assert(sizeof(struct iovec) == sizeof(wali::abi::iovec));
    static_assert(sizeof(struct sockaddr_un) == sizeof(wali::abi::sockaddr_un));
    static_assert(sizeof(struct pollfd) == sizeof(wali::abi::pollfd));
}
