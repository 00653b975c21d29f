// SPDX-License-Identifier: BSL-1.0
//
// execve and execveat. The kernel executes what it knows; a WebAssembly module, by its first bytes, and a script whose
// interpreter is one, are executed by walirun, with the cache that this program is from.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "files/files.h"
#include "filters/filters.h"
#include "observer/observer.h"
#include "signals/signals.h"

#define MAX_STRINGS (1UL << 20)  // more than the kernel takes, of 6 MiB with their pointers
#define LEAD 8                   // what the host puts in front: arguments of walirun, variables
#define EXECVE_CHECK 0x10000     // AT_EXECVE_CHECK
#define HEAD 255                 // as much of a script's first line as the kernel reads

// The path of walirun, in programs that it compiled; programs of wali-aot -o have none.
extern const char wali_runtime_path[] __attribute__((weak));

// --- vectors of strings ---

struct vector {
    uint64_t bytes;
    uint64_t* pointers;  // LEAD free ones, then native addresses, ended by 0
};

// Copies a guest's NULL-terminated array of strings; the strings stay where they are, the kernel copies them.
static int64_t vector_read(struct vector* native, uint32_t address) {
    const uint64_t bytes = (LEAD + MAX_STRINGS + 1) * sizeof(uint64_t);
    const uint64_t at = map_own(bytes);
    *native = (struct vector){bytes, (uint64_t*)at};
    if (failed(at)) return (int64_t)at;
    uint64_t* strings = native->pointers + LEAD;
    for (uint64_t i = 0; address != 0 && i < MAX_STRINGS; ++i) {
        uint32_t string;
        const uint64_t element = address + i * sizeof string;
        if (element > UINT32_MAX || guest_read(&string, (uint32_t)element, sizeof string) != 0) return -WALI_EFAULT;
        if (string == 0) return 0;
        strings[i] = wali_pointer(string);
    }
    return address == 0 ? 0 : -WALI_E2BIG;
}

static void vector_free(const struct vector* native) {
    if (!failed((uint64_t)native->pointers)) wali_syscall2(NR_munmap, (uint64_t)native->pointers, native->bytes);
}

// A program that is observed has its children observed.
static uint64_t* observed(const struct vector* environment) {
    uint64_t* first = environment->pointers + LEAD;
    const char* variable = observer_variable();
    if (variable) *--first = (uint64_t)variable;
    return first;
}

// A module that is executed has the filters of the thread that does it.
static uint64_t* filtered(const struct vector* environment, const struct filter_variables* filters) {
    uint64_t* first = observed(environment);
    for (uint32_t i = filters->count; i > 0; --i) *--first = filters->text[i - 1];
    return first;
}

// --- what a file is ---

