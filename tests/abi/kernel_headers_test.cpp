// SPDX-License-Identifier: BSL-1.0
// Every constant, call number and structure of the ABI data against the headers of the machine that runs the test.
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstddef>

#include <doctest/doctest.h>

#include <wali/abi/constants.hpp>
#include <wali/abi/flags.hpp>
#include <wali/abi/numbers.hpp>
#include <wali/abi/structs.hpp>

namespace abi = wali::abi;

namespace {

struct Row {
    const char* name;
    long long ours;
    long long theirs;
};

constexpr Row rows[] = {
#include "kernel_headers.inc"
};

}  // namespace

TEST_CASE("our constants, numbers and layouts are those of the kernel's headers") {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CHECK(row.ours == row.theirs);
    }
    MESSAGE(std::size(rows), " facts compared");
}
