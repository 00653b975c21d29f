// SPDX-License-Identifier: BSL-1.0
//
// The life of a program: start, arguments, end.
#include <malloc.h>
#include <string.h>

#include "dumpable.h"
#include "files/files.h"
#include "filters/filters.h"
#include "observer/observer.h"
#include "rlimit.h"
#include "signals/signals.h"
#include "threads/threads.h"

static int argument_count;
static char** arguments;

static void run(void) {
    wali_guest.instantiate(current_instance, NULL);
    wali_guest.start(current_instance);
    w2c_wali_SYS_exit_group(NULL, 0);
}

int main(int argc, char** argv, char** envp) {
    dumpable_start();
    argument_count = argc;
    arguments = argv;
    environment_set(observer_start(filters_take(module_path_take(envp))));
    mallopt(M_ARENA_MAX, 1);  // little is allocated, so threads can share one heap
    memory_reserve();
    address_space_limit_inherit();
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
    return wali_syscall1(NR_exit_group, status);
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
