// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "process.h"

namespace wali::test {

/// Text format to a binary module, by libwabt. Invalid modules pass if `validate` is false.
std::string assemble(const std::string& text, bool validate = true);

/// walirun and wali-aot with a cache and a temporary folder of their own.
class Runtime {
  public:
    /// Runs a module given as bytes; `arguments` follow its name.
    Result run(const std::string& module, const std::vector<std::string>& arguments = {}, Options options = {});

    /// Runs a module given in the text format.
    Result run_text(const std::string& text, const std::vector<std::string>& arguments = {});

    Result walirun(const std::vector<std::string>& arguments, Options options = {});
    Result wali_aot(const std::vector<std::string>& arguments, Options options = {});

    /// The files of the cache but for the records of programs that are there.
    std::vector<std::string> programs() const;

    /// What a failed run must not leave: entries of the cache and temporary files.
    std::vector<std::string> left_behind() const;

    Options with_folders(Options options) const;
    std::string file(const std::string& name) const { return files_.file(name); }
    const Folder& cache() const { return cache_; }
    static std::string program(const std::string& name);  // the path of walirun or wali-aot

  private:
    Folder cache_;
    Folder temporary_;
    Folder files_;
};

/// A module whose _start runs `body`; it can write, exit and has one page of memory.
std::string module_text(const std::string& body, const std::string& more = "");

}  // namespace wali::test
