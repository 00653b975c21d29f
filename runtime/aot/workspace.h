// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace wali::aot {

/// A private folder. It disappears when the object does, and, as an interrupt is an exception (interrupt.h), also when
/// a signal ends the program. It is locked (flock(2)) until then.
class TemporaryFolder {
  public:
    static constexpr const char* prefix = "wali-aot.";  // of its name

    /// Those to come will be in this one, not in $TMPDIR.
    static void prefer(const std::string& folder);
    static std::string parent();

    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }

  private:
    std::string path_;
    int fd_ = -1;
};

/// A temporary folder and at most one temporary output file, which disappears in the same way.
class Workspace {
  public:
    Workspace() = default;
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const std::string& folder() const { return folder_.path(); }

    /// Names a temporary file next to `target`, to be filled and then published.
    std::string stage(const std::string& target);

    /// The same for a path of the user's: a link stays, and so does what is no file, such as /dev/null or a pipe.
    std::string stage_output(const std::string& path);

    /// Renames the staged file, when it is on the disk, to its target, or writes it there. Throws Refusal.
    void publish();

  private:
    TemporaryFolder folder_;
    std::string target_;
    bool written_ = false;
};

/// Writes a whole file. Throws Refusal if the disk is full or the like.
void write_file(const std::string& path, const std::string& text);
void append_to_file(const std::string& path, const std::string& text);

}  // namespace wali::aot
