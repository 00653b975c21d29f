// SPDX-License-Identifier: BSL-1.0
#include "build.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "../run/cache.h"
#include "child.h"
#include "compile.h"
#include "octal.h"
#include "progress.h"
#include "refusal.h"
#include "resource_limits.h"
#include "translate.h"
#include "workspace.h"

namespace wali::aot {
namespace {

std::string support_folder() {
    const std::string runtime = wali::cache::runtime_folder();
    if (runtime.empty()) throw Refusal("cannot find this program's folder: /proc is not mounted");
    const std::string folder = runtime + "/support";
    if (access((folder + "/libwalihost.a").c_str(), R_OK) != 0)
        throw Refusal("the runtime is incomplete: " + folder + "/libwalihost.a is missing; build it again");
    return folder;
}

/// What the child does.
void make(const Build& wanted, std::size_t jobs, const std::string& support, const std::string& folder,
          const std::string& program) {
    const auto c_files = translate(wanted.name, wanted.bytes, wanted.tier, wanted.observed, folder);
    if (wanted.cached)
        append_to_file(folder + "/" + c_files.front(),
                       "const char wali_runtime_path[] = \"" + octal(cache::runtime_folder() + "/walirun") + "\";\n");
    const std::string library = support + (wanted.observed ? "/libwalihost-observed.a" : "/libwalihost.a");
    compile(folder, c_files, support, library, wanted.tier, jobs, program);
}

/// By read and write, as not every file system has sendfile.
bool copy(int from, int to) {
    std::array<char, 1 << 16> buffer;
    ssize_t count = 0;
    while ((count = read(from, buffer.data(), buffer.size())) > 0)
        for (ssize_t done = 0; done < count;) {
            const ssize_t written = write(to, buffer.data() + done, static_cast<std::size_t>(count - done));
            if (written <= 0) return false;
            done += written;
        }
    return count == 0;
}

/// Takes what a compiler has made: it chose the bytes, and may have left something else than a file.
void take_program(const std::string& made, const std::string& staged, const std::string& output) {
    const int from = open(made.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    const bool is_file = from >= 0 && fstat(from, &status) == 0 && S_ISREG(status.st_mode);
    const int to = is_file ? open(staged.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    const bool taken = to >= 0 && copy(from, to) && fchmod(to, 0755) == 0;
    const int error = errno;
    close(from);
    close(to);
    if (!is_file) throw Refusal("the C compiler has made no program");
    if (!taken) throw Refusal(with_errno("cannot write " + output, error));
}

}  // namespace

void build(const Build& wanted, std::size_t jobs) {
    const std::string support = support_folder();
    Workspace workspace;
    const std::string program = workspace.folder() + "/program";
    const std::string staged = wanted.cached ? workspace.stage(wanted.output) : workspace.stage_output(wanted.output);
    const int placeholder = open(staged.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (placeholder < 0) throw Refusal(with_errno("cannot write " + wanted.output, errno));
    close(placeholder);
    Child child([&] { make(wanted, jobs, support, workspace.folder(), program); });
    Progress progress(wanted.shown, wanted.name);
    while (!child.wait_for(Progress::interval))
        // No LimitReached, after which the quick translation stays: in the background this depends on what else runs.
        if (progress.update() > build_limit) throw Refusal("too large: compiling it takes more than 30 minutes");
    if (child.status() != 0) throw Refusal("the process that compiles it was ended");
    take_program(program, staged, wanted.output);
    workspace.publish();
}

}  // namespace wali::aot
