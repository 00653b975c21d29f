// SPDX-License-Identifier: BSL-1.0
#include "workspace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "interrupt.h"
#include "refusal.h"

namespace wali::aot {
namespace {

std::string staged;  // at most one Workspace exists
std::string preferred;

/// A rename may reach the disk before what was written.
void sync_file(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int error = errno;
    close(fd);
    if (!synced) throw Refusal(with_errno("cannot write " + path, error));
}

/// For what a rename would put a file in the place of.
void write_through(const std::string& from, const std::string& to) {
    std::ifstream in(from, std::ios::binary);
    std::ofstream out(to, std::ios::binary);
    out << in.rdbuf();
    out.close();
    if (!in || !out) throw Refusal(with_errno("cannot write " + to, errno));
}

}  // namespace

void TemporaryFolder::prefer(const std::string& folder) { preferred = folder; }

std::string TemporaryFolder::parent() {
    if (!preferred.empty()) return preferred;
    const char* parent = std::getenv("TMPDIR");
    return parent && *parent ? parent : "/tmp";
}

TemporaryFolder::TemporaryFolder() : path_(parent() + "/" + prefix + "XXXXXX") {
    if (!mkdtemp(path_.data()))
        throw Refusal(with_errno("cannot make a folder in " + parent(), errno) +
                      "; set TMPDIR to a folder that can be written");
    fd_ = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ >= 0) flock(fd_, LOCK_SH);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (fd_ >= 0) close(fd_);
}

Workspace::~Workspace() {
    if (!staged.empty()) unlink(staged.c_str());
    staged.clear();
}

std::string Workspace::stage(const std::string& target) {
    target_ = target;
    staged = target + ".tmp" + std::to_string(getpid());
    unlink(staged.c_str());  // of a process of the same number that was killed
    return staged;
}

std::string Workspace::stage_output(const std::string& path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return stage(path);
    if (S_ISREG(status.st_mode)) return stage(std::filesystem::canonical(path));
    target_ = path;
    written_ = true;
    return staged = folder() + "/output";
}

void Workspace::publish() {
    check_interrupted();
    if (written_) {
        write_through(staged, target_);
        return;
    }
    sync_file(staged);
    if (rename(staged.c_str(), target_.c_str()) != 0) throw Refusal(with_errno("cannot write " + target_, errno));
    staged.clear();
}

namespace {

void write_file_as(const char* mode, const std::string& path, const std::string& text) {
    FILE* file = std::fopen(path.c_str(), mode);
    if (!file) throw Refusal(with_errno("cannot write " + path, errno));
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int error = errno;
    if (std::fclose(file) != 0 || !written) throw Refusal(with_errno("cannot write " + path, written ? errno : error));
}

}  // namespace

void write_file(const std::string& path, const std::string& text) { write_file_as("we", path, text); }

void append_to_file(const std::string& path, const std::string& text) { write_file_as("ae", path, text); }

}  // namespace wali::aot
