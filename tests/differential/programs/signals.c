// SPDX-License-Identifier: BSL-1.0
// Handlers and their contexts, masks, waiting for signals, alternate stacks, mistakes that end a process.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "call.h"

DECLARE(rt_sigaction, int, const void*, void*, size_t);
DECLARE(rt_sigprocmask, int, const void*, void*, size_t);
DECLARE(rt_sigpending, void*, size_t);
DECLARE(rt_sigsuspend, const void*, size_t);
DECLARE(sigaltstack, const stack_t*, stack_t*);
DECLARE(kill, int, int);
DECLARE(tkill, int, int);
DECLARE(tgkill, int, int, int);
DECLARE(gettid, void);
DECLARE(getpid, void);
DECLARE(signalfd, int, const void*, size_t);
DECLARE(signalfd4, int, const void*, size_t, int);
DECLARE(read, int, void*, size_t);
DECLARE(fork, void);
DECLARE(wait4, int, int*, int, void*);

static volatile int order[8], count;
static void on_signal(int number) { order[count++ & 7] = number; }

static volatile int code, sender_is_self;
static void on_siginfo(int number, siginfo_t* info, void* context) {
    order[count++ & 7] = context ? number : -1;
    code = info->si_code;
    sender_is_self = info->si_pid == getpid() && info->si_uid == getuid();
}

static void handle(int number, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(number, &action, NULL);
}

static void show_order(void) {
    SHOW(count);
    for (int i = 0; i < count; ++i) SHOW(order[i]);
    count = 0;
}

static const unsigned long none = 0, usr1 = 1UL << (SIGUSR1 - 1), usr2 = 1UL << (SIGUSR2 - 1), all = ~0UL;

static void sending(void) {
    const int self = (int)CALL(getpid);
    handle(SIGUSR1, on_signal, 0);
    TRY(kill, self, SIGUSR1);
    TRY(tkill, CALL(gettid), SIGUSR1);
    TRY(tgkill, self, CALL(gettid), SIGUSR1);
    show_order();
    TRY(kill, self, 0);
    TRY(kill, self, 65);
    TRY(kill, self, -1);
    TRY(kill, 1 << 30, 0);
    TRY(tkill, -1, 0);
    TRY(tkill, 1 << 30, 0);
    TRY(tgkill, self, self + 100000000, 0);
    TRY(tgkill, 0, 0, 0);
    struct sigaction action = {.sa_sigaction = on_siginfo, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR2, &action, NULL);
    TRY(kill, self, SIGUSR2);
    SHOW(code);
    SHOW(sender_is_self);
    TRY(tkill, CALL(gettid), SIGUSR2);
    SHOW(code);
    SHOW(sender_is_self);
    show_order();
    handle(SIGUSR1, SIG_IGN, 0);
    TRY(kill, self, SIGUSR1);
    handle(SIGUSR1, on_signal, SA_RESETHAND);
    TRY(kill, self, SIGUSR1);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    SHOW(now.sa_handler == SIG_DFL);
    show_order();
    sigaction(SIGUSR2, NULL, &now);
    SHOW(now.sa_sigaction == on_siginfo);
    SHOW(now.sa_flags & (SA_SIGINFO | SA_RESTART | SA_NODEFER));
}

static void actions(void) {
    char old[64];
    TRY(rt_sigaction, 0, NULL, old, 8);
    TRY(rt_sigaction, 65, NULL, old, 8);
    TRY(rt_sigaction, SIGUSR1, NULL, old, 16);
    TRY(rt_sigaction, SIGUSR1, NULL, NULL, 8);
    TRY(rt_sigaction, SIGUSR1, BAD, NULL, 8);
    TRY(rt_sigaction, SIGUSR1, NULL, BAD, 8);
    memset(old, 0, sizeof old);
    TRY(rt_sigaction, SIGKILL, old, NULL, 8);
    TRY(rt_sigaction, SIGSTOP, old, NULL, 8);
    TRY(rt_sigaction, SIGKILL, NULL, old, 8);
}

