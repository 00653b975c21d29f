// SPDX-License-Identifier: BSL-1.0
//
// seccomp(2). A filter sees a call as the guest makes it: the number of x86-64 with its architecture, and the arguments
// of the import, those of 32 bits extended by zeros; there is no instruction pointer. Filters are never freed: threads
// may run them at any time.
#include <linux/audit.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "filters.h"

#define MAX_TOGETHER 32768U  // of the kernel's instructions in all filters of a thread
#define MAX_ERRNO 4095U
#define SIGSYS_CODE 1  // SYS_SECCOMP

#define SYNC_FLAGS (WALI_SECCOMP_FILTER_FLAG_TSYNC | WALI_SECCOMP_FILTER_FLAG_TSYNC_ESRCH)
#define KEPT_FLAGS (WALI_SECCOMP_FILTER_FLAG_LOG | WALI_SECCOMP_FILTER_FLAG_SPEC_ALLOW)

struct filter {
    const struct filter* previous;
    uint32_t together;  // in the kernel's instructions, with all before
    uint16_t flags;     // KEPT_FLAGS
    uint16_t length;
    bool no_new_privileges;  // the thread that has installed it had this
    struct sock_filter code[];
};

uint32_t wali_filtered;

static struct filter_thread first;
static struct filter_thread* threads = &first;
static host_lock lock;  // guards the list of threads, and whose filters are whose
static _Thread_local struct filter_thread* self = &first;

bool filters_any(void) { return atomic_load(&self->filter) != NULL; }

// --- threads ---

static void lock_blocked(void) {
    lock_wait(&lock);
    lock_note(true);
}

void filter_thread_begin(struct filter_thread* thread) {
    lock_blocked();
    thread->tid = 0;
    atomic_store(&thread->filter, atomic_load(&self->filter));
    thread->next = threads;
    threads = thread;
    lock_free(&lock);
}

void filter_thread_run(struct filter_thread* thread, uint32_t tid) {
    thread->tid = tid;
    self = thread;
}

void filter_thread_end(struct filter_thread* thread) {
    if (!thread) thread = self;
    lock_blocked();
    struct filter_thread** place = &threads;
    while (*place != thread) place = &(*place)->next;
    *place = thread->next;
    lock_free(&lock);
}

void filters_forked(void) {
    atomic_exchange(&lock, 0);  // not a store: what the threads that are not here did under it comes before
    self->tid = 0;
    self->next = NULL;
    threads = self;
}

// --- installing one ---

