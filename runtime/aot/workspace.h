// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace wali::aot {

/// A private temporary folder and at most one temporary output file. Both disappear when the object does, and, as an
/// interrupt is an exception (interrupt.h), also when a signal ends the program.
class Workspace {
  public:
    Workspace();
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const std::string& folder() const { return folder_; }

    /// Names a temporary file next to `target`, to be filled and then published.
    std::string stage(const std::string& target);

    /// Renames the staged file to its target. Throws Refusal.
    void publish();

  private:
    std::string folder_;
    std::string target_;
};

/// Writes a whole file. Throws Refusal if the disk is full or the like.
void write_file(const std::string& path, const std::string& text);
void append_to_file(const std::string& path, const std::string& text);

}  // namespace wali::aot