// The file opened for reading if it is one that may be executed; else the kernel shall say what is wrong.
static int64_t open_executable(uint64_t dirfd, uint64_t path, uint32_t flags) {
    struct statx status;
    const uint64_t at_flags = flags & (AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    // Opening anything but a regular file may wait or act.
    if (failed(wali_syscall5(NR_statx, dirfd, path, at_flags, STATX_TYPE, (uint64_t)&status))) return -1;
    if (!S_ISREG(status.stx_mode)) return -1;
    if (failed(wali_syscall4(NR_faccessat2, dirfd, path, WALI_X_OK, AT_EACCESS | at_flags))) return -1;
    const uint64_t fd = wali_syscall4(NR_openat, dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd != wali_error(WALI_ENOENT) || !(flags & AT_EMPTY_PATH)) return (int64_t)fd;
    char link[40] = "/proc/self/fd/";
    append_number(link, dirfd);
    return (int64_t)wali_syscall4(NR_openat, (uint64_t)AT_FDCWD, (uint64_t)link, O_RDONLY | O_CLOEXEC, 0);
}

// Whether the kernel would execute it, by policies too, of which permissions say nothing. Kernels before 6.14 cannot
// say.
static uint64_t check_executable(int64_t fd) {
    const uint64_t none[] = {(uint64_t)"", 0};
    const uint64_t result = wali_syscall5(NR_execveat, (uint64_t)fd, (uint64_t)"", (uint64_t)none, (uint64_t)(none + 1),
                                          AT_EMPTY_PATH | EXECVE_CHECK);
    return result == wali_error(WALI_EINVAL) ? 0 : result;
}

static bool is_module(const char* head) { return memcmp(head, "\0asm", 4) == 0; }

static void read_head(char head[HEAD + 1], int64_t fd) {
    memset(head, 0, HEAD + 1);
    wali_syscall4(NR_pread64, (uint64_t)fd, (uint64_t)head, HEAD, 0);
}

struct script {
    char* interpreter;
    char* argument;  // NULL if there is none
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Where the first line ends, as the kernel has it: of one that is longer than what was read, the interpreter's path
// must be there whole. NULL if it is not.
static char* line_end(char* head) {
    char* end = strchr(head, '\n');
    if (end) return end;
    const size_t length = strlen(head);
    const char* path = head + 2 + strspn(head + 2, " \t");
    return length < HEAD || strpbrk(path, " \t") ? head + length : NULL;
}

// Takes "#! INTERPRETER [ARGUMENT]" apart.
static bool parse_script(struct script* script, char* head) {
    if (head[0] != '#' || head[1] != '!') return false;
    char* end = line_end(head);
    if (!end) return false;
    while (end > head && is_blank(end[-1])) --end;
    *end = '\0';
    char* text = head + 2;
    while (is_blank(*text)) ++text;
    *script = (struct script){text, NULL};
    while (*text && !is_blank(*text)) ++text;
    if (*text) {
        *text++ = '\0';
        while (is_blank(*text)) ++text;
        script->argument = text;
    }
    return *script->interpreter != '\0';
}

// --- walirun ---

static bool is_same_file(const char* path, const char* other) {
    struct statx a, b;
    const uint64_t here = (uint64_t)AT_FDCWD;
    return !failed(wali_syscall5(NR_statx, here, (uint64_t)path, 0, STATX_INO, (uint64_t)&a)) &&
           !failed(wali_syscall5(NR_statx, here, (uint64_t)other, 0, STATX_INO, (uint64_t)&b)) &&
           a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}

// Whether the file is a module behind a first line that names walirun (drivers/wali-ld). The kernel would give such a
// program the path as its name, and lose a descriptor that is closed on execution before walirun reads it.
static bool is_module_of_ours(const char* head) {
    const char* end = strchr(head, '\n');
    if (!end || end > head + HEAD - 5 || !is_module(end + 1)) return false;
    char line[HEAD + 1];
    struct script script;
    memcpy(line, head, sizeof line);
    return parse_script(&script, line) && !script.argument && is_same_file(script.interpreter, wali_runtime_path);
}

// Cached programs lie in the cache.
static bool cache_folder(char* folder, size_t size) {
    const uint64_t length = wali_syscall3(NR_readlink, (uint64_t)"/proc/self/exe", (uint64_t)folder, size - 1);
    if (failed(length)) return false;
    folder[length] = '\0';
    char* slash = strrchr(folder, '/');
    if (slash) *slash = '\0';
    return slash != NULL;
}

// Executes the module behind `fd`. `name` is the first of its arguments, with free places before it.
static uint64_t run_module(int64_t fd, uint64_t* name, uint64_t* environment) {
    char folder[4096];
    char number[24] = "";
    const uint64_t refused = check_executable(fd);
    if (refused != 0) return refused;
    if (!cache_folder(folder, sizeof folder)) return wali_error(WALI_ENOEXEC);
    append_number(number, (uint64_t)fd);
    if (*name == 0) *name = (uint64_t)"";  // as Linux starts a program without arguments
    const uint64_t options[] = {(uint64_t)"walirun", (uint64_t)"--module", (uint64_t)number, (uint64_t)folder};
    uint64_t* arguments = name - sizeof options / sizeof *options;
    memcpy(arguments, options, sizeof options);
    wali_syscall3(NR_fcntl, (uint64_t)fd, F_SETFD, 0);
    const uint64_t result =
        wali_syscall3(NR_execve, (uint64_t)wali_runtime_path, (uint64_t)arguments, (uint64_t)environment);
    // The runtime was moved away: then modules cannot be executed here.
    return result == wali_error(WALI_ENOENT) ? wali_error(WALI_ENOEXEC) : result;
}

struct call {
    bool is_execve;  // which a filter may tell from execveat
    uint64_t dirfd;
    uint64_t path;
    uint32_t flags;
    uint64_t unseen;  // why the file could not be looked at; 0: it could, or the kernel shall say
    struct vector arguments;
    struct vector environment;
    struct filter_variables filters;
};

static uint64_t run_script(const struct call* call, struct script script) {
    const int64_t fd = open_executable((uint64_t)AT_FDCWD, (uint64_t)script.interpreter, 0);
    if (fd < 0) return 0;
    char head[HEAD + 1];
    read_head(head, fd);
    uint64_t result = 0;
    if (is_module(head)) {
        uint64_t* first = call->arguments.pointers + LEAD;
        const uint64_t old = *first;
        *first = call->path;
        if (script.argument) *--first = (uint64_t)script.argument;
        *--first = (uint64_t)script.interpreter;
        result = run_module(fd, first, filtered(&call->environment, &call->filters));
        call->arguments.pointers[LEAD] = old;
    }
    wali_syscall1(NR_close, (uint64_t)fd);
    return result;
}

// 0 if the file is nothing for walirun; an error if it is and could not be executed.
static uint64_t execute_module(struct call* call) {
    if (!wali_runtime_path) return 0;
    const int64_t fd = open_executable(call->dirfd, call->path, call->flags);
    if (fd == -WALI_EMFILE || fd == -WALI_ENFILE) call->unseen = (uint64_t)fd;
    if (fd < 0) return 0;
    char head[HEAD + 1];
    struct script script;
    read_head(head, fd);
    uint64_t result = 0;
    if (is_module(head) || is_module_of_ours(head))
        result = run_module(fd, call->arguments.pointers + LEAD, filtered(&call->environment, &call->filters));
    else if (call->dirfd == (uint64_t)AT_FDCWD && parse_script(&script, head) && check_executable(fd) == 0)
        result = run_script(call, script);
    wali_syscall1(NR_close, (uint64_t)fd);
    return result;
}

static uint64_t execute_native(const struct call* call) {
    const uint64_t arguments = (uint64_t)(call->arguments.pointers + LEAD);
    const uint64_t environment = (uint64_t)observed(&call->environment);
    if (call->is_execve) return wali_syscall3(NR_execve, call->path, arguments, environment);
    return wali_syscall5(NR_execveat, call->dirfd, call->path, arguments, environment, call->flags);
}

// --- a native program under filters ---

// What executing a program would fail with, as far as that can be known before. `head` is what it begins with.
static uint64_t check_file(uint64_t dirfd, uint64_t path, uint32_t flags, char head[HEAD + 1]) {
    const uint64_t at_flags = flags & (AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    const uint64_t refused = wali_syscall4(NR_faccessat2, dirfd, path, WALI_X_OK, AT_EACCESS | at_flags);
    if (refused != 0) return refused;
    const int64_t fd = open_executable(dirfd, path, flags);
    if (fd < 0) return wali_error(WALI_EACCES);
    const uint64_t result = check_executable(fd);
    read_head(head, fd);
    wali_syscall1(NR_close, (uint64_t)fd);
    return result;
}

static bool is_native(const char* head) { return memcmp(head, "\177ELF", 4) == 0; }

static uint64_t check_native(const struct call* call) {
    char head[HEAD + 1];
    struct script script;
    uint64_t result = check_file(call->dirfd, call->path, call->flags, head);
    if (result == 0 && parse_script(&script, head)) {
        char interpreter[HEAD + 1];
        memcpy(interpreter, script.interpreter, strlen(script.interpreter) + 1);
        result = check_file((uint64_t)AT_FDCWD, (uint64_t)interpreter, 0, head);
    }
    return result == 0 && !is_native(head) ? wali_error(WALI_ENOEXEC) : result;
}

// The kernel keeps the filters over a native program, whose numbers and architecture they are made for. They would hold
// for the host's calls, too, so what can fail is found out before; what fails behind them ends the process, as behind
// the kernel's own point of no return.
static uint64_t execute_filtered(const struct call* call) {
    uint64_t result = check_native(call);
    if (result == 0) result = filters_give_to_kernel();
    if (result != 0) return result;
    execute_native(call);
    filters_end();
}

static uint64_t execute(struct call* call) {
    uint64_t result = execute_module(call);
    if (result == 0) result = filters_any() ? execute_filtered(call) : execute_native(call);
    return result == wali_error(WALI_ENOEXEC) && call->unseen != 0 ? call->unseen : result;
}

// /proc/self/exe: what the module was compiled to, which is there when the module is gone, and needs no walirun.
static uint64_t execute_again(const struct call* call) {
    uint64_t* environment = filtered(&call->environment, &call->filters) - 1;
    *environment = (uint64_t)module_variable();
    return wali_syscall3(NR_execve, (uint64_t)"/proc/self/exe", (uint64_t)(call->arguments.pointers + LEAD),
                         (uint64_t)environment);
}

static uint64_t serve(struct call* call, uint32_t pathname, uint32_t argv, uint32_t envp) {
    struct guest_path path;
    path_read(&path, pathname);
    call->path = path.native;
    const bool is_own = call->flags == 0 && own_executable_path(path.text) != 0;
    const int64_t first = vector_read(&call->arguments, argv);
    const int64_t second = vector_read(&call->environment, envp);
    const int64_t third = filter_variables_make(&call->filters);
    const int64_t error = first != 0 ? first : second != 0 ? second : third;
    uint64_t result = (uint64_t)error;
    if (error == 0) {
        uint64_t mask;
        const bool handed_on = signals_hand_on(&mask);
        result = is_own ? execute_again(call) : execute(call);
        if (handed_on) signals_take_back(mask);
    }
    vector_free(&call->arguments);
    vector_free(&call->environment);
    filter_variables_free(&call->filters);
    return result;
}

uint64_t w2c_wali_SYS_execveat(struct w2c_wali* host, uint32_t dirfd, uint32_t pathname, uint32_t argv, uint32_t envp,
                               uint32_t flags) {
    (void)host;
    struct call call = {.dirfd = (uint64_t)(int64_t)(int32_t)dirfd, .flags = flags};
    return serve(&call, pathname, argv, envp);
}

uint64_t w2c_wali_SYS_execve(struct w2c_wali* host, uint32_t pathname, uint32_t argv, uint32_t envp) {
    (void)host;
    struct call call = {.is_execve = true, .dirfd = (uint64_t)AT_FDCWD};
    return serve(&call, pathname, argv, envp);
}