static bool has_no_new_privileges(void) { return wali_syscall5(NR_prctl, WALI_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

static bool is_administrator(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    return wali_syscall2(NR_capget, (uint64_t)&header, (uint64_t)data) == 0 &&
           data[0].effective & CAP_TO_MASK(CAP_SYS_ADMIN);
}

static struct filter* filter_make(uint32_t length) {
    const uint64_t mask = signals_block();
    struct filter* filter = malloc(sizeof *filter + length * sizeof *filter->code);
    signals_restore(mask);
    if (filter) *filter = (struct filter){.length = (uint16_t)length};
    return filter;
}

static void filter_free(struct filter* filter) {
    const uint64_t mask = signals_block();
    free(filter);
    signals_restore(mask);
}

static bool is_before(const struct filter* earlier, const struct filter* filter) {
    while (filter && filter != earlier) filter = filter->previous;
    return filter == earlier;  // none comes before all
}

// A thread that has a filter which the calling one lacks; NULL if there is none.
static const struct filter_thread* other_way(void) {
    const struct filter* own = atomic_load(&self->filter);
    for (const struct filter_thread* thread = threads; thread; thread = thread->next)
        if (!is_before(atomic_load(&thread->filter), own)) return thread;
    return NULL;
}

// The first thread of a process has its number.
static uint64_t tid_of(const struct filter_thread* thread) {
    return thread->tid != 0 ? thread->tid : wali_syscall0(NR_getpid);
}

// Under the lock.
static uint64_t attach(struct filter* filter, uint32_t flags) {
    const struct filter* own = atomic_load(&self->filter);
    filter->previous = own;
    filter->together = bpf_kernel_length(filter->code, filter->length) + (own ? own->together + 4 : 0);
    if (filter->together > MAX_TOGETHER) return wali_error(WALI_ENOMEM);
    if (flags & WALI_SECCOMP_FILTER_FLAG_TSYNC) {
        const struct filter_thread* other = other_way();
        if (other) return flags & WALI_SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? wali_error(WALI_ESRCH) : tid_of(other);
        for (struct filter_thread* thread = threads; thread; thread = thread->next)
            atomic_store(&thread->filter, filter);
    }
    atomic_store(&self->filter, filter);
    __atomic_store_n(&wali_filtered, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static uint64_t check_and_attach(struct filter* filter, uint32_t flags) {
    if (!bpf_is_valid(filter->code, filter->length)) return wali_error(WALI_EINVAL);
    filter->flags = (uint16_t)(flags & KEPT_FLAGS);
    filter->no_new_privileges = has_no_new_privileges();
    const uint64_t mask = lock_take(&lock);
    const uint64_t result = attach(filter, flags);
    lock_release(&lock, mask);
    return result;
}

uint64_t filter_install(uint32_t flags, uint64_t program) {
    struct wali_guest_sock_fprog guest;
    if (flags & ~(uint32_t)(SYNC_FLAGS | KEPT_FLAGS)) return wali_error(WALI_EINVAL);
    if (program > UINT32_MAX || guest_read(&guest, (uint32_t)program, sizeof guest) != 0)
        return wali_error(WALI_EFAULT);
    if (guest.len == 0 || guest.len > BPF_MAXINSNS) return wali_error(WALI_EINVAL);
    if (!has_no_new_privileges() && !is_administrator()) return wali_error(WALI_EACCES);
    if (guest.filter == 0) return wali_error(WALI_EINVAL);
    struct filter* filter = filter_make(guest.len);
    if (!filter) return wali_error(WALI_ENOMEM);
    const uint64_t result = guest_read(filter->code, guest.filter, guest.len * sizeof *filter->code) != 0
                                ? wali_error(WALI_EFAULT)
                                : check_and_attach(filter, flags);
    if (result != 0) filter_free(filter);
    return result;
}

static uint64_t action_available(uint32_t address) {
    uint32_t action;
    if (guest_read(&action, address, sizeof action) != 0) return wali_error(WALI_EFAULT);
    switch (action) {
        case SECCOMP_RET_KILL_PROCESS:
        case SECCOMP_RET_KILL_THREAD:
        case SECCOMP_RET_TRAP:
        case SECCOMP_RET_ERRNO:
        case SECCOMP_RET_TRACE:
        case SECCOMP_RET_LOG:
        case SECCOMP_RET_ALLOW: return 0;
        default: return wali_error(WALI_EOPNOTSUPP);
    }
}

uint64_t w2c_wali_SYS_seccomp(struct w2c_wali* host, uint32_t operation, uint32_t flags, uint32_t args) {
    (void)host;
    if (operation == WALI_SECCOMP_SET_MODE_FILTER) return filter_install(flags, args);
    if (operation == WALI_SECCOMP_GET_ACTION_AVAIL && flags == 0) return action_available(args);
    return wali_error(operation == WALI_SECCOMP_SET_MODE_STRICT ? WALI_EPERM : WALI_EINVAL);
}

// --- asking them ---

// What seccomp_run_filters() answers: of all filters the sternest, of equal ones the latest.
static uint32_t answer_of(const struct filter* filter, const struct seccomp_data* data) {
    uint32_t answer = SECCOMP_RET_ALLOW;
    for (; filter; filter = filter->previous) {
        const uint32_t one = bpf_run(filter->code, data);
        if ((int32_t)(one & SECCOMP_RET_ACTION_FULL) < (int32_t)(answer & SECCOMP_RET_ACTION_FULL)) answer = one;
    }
    return answer;
}

static void trap(uint32_t number, uint32_t data) {
    union siginfo info = {
        .sys = {
            .signo = WALI_SIGSYS, .error = data, .code = SIGSYS_CODE, .syscall = number, .arch = AUDIT_ARCH_X86_64}};
    signal_force(WALI_SIGSYS, &info);
}

static void end_thread(void) {
    const uint64_t mask = lock_take(&lock);
    const bool is_last = threads->next == NULL;
    lock_release(&lock, mask);
    if (is_last) end_by_signal(WALI_SIGSYS);
    w2c_wali_SYS_exit(NULL, WALI_SIGSYS);
}

bool wali_call_refused(uint32_t number, const uint64_t arguments[6], uint64_t* result) {
    struct seccomp_data call = {.nr = (int)number, .arch = AUDIT_ARCH_X86_64};
    memcpy(call.args, arguments, sizeof call.args);
    const uint32_t answer = answer_of(atomic_load(&self->filter), &call);
    const uint32_t data = answer & SECCOMP_RET_DATA;
    *result = wali_error(WALI_ENOSYS);
    switch (answer & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_LOG:
        case SECCOMP_RET_ALLOW: return false;
        case SECCOMP_RET_ERRNO: *result = wali_error((int)(data < MAX_ERRNO ? data : MAX_ERRNO)); return true;
        case SECCOMP_RET_TRAP:
            trap(number, data);
            *result = number;  // the register that a handler may change natively
            return true;
        case SECCOMP_RET_TRACE:  // there is no tracer, nor anybody to notify
        case SECCOMP_RET_USER_NOTIF: return true;
        case SECCOMP_RET_KILL_THREAD: end_thread(); break;
        default: end_by_signal(WALI_SIGSYS);
    }
    return true;
}

// --- programs that are executed ---

#define VARIABLE "WALI_FILTERS="
#define DIGITS 100000U  // in a variable; the kernel takes 128 KiB

struct head {
    uint16_t length;
    uint16_t flags;
};

// A thread gets later filters at any time, so its latest one is looked at once.
static uint32_t filter_count(const struct filter* latest) {
    uint32_t count = 0;
    for (const struct filter* filter = latest; filter; filter = filter->previous) ++count;
    return count;
}

// The filter of which `after` are later.
static const struct filter* filter_before(const struct filter* latest, uint32_t after) {
    for (; after > 0; --after) latest = latest->previous;
    return latest;
}

// Two letters per byte.
static void put(struct filter_variables* variables, uint32_t* digits, const void* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        const uint8_t byte = ((const uint8_t*)bytes)[i];
        char* text = (char*)variables->at + (uint64_t)variables->count * (sizeof VARIABLE + DIGITS);
        if (*digits == 0) {
            memcpy(text, VARIABLE, sizeof VARIABLE - 1);
            variables->text[variables->count] = (uint64_t)text;
        }
        char* place = text + sizeof VARIABLE - 1 + *digits;
        place[0] = (char)('a' + (byte >> 4));
        place[1] = (char)('a' + (byte & 15));
        *digits += 2;
        if (*digits < DIGITS) continue;
        *digits = 0;
        ++variables->count;
    }
}

int64_t filter_variables_make(struct filter_variables* variables) {
    const struct filter* latest = atomic_load(&self->filter);
    const uint32_t count = filter_count(latest);
    *variables = (struct filter_variables){0};
    if (count == 0) return 0;
    variables->bytes = FILTER_VARIABLES * (sizeof VARIABLE + DIGITS);
    const uint64_t at = map_own(variables->bytes);
    if (failed(at)) return (int64_t)at;
    variables->at = at;
    uint32_t digits = 0;
    for (uint32_t after = count; after > 0; --after) {
        const struct filter* filter = filter_before(latest, after - 1);
        const struct head head = {filter->length, filter->flags};
        put(variables, &digits, &head, sizeof head);
        put(variables, &digits, filter->code, filter->length * sizeof *filter->code);
    }
    if (digits != 0) ++variables->count;
    return 0;
}

void filter_variables_free(const struct filter_variables* variables) {
    if (variables->at != 0) wali_syscall2(NR_munmap, variables->at, variables->bytes);
}

// What is left of the variables' digits.
struct reader {
    char** variable;
    const char* text;
};

static bool begins(const char* variable) { return variable && strncmp(variable, VARIABLE, sizeof VARIABLE - 1) == 0; }

static bool has_more(struct reader* reader) {
    while (*reader->text == '\0') {
        if (!begins(*++reader->variable)) return false;
        reader->text = *reader->variable + sizeof VARIABLE - 1;
    }
    return true;
}

static bool get(struct reader* reader, void* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        if (!has_more(reader)) return false;
        const uint32_t high = (uint32_t)(uint8_t)reader->text[0] - 'a';
        const uint32_t low = (uint32_t)(uint8_t)reader->text[1] - 'a';
        if (high > 15 || low > 15) return false;
        ((uint8_t*)bytes)[i] = (uint8_t)(high << 4 | low);
        reader->text += 2;
    }
    return true;
}

static bool take_one(struct reader* reader) {
    struct head head;
    if (!get(reader, &head, sizeof head) || head.length == 0 || head.length > BPF_MAXINSNS) return false;
    struct filter* filter = filter_make(head.length);
    return filter && get(reader, filter->code, head.length * sizeof *filter->code) &&
           check_and_attach(filter, head.flags & KEPT_FLAGS) == 0;
}

char** filters_take(char** environment) {
    if (!begins(*environment)) return environment;
    struct reader reader = {environment, *environment + sizeof VARIABLE - 1};
    while (has_more(&reader))
        if (!take_one(&reader)) host_fail("WALI_FILTERS is no list of filters; take it out of the environment");
    return reader.variable;
}

// A call that does not exist and no filter of the guest can answer in another way: the sternest answer counts.
#define END_CALL 0x3fffffffU

static uint64_t give_to_kernel(const struct sock_filter* code, uint16_t length, uint32_t flags) {
    const struct sock_fprog program = {length, (struct sock_filter*)code};
    return wali_syscall3(NR_seccomp, WALI_SECCOMP_SET_MODE_FILTER, flags, (uint64_t)&program);
}

static uint64_t give_end_to_kernel(void) {
    static const struct sock_filter end[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, END_CALL, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return give_to_kernel(end, sizeof end / sizeof *end, 0);
}

uint64_t filters_give_to_kernel(void) {
    const struct filter* latest = atomic_load(&self->filter);
    const uint32_t count = filter_count(latest);
    // Filters came from a thread that could gain nothing: then this one must not either.
    for (const struct filter* filter = latest; filter; filter = filter->previous)
        if (filter->no_new_privileges) wali_syscall5(NR_prctl, WALI_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const uint64_t error = give_end_to_kernel();
    if (error != 0) return error;
    for (uint32_t after = count; after > 0; --after) {
        const struct filter* filter = filter_before(latest, after - 1);
        if (give_to_kernel(filter->code, filter->length, filter->flags) != 0) filters_end();
    }
    return 0;
}

// The kernel's filters hold for the host's calls, too, so it cannot go on.
_Noreturn void filters_end(void) {
    for (;;) {
        wali_syscall3(NR_tgkill, wali_syscall0(NR_getpid), wali_syscall0(NR_gettid), WALI_SIGKILL);
        wali_syscall1(NR_exit_group, 128 + WALI_SIGKILL);
        wali_syscall0(END_CALL);
    }
}
