// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace wali::test {

/// How a process ended and what it printed.
struct Result {
    int exit_code = -1;  // -1 if a signal ended it
    int signal = 0;
    std::string out;
    std::string err;
};

struct Options {
    std::vector<std::pair<std::string, std::string>> environment;  // in addition to this process's
    bool clear_environment = false;
    unsigned long file_size_limit = 0;    // bytes; writes beyond it fail with EFBIG, as on a full disk
    std::vector<int> refused_calls = {};  // system calls that answer ENOSYS
    std::vector<int> kept = {};           // descriptors above 2 that it inherits
    unsigned user = 0;                    // if this process is root's: whose it is
};

/// Starts a process and waits for it, reading both its outputs.
Result run(const std::vector<std::string>& command, const Options& options = {});

/// Starts a process with its outputs discarded; the caller waits for it.
pid_t start(const std::vector<std::string>& command, const Options& options = {});
Result wait_for(pid_t pid);

/// A folder that is removed with everything in it.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

    /// All files below, relative to the folder.
    std::vector<std::string> contents() const;

  private:
    std::string path_;
};

void write_file(const std::string& path, const std::string& bytes);
std::string read_file(const std::string& path);

}  // namespace wali::test
