// SPDX-License-Identifier: BSL-1.0
//
// The life of a program: start, arguments, environment, end.
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "stack.h"

#define MFD_CLOEXEC 1U

_Thread_local void* current_instance;

static int argument_count;
static char** arguments;
static char** environment;
static int environment_fd = -1;
static char environment_path[32];

static void run(void) {
    wali_guest.instantiate(current_instance, NULL);
    wali_guest.start(current_instance);
    w2c_wali_SYS_exit_group(NULL, 0);
}

int main(int argc, char** argv, char** envp) {
    dumpable_start();
    argument_count = argc;
    arguments = argv;
    environment = module_path_take(envp);
    mallopt(M_ARENA_MAX, 1);  // little is allocated, so threads can share one heap
    memory_reserve();
    signals_inherit();
    const uint64_t stack = stack_make();
    if (failed(stack)) host_fail("not enough memory for the stack; raise the limit (ulimit -d unlimited)");
    stack_use(stack);
    fault_handlers_install();
    current_instance = calloc(1, wali_guest.instance_size);
    if (!current_instance) host_fail("not enough memory for the module's globals");
    stack_call(run, stack + STACK_MAPPING);
    return 0;
}

// --- the end ---

uint64_t w2c_wali_SYS_exit_group(struct w2c_wali* host, uint32_t status) {
    (void)host;
    robust_list_end();
    return wali_syscall1(231, status);
}

// Start-up failures of the guest's C library are above 255; what the parent sees is the low byte, as upstream defines.
void w2c_wali_procexit(struct w2c_wali* host, uint32_t status) { w2c_wali_SYS_exit_group(host, status & 0xff); }

uint32_t w2c_wali_init(struct w2c_wali* host) {
    (void)host;
    return 0;
}

uint32_t w2c_wali_deinit(struct w2c_wali* host) {
    (void)host;
    return 0;
}

// --- arguments ---

uint32_t w2c_wali_argc(struct w2c_wali* host) {
    (void)host;
    return (uint32_t)argument_count;
}

static const char* argument(uint32_t index) { return index < (uint32_t)argument_count ? arguments[index] : NULL; }

uint32_t w2c_wali_argvlen(struct w2c_wali* host, uint32_t index) {
    (void)host;
    const char* text = argument(index);
    return text ? (uint32_t)strlen(text) : 0;
}

// 0, or UINT32_MAX if there is no such argument or the buffer is not in memory.
uint32_t w2c_wali_copyargv(struct w2c_wali* host, uint32_t buffer, uint32_t index) {
    (void)host;
    const char* text = argument(index);
    if (!text || guest_write(buffer, text, strlen(text) + 1) != 0) return UINT32_MAX;
    return 0;
}

// --- environment: a file in memory, made when the guest asks ---
//
// Lines of KEY=VALUE. What contains newlines or no '=' comes behind a NUL, escaped and ended by NULs: wali++'s C
// library reads it (sysroot/musl/overlay/src/env/wasm32/__environ.c); to others it is one empty line.

static bool write_all(int fd, const char* text, size_t length) {
    while (length > 0) {
        const uint64_t count = wali_syscall3(1, (uint64_t)fd, (uint64_t)text, length);
        if (failed(count)) return false;
        text += count;
        length -= count;
    }
    return true;
}

static bool fits_line(const char* entry) { return strchr(entry, '=') && !strchr(entry, '\n'); }

static bool write_escaped(int fd, const char* text) {
    for (;;) {
        const size_t plain = strcspn(text, "\n\\");
        if (!write_all(fd, text, plain)) return false;
        text += plain;
        if (!*text) return write_all(fd, "", 1);
        if (!write_all(fd, *text == '\n' ? "\\n" : "\\\\", 2)) return false;
        ++text;
    }
}

static bool write_environment(int fd) {
    bool more = false;
    for (char** entry = environment; *entry; ++entry) {
        if (!fits_line(*entry))
            more = true;
        else if (!write_all(fd, *entry, strlen(*entry)) || !write_all(fd, "\n", 1))
            return false;
    }
    if (more && !write_all(fd, "", 1)) return false;
    for (char** entry = environment; *entry; ++entry)
        if (!fits_line(*entry) && !write_escaped(fd, *entry)) return false;
    return !failed(wali_syscall3(8, (uint64_t)fd, 0, 0));
}

// 0: no environment (or no room for the path). Otherwise the path was written to the buffer.
uint32_t w2c_wali_envfile(struct w2c_wali* host, uint32_t buffer, uint32_t size) {
    (void)host;
    if (!environment[0]) return 0;
    if (environment_fd < 0) {
        const uint64_t fd = wali_syscall2(319, (uint64_t)"wali-environment", MFD_CLOEXEC);
        if (failed(fd)) return 0;
        if (!write_environment((int)fd)) {
            wali_syscall1(3, fd);
            return 0;
        }
        environment_fd = (int)fd;
        snprintf(environment_path, sizeof environment_path, "/proc/self/fd/%d", environment_fd);
    }
    const size_t length = strlen(environment_path) + 1;
    if (size < length || guest_write(buffer, environment_path, length) != 0) return 0;
    return 1;
}

void environment_file_opened(const char* path) {
    if (environment_fd < 0 || strcmp(path, environment_path) != 0) return;
    wali_syscall1(3, (uint64_t)environment_fd);
    environment_fd = -1;
}
