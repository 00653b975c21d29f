// SPDX-License-Identifier: BSL-1.0
#include "module_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "../run/cache.h"
#include "refusal.h"

namespace wali::aot {
namespace {

struct File {
    explicit File(int descriptor) : fd(descriptor) {}
    ~File() {
        if (fd >= 0) close(fd);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd;
};

}  // namespace

std::vector<std::uint8_t> read_module_file(const ModuleFile& input) {
    const File file(input.descriptor >= 0 ? fcntl(input.descriptor, F_DUPFD_CLOEXEC, 0)
                                          : open(input.name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status;
    if (file.fd < 0 || fstat(file.fd, &status) != 0) throw Refusal(with_errno("cannot open it", errno));
    if (S_ISDIR(status.st_mode)) throw Refusal("a folder, not a WebAssembly module");
    if (!S_ISREG(status.st_mode)) throw Refusal("no regular file; copy the module to one");
    if (status.st_size > cache::max_module_bytes) throw Refusal("larger than 512 MiB");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = pread(file.fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw Refusal(with_errno("cannot read it", errno));
        if (count == 0) throw Refusal("became shorter while it was read");
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

}  // namespace wali::aot