static void masks(void) {
    const int self = (int)CALL(getpid);
    unsigned long old = 99;
    handle(SIGUSR1, on_signal, 0);
    handle(SIGUSR2, on_signal, 0);
    TRY(rt_sigprocmask, SIG_BLOCK, &usr1, &old, 8);
    SHOW(old);
    TRY(rt_sigprocmask, SIG_BLOCK, &usr2, &old, 8);
    SHOW(old);
    TRY(kill, self, SIGUSR2);
    TRY(kill, self, SIGUSR1);
    TRY(kill, self, SIGUSR1);
    TRY(rt_sigpending, &old, 8);
    SHOW(old);
    SHOW(count);
    TRY(rt_sigprocmask, SIG_SETMASK, &none, &old, 8);
    SHOW(old);
    show_order();
    TRY(rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
    TRY(rt_sigprocmask, SIG_SETMASK, NULL, &old, 8);
    const unsigned long faults = 1UL << (SIGSEGV - 1) | 1UL << (SIGBUS - 1) | 1UL << (SIGFPE - 1) | 1UL << (SIGILL - 1);
    SHOW((long)(old | faults));
    TRY(rt_sigprocmask, SIG_UNBLOCK, &all, NULL, 8);
    TRY(rt_sigprocmask, 99, &all, NULL, 8);
    TRY(rt_sigprocmask, 99, NULL, NULL, 8);
    TRY(rt_sigprocmask, SIG_BLOCK, &all, NULL, 4);
    TRY(rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8);
    TRY(rt_sigprocmask, SIG_BLOCK, NULL, BAD, 8);
    TRY(rt_sigpending, &old, 16);
    TRY(rt_sigpending, BAD, 8);
    TRY(rt_sigsuspend, &none, 4);
    TRY(rt_sigsuspend, BAD, 8);
    TRY(rt_sigprocmask, SIG_BLOCK, &usr1, NULL, 8);
    TRY(kill, self, SIGUSR1);
    TRY(rt_sigsuspend, &none, 8);
    TRY(rt_sigprocmask, SIG_SETMASK, NULL, &old, 8);
    SHOW(old);
    show_order();
    TRY(rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

static volatile int depth, deepest;
static void on_nested(int number) {
    if (++depth > deepest) deepest = depth;
    order[count++ & 7] = number;
    if (count < 3) kill(getpid(), number);
    order[count++ & 7] = -number;
    --depth;
}

/// A second signal while a handler runs: after it, at once with SA_NODEFER, never of those in sa_mask.
static void nesting(void) {
    const int self = (int)CALL(getpid);
    handle(SIGUSR1, on_nested, 0);
    TRY(kill, self, SIGUSR1);
    SHOW(deepest);
    show_order();
    handle(SIGUSR1, on_nested, SA_NODEFER);
    TRY(kill, self, SIGUSR1);
    SHOW(deepest);
    show_order();
}

static void on_outer(int number) {
    order[count++ & 7] = number;
    kill(getpid(), SIGUSR2);
    unsigned long now = 0;
    CALL(rt_sigprocmask, SIG_SETMASK, NULL, &now, 8);
    order[count++ & 7] = now == (usr1 | usr2);
}

static void handler_masks(void) {
    struct sigaction action = {.sa_handler = on_outer};
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    handle(SIGUSR2, on_signal, 0);
    TRY(kill, CALL(getpid), SIGUSR1);
    show_order();
}

static char stack[65536];
static volatile int on_alternate;
static void on_stack_signal(int number) {
    char local;
    on_alternate = (uintptr_t)&local >= (uintptr_t)stack && (uintptr_t)&local < (uintptr_t)stack + sizeof stack;
    order[count++ & 7] = number;
    stack_t now;
    CALL(sigaltstack, NULL, &now);
    order[count++ & 7] = now.ss_flags;
}

static void alternate_stacks(void) {
    const int self = (int)CALL(getpid);
    stack_t old, mine = {.ss_sp = stack, .ss_size = sizeof stack}, off = {.ss_flags = SS_DISABLE};
    stack_t small = {.ss_sp = stack, .ss_size = 10}, wrong = {.ss_sp = stack, .ss_flags = 99, .ss_size = sizeof stack};
    TRY(sigaltstack, NULL, &old);
    SHOW(old.ss_flags);
    TRY(sigaltstack, &mine, NULL);
    TRY(sigaltstack, &small, NULL);
    TRY(sigaltstack, &wrong, NULL);
    TRY(sigaltstack, BAD, NULL);
    TRY(sigaltstack, NULL, BAD);
    TRY(sigaltstack, NULL, &old);
    SHOW(old.ss_sp == stack);
    SHOW(old.ss_size);
    SHOW(old.ss_flags);
    handle(SIGUSR1, on_stack_signal, SA_ONSTACK);
    TRY(kill, self, SIGUSR1);
    SHOW(on_alternate);
    show_order();
    handle(SIGUSR1, on_stack_signal, 0);
    TRY(kill, self, SIGUSR1);
    SHOW(on_alternate);
    show_order();
    TRY(sigaltstack, &off, &old);
    SHOW(old.ss_flags);
    TRY(sigaltstack, NULL, &old);
    SHOW(old.ss_flags);
}

// --- the third argument ---

static char* volatile page;
static volatile int inner;
static unsigned long seen_mask, flip;
static stack_t seen_stack;

static void on_context(int number, siginfo_t* info, void* argument) {
    ucontext_t* context = argument;
    memcpy(&seen_mask, &context->uc_sigmask, sizeof seen_mask);
    seen_stack = context->uc_stack;
    order[count++ & 7] = context->uc_link == NULL ? number : -1;
    const unsigned long changed = seen_mask ^ flip;
    memcpy(&context->uc_sigmask, &changed, sizeof changed);
    if (info->si_code > 0) mprotect(page, 1, PROT_READ | PROT_WRITE);
}

static void show_mask(void) {
    unsigned long now = 0;
    CALL(rt_sigprocmask, SIG_SETMASK, NULL, &now, 8);
    SHOW(seen_mask);
    SHOW(now);
    CALL(rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    show_order();
}

/// What a handler finds there was blocked before it, what it leaves there is blocked after it.
static void context_masks(void) {
    const unsigned long flips[] = {0, usr2, 1UL << (SIGFPE - 1), 1UL << (SIGSEGV - 1) | usr1, all};
    for (size_t i = 0; i < 2 * sizeof flips / sizeof *flips; ++i) {
        flip = flips[i / 2];
        CALL(rt_sigprocmask, SIG_SETMASK, i % 2 ? &usr2 : &none, NULL, 8);
        TRY(kill, CALL(getpid), SIGUSR1);
        show_mask();
        CALL(rt_sigprocmask, SIG_SETMASK, i % 2 ? &usr2 : &none, NULL, 8);
        TRY(kill, CALL(getpid), SIGSEGV);
        show_mask();
        page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *page = 1;
        munmap(page, 4096);
        show_mask();
    }
    flip = usr2;
    CALL(rt_sigprocmask, SIG_SETMASK, &usr1, NULL, 8);
    CALL(kill, CALL(getpid), SIGUSR1);
    TRY(rt_sigsuspend, &none, 8);
    show_mask();
}

static void context_stacks(void) {
    const stack_t mine = {.ss_sp = stack, .ss_size = sizeof stack}, off = {.ss_flags = SS_DISABLE};
    flip = 0;
    for (int i = 0; i < 4; ++i) {
        inner = i % 2 ? SIGUSR2 : 0;  // whose context is then the one seen last
        CALL(sigaltstack, i / 2 ? &mine : &off, NULL);
        TRY(kill, CALL(getpid), SIGUSR1);
        SHOW(seen_stack.ss_flags);
        SHOW(seen_stack.ss_size);
        SHOW(seen_stack.ss_sp == (i / 2 ? stack : NULL));
        show_order();
    }
    CALL(sigaltstack, &off, NULL);
}

static void on_context_first(int number, siginfo_t* info, void* argument) {
    on_context(number, info, argument);
    if (inner != 0) {
        const int next = inner;
        inner = 0;
        kill(getpid(), next);
    }
}

static void contexts(void) {
    struct sigaction action = {.sa_sigaction = on_context, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    context_masks();
    action.sa_sigaction = on_context_first;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    context_stacks();
    handle(SIGSEGV, SIG_DFL, 0);
}

static void descriptors(void) {
    const int self = (int)CALL(getpid);
    struct signalfd_siginfo info;
    TRY(rt_sigprocmask, SIG_BLOCK, &usr1, NULL, 8);
    const int fd = (int)TRY(signalfd4, -1, &usr1, 8, SFD_NONBLOCK | SFD_CLOEXEC);
    TRY(read, fd, &info, sizeof info);
    TRY(kill, self, SIGUSR1);
    TRY(read, fd, &info, 10);
    TRY(read, fd, &info, sizeof info);
    SHOW(info.ssi_signo);
    SHOW(info.ssi_code);
    SHOW(info.ssi_pid == (unsigned)self && info.ssi_uid == getuid());
    TRY(signalfd, fd, &usr2, 8);
    TRY(kill, self, SIGUSR1);
    TRY(read, fd, &info, sizeof info);
    const int plain = (int)TRY(signalfd, -1, &usr1, 8);
    TRY(read, plain, &info, sizeof info);
    TRY(signalfd, 0, &usr1, 8);
    TRY(signalfd, 99, &usr1, 8);
    TRY(signalfd, -1, &usr1, 4);
    TRY(signalfd4, -1, BAD, 8, 0);
    TRY(signalfd4, -1, &usr1, 8, 1);
    TRY(rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

/// Ends by default: the status names the signal.
static void deaths(void) {
    static const int numbers[] = {SIGTERM, SIGKILL, SIGUSR1, SIGALRM, SIGSEGV, SIGFPE, SIGCHLD, 40};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
        const int child = (int)CALL(fork);
        if (child == 0) {
            handle(numbers[i], SIG_DFL, 0);
            CALL(kill, CALL(getpid), numbers[i]);
            _exit(7);
        }
        int status = -1;
        TRY_OK(wait4, child, &status, 0, NULL);
        SHOW(status & 0xff7f);
    }
    // The library's fork: abort() sends the signal to the thread id that the library remembers.
    const int child = (int)fork();
    if (child == 0) abort();
    int status = -1;
    TRY_OK(wait4, child, &status, 0, NULL);
    SHOW(status & 0xff7f);
}

static volatile int zero;
static int* volatile nowhere = BAD;
static void store(void) { *nowhere = 1; }
static void divide(void) { zero = 7 / zero; }
static void trap(void) { __builtin_trap(); }
static void exit_with_number(int number) { _exit(number); }

/// Mistakes are deaths by a signal for the parent, also where the child blocks or ignores it.
static void mistakes(void) {
    static const struct {
        void (*make)(void);
        int signal;
    } all_mistakes[] = {{store, SIGSEGV}, {divide, SIGFPE}, {trap, SIGILL}};
    for (size_t i = 0; i < sizeof all_mistakes / sizeof *all_mistakes; ++i)
        for (int way = 0; way < 4; ++way) {
            int status = 0;
            const int child = (int)CALL(fork);
            if (child == 0) {
                const unsigned long set = 1UL << (all_mistakes[i].signal - 1);
                dup2(open("/dev/null", O_WRONLY), 2);
                handle(all_mistakes[i].signal, way == 1 ? SIG_IGN : way == 2 ? exit_with_number : SIG_DFL, 0);
                if (way == 3) CALL(rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
                all_mistakes[i].make();
                _exit(99);
            }
            CALL(wait4, child, &status, 0, NULL);
            SHOW(WIFSIGNALED(status) ? WTERMSIG(status) : 1000 + WEXITSTATUS(status));
        }
}

static void on_nothing(void) { order[count++ & 7] = -2; }
static int on_number_and_return(int number) { return order[count++ & 7] = number; }

/// Handlers of other types than their flags say.
static void other_types(void) {
    const int self = (int)CALL(getpid);
    handle(SIGUSR1, (void (*)(int))(void*)on_nothing, 0);
    TRY(kill, self, SIGUSR1);
    handle(SIGUSR1, (void (*)(int))(void*)on_nothing, SA_SIGINFO);
    TRY(kill, self, SIGUSR1);
    handle(SIGUSR1, (void (*)(int))(void*)on_number_and_return, SA_SIGINFO);
    TRY(kill, self, SIGUSR1);
    handle(SIGUSR1, (void (*)(int))(void*)on_siginfo, 0);
    TRY(kill, self, SIGUSR1);
    SHOW(code);
    show_order();
}

int main(void) {
    sending();
    actions();
    masks();
    nesting();
    handler_masks();
    alternate_stacks();
    contexts();
    descriptors();
    deaths();
    mistakes();
    other_types();
    raise(SIGTERM);
    return 0;
}
