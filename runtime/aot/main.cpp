// SPDX-License-Identifier: BSL-1.0
//
// wali-aot IN.wasm -o OUT        compiles a module to an executable
// wali-aot --run IN.wasm ARGS    compiles it into the cache and runs it (this is how walirun calls it)
// wali-aot --run --module DESCRIPTOR CACHE NAME ARGS    the same with an open file and the folder of the cache
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "../run/cache.h"
#include "compile.h"
#include "interrupt.h"
#include "refusal.h"
#include "runtime_version.h"
#include "translate.h"
#include "workspace.h"

namespace {

using namespace wali::aot;

constexpr int exit_refused = 2;
constexpr off_t max_module_bytes = off_t{512} << 20;

constexpr char walirun_help[] =
    "walirun FILE.wasm [ARGUMENT...]\n"
    "Runs a WALI module on Linux. The first run compiles it with the system's C compiler; the result is kept in\n"
    "$WALI_CACHE_DIR/aot (default ~/.cache/wali/aot), so later runs start at once.\n"
    "\n"
    "Exit code: the module's own; 2 if it cannot be run. A trap ends it by a signal, as the mistake would natively.\n"
    "Either way one line on stderr says why.\n"
    "Environment: WALI_CACHE_DIR, WALI_CC (C compiler, default cc), TMPDIR.\n";

constexpr char aot_help[] =
    "wali-aot FILE.wasm -o OUTPUT\n"
    "Compiles a WALI module to a sandboxed, static executable for this machine.\n"
    "\n"
    "wali-aot --run FILE.wasm [ARGUMENT...]\n"
    "Compiles it into the cache and runs it; see walirun --help.\n"
    "\n"
    "Exit code: 0; 2 if the module cannot be compiled (one line on stderr says why).\n"
    "Environment: WALI_CC (C compiler, default cc), TMPDIR.\n";

/// A file name or an import's name may hold anything; a message is one line of text.
std::string printable(const std::string& text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    return result;
}

struct File {
    explicit File(int descriptor) : fd(descriptor) {}
    ~File() {
        if (fd >= 0) close(fd);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd;
};

/// Where the module is: a file's name, or an open file and what it is called.
struct Input {
    const char* name = nullptr;
    int descriptor = -1;
};

std::vector<std::uint8_t> read_module_file(const Input& input) {
    const File file(input.descriptor >= 0 ? fcntl(input.descriptor, F_DUPFD_CLOEXEC, 0)
                                          : open(input.name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status;
    if (file.fd < 0 || fstat(file.fd, &status) != 0) throw Refusal(with_errno("cannot open it", errno));
    if (S_ISDIR(status.st_mode)) throw Refusal("a folder, not a WebAssembly module");
    if (!S_ISREG(status.st_mode)) throw Refusal("no regular file; copy the module to one");
    if (status.st_size > max_module_bytes) throw Refusal("larger than 512 MiB");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = pread(file.fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw Refusal(with_errno("cannot read it", errno));
        if (count == 0) throw Refusal("became shorter while it was read");
        done += static_cast<std::size_t>(count);
    }
    // A module that the kernel can execute has a first line that names walirun: wali-ld writes it.
    if (bytes.size() >= 2 && bytes[0] == '#' && bytes[1] == '!') {
        const auto line_end = std::find(bytes.begin(), bytes.end(), '\n');
        bytes.erase(bytes.begin(), line_end == bytes.end() ? line_end : line_end + 1);
    }
    return bytes;
}

std::string support_folder() {
    const std::string runtime = wali::cache::runtime_folder();
    if (runtime.empty()) throw Refusal("cannot find this program's folder: /proc is not mounted");
    const std::string folder = runtime + "/support";
    if (access((folder + "/libwalihost.a").c_str(), R_OK) != 0)
        throw Refusal("the runtime is incomplete: " + folder + "/libwalihost.a is missing; build it again");
    return folder;
}

/// Text as a C string literal.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        char octal[8];
        std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
        result += octal;
    }
    return result + "\"";
}

enum class Kind { Standalone, Cached };

/// Compiles `bytes` to the executable `output`, which appears whole or not at all. A cached one knows where walirun is,
/// so that it can execute other modules.
void build(const std::string& name, const std::vector<std::uint8_t>& bytes, const std::string& output, Kind kind) {
    const std::string support = support_folder();
    Workspace workspace;
    auto c_files = translate(name, bytes, workspace.folder());
    if (kind == Kind::Cached) {
        c_files.push_back("runtime.c");
        write_file(workspace.folder() + "/runtime.c",
                   "const char wali_runtime_path[] = " + quoted(wali::cache::runtime_folder() + "/walirun") + ";\n");
    }
    const std::string staged = workspace.stage(output);
    const File placeholder(open(staged.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
    if (placeholder.fd < 0) throw Refusal(with_errno("cannot write " + output, errno));
    compile(workspace.folder(), c_files, support, staged);
    if (chmod(staged.c_str(), 0755) != 0) throw Refusal(with_errno("cannot write " + output, errno));
    workspace.publish();
}

/// One compilation per module at a time: the second process waits for the first one's result.
class CacheLock {
  public:
    explicit CacheLock(const std::string& path) : path_(path + ".lock") {
        for (;;) {
            fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            if (fd_ < 0)
                throw Refusal(with_errno("cannot write to the cache " + path.substr(0, path.rfind('/')), errno) +
                              "; set WALI_CACHE_DIR to a folder that can be written");
            struct stat status;
            if (flock(fd_, LOCK_EX | LOCK_NB) == 0 && fstat(fd_, &status) == 0 && status.st_nlink > 0) return;
            close(fd_);  // somebody holds it, or has just removed it
            sleep_for(std::chrono::milliseconds(20));
        }
    }
    ~CacheLock() {
        unlink(path_.c_str());
        close(fd_);
    }
    CacheLock(const CacheLock&) = delete;
    CacheLock& operator=(const CacheLock&) = delete;

  private:
    std::string path_;
    int fd_ = -1;
};

std::string cached_executable(const Input& input, const std::string& folder) {
    const auto bytes = read_module_file(input);
    if (folder.empty()) throw Refusal("no place for the cache; set WALI_CACHE_DIR");
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw Refusal("cannot make the cache " + folder + ": " + error.message() +
                      "; set WALI_CACHE_DIR to a folder that can be written");
    const std::string path = wali::cache::path_of(folder, bytes.data(), bytes.size());
    if (wali::cache::usable(path)) return path;
    const CacheLock lock(path);
    if (!wali::cache::usable(path)) build(input.name, bytes, path, Kind::Cached);
    return path;
}

int run(const Input& input, const std::string& folder, char** arguments, Interrupts& interrupts) {
    if (input.descriptor >= 0) fcntl(input.descriptor, F_SETFD, FD_CLOEXEC);
    const std::string path = cached_executable(input, folder);
    interrupts.release();
    execv(path.c_str(), arguments);
    throw Refusal(with_errno("cannot execute " + path, errno) + "; is its file system mounted noexec?");
}

struct Options {
    bool run = false;
    Input input;
    std::string cache = wali::cache::folder();
    const char* output = nullptr;
    char** arguments = nullptr;  // of the module, when running
};

int usage_error(const char* program, const std::string& message) {
    std::fprintf(stderr, "%s: %s; see %s --help\n", program, printable(message).c_str(), program);
    return exit_refused;
}

int execute(const char* program, const Options& options) {
    Interrupts interrupts;
    try {
        if (options.run) return run(options.input, options.cache, options.arguments, interrupts);
        build(options.input.name, read_module_file(options.input), options.output, Kind::Standalone);
        return 0;
    } catch (const Interrupted& interrupted) {
        interrupts.release();
        signal(interrupted.signal, SIG_DFL);
        raise(interrupted.signal);
        return 128 + interrupted.signal;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s: %s\n", program, printable(options.input.name).c_str(),
                     printable(error.what()).c_str());
        return exit_refused;
    }
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    options.run = argc > 1 && std::strcmp(argv[1], "--run") == 0;
    const char* program = options.run ? "walirun" : "wali-aot";
    if (options.run && argc > 5 && std::strcmp(argv[2], "--module") == 0) {
        options.input = {argv[5], std::atoi(argv[3])};
        options.cache = argv[4];
        options.arguments = argv + 5;
        return execute(program, options);
    }
    for (int i = options.run ? 2 : 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--help" || argument == "-h") {
            std::fputs(options.run ? walirun_help : aot_help, stdout);
            return 0;
        }
        if (argument == "--version") {
            std::printf("%s %s (wabt %s)\n", program, WALI_RUNTIME_VERSION, WALI_WABT_VERSION);
            return 0;
        }
        if (argument == "-o" && !options.run) {
            if (i + 1 == argc) return usage_error(program, "-o needs the name of the output");
            options.output = argv[++i];
        } else if (argument.size() > 1 && argument[0] == '-') {
            return usage_error(program, "unknown option " + argument);
        } else if (options.input.name) {
            return usage_error(program, "more than one module: " + argument);
        } else {
            options.input.name = argv[i];
            options.arguments = argv + i;
            if (options.run) break;
        }
    }
    if (!options.input.name) return usage_error(program, "no module given");
    if (!options.run && !options.output) return usage_error(program, "no output given (-o OUTPUT)");
    return execute(program, options);
}
