// SPDX-License-Identifier: BSL-1.0
#include "progress.h"

#include <unistd.h>

#include <cstdio>

#include "refusal.h"

namespace wali::aot {
namespace {

constexpr std::size_t max_name = 30;  // a line that the terminal breaks cannot be erased

bool is_ours(int terminal) { return isatty(terminal) && tcgetpgrp(terminal) == getpgrp(); }

}  // namespace

Progress::Progress(const char* program, const std::string& name) {
    if (!program || !is_ours(STDERR_FILENO)) return;
    const std::string file = printable(name.substr(name.rfind('/') + 1));
    text_ = std::string(program) + ": compiling " + (file.size() > max_name ? file.substr(0, max_name) + "..." : file);
}

std::chrono::milliseconds Progress::update() {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
    if (!text_.empty() && is_ours(STDERR_FILENO)) {
        std::fprintf(stderr, "\r%s (%lld s)", text_.c_str(), static_cast<long long>(passed.count() / 1000));
        shown_ = true;
    }
    return passed;
}

Progress::~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
}

}  // namespace wali::aot
