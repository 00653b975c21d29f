// SPDX-License-Identifier: BSL-1.0
// posix_spawn with everything that it can be told, clone with a function, system and popen with what they do to signals
// and descriptors, wordexp, and pseudo-terminals. Started again with "report", it says what it was given. Also built
// natively, where what it expects is known to be right.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include <wordexp.h>

#include "check.h"

static char* self;
static char folder[] = "/tmp/wali-spawning-XXXXXX";

static int exit_code(pid_t child) {
    int status = 0;
    if (child <= 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// --- what the child reports ---

static int report(void) {
    struct sigaction user1;
    sigset_t blocked;
    char here[256] = "";
    sigaction(SIGUSR1, NULL, &user1);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    if (!getcwd(here, sizeof here)) return 1;
    printf("in %s, ", here);
    if (user1.sa_handler == SIG_IGN) printf("ignores, ");
    if (sigismember(&blocked, SIGUSR2)) printf("blocks, ");
    if (getpgrp() == getpid()) printf("leads group, ");
    if (getsid(0) == getpid()) printf("leads session, ");
    for (int fd = 3; fd < 32; fd++)
        if (fcntl(fd, F_GETFD) >= 0) printf("has %d, ", fd);
    char line[64] = "";
    if (!isatty(0) && read(0, line, sizeof line - 1) > 0) printf("reads %s, ", line);
    return fflush(stdout) != 0 ? 1 : 9;
}

static char output[4096];
static posix_spawn_file_actions_t actions;
static posix_spawnattr_t attributes;

static void read_all(int fd) {
    size_t length = 0;
    for (ssize_t count; (count = read(fd, output + length, sizeof output - 1 - length)) > 0;) length += (size_t)count;
    output[length] = '\0';
}

// Spawns this program with the current actions and attributes; what it reports is in `output`.
static void spawn_report(void) {
    int ends[2];
    pid_t child = -1;
    CHECK(!pipe2(ends, O_CLOEXEC) && !posix_spawn_file_actions_adddup2(&actions, ends[1], 1));
    const int result = posix_spawn(&child, self, &actions, &attributes, (char*[]){self, "report", NULL}, environ);
    CHECK(result == 0);
    close(ends[1]);
    if (result == 0) {
        read_all(ends[0]);
        CHECK(exit_code(child) == 9);
    }
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
}

static void begin(short flags) {
    CHECK(!posix_spawn_file_actions_init(&actions) && !posix_spawnattr_init(&attributes));
    CHECK(!posix_spawnattr_setflags(&attributes, flags));
}

// --- file actions ---

static void file_actions(void) {
    char expected[512];
    const int inherited = open("/dev/null", O_RDONLY);
    const int closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(inherited >= 3 && closed >= 3 && directory >= 3 && inherited < 15);

    begin(0);
    CHECK(!posix_spawn_file_actions_addopen(&actions, 20, "file", O_WRONLY | O_CREAT | O_EXCL, 0600));
    CHECK(!posix_spawn_file_actions_addopen(&actions, 0, "input", O_RDONLY, 0));
    CHECK(!posix_spawn_file_actions_adddup2(&actions, closed, 21));
    CHECK(!posix_spawn_file_actions_adddup2(&actions, 21, 22) && !posix_spawn_file_actions_addclose(&actions, 21));
    CHECK(!posix_spawn_file_actions_addchdir_np(&actions, "/tmp"));
    spawn_report();
    snprintf(expected, sizeof expected, "in /tmp, has %d, has 20, has 22, reads words, ", inherited);
    CHECK(!strcmp(output, expected) && !access("file", F_OK) && !unlink("file"));

    // On itself, dup2 keeps a descriptor open that execve would close.
    begin(0);
    CHECK(!posix_spawn_file_actions_addclose(&actions, inherited));
    CHECK(!posix_spawn_file_actions_adddup2(&actions, closed, closed));
    CHECK(!posix_spawn_file_actions_addfchdir_np(&actions, directory));
    spawn_report();
    snprintf(expected, sizeof expected, "in /, has %d, ", closed);
    CHECK(!strcmp(output, expected));
    CHECK(fcntl(closed, F_GETFD) == FD_CLOEXEC && fcntl(inherited, F_GETFD) == 0);

    // An action that fails is the result of the call.
    pid_t child = -1;
    posix_spawn_file_actions_init(&actions);
    CHECK(!posix_spawn_file_actions_adddup2(&actions, 500, 1));
    CHECK(posix_spawn(&child, self, &actions, NULL, (char*[]){self, "report", NULL}, environ) == EBADF);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawn_file_actions_init(&actions);
    CHECK(!posix_spawn_file_actions_addopen(&actions, 0, "/nowhere/file", O_RDONLY, 0));
    CHECK(posix_spawn(&child, self, &actions, NULL, (char*[]){self, "report", NULL}, environ) == ENOENT);
    CHECK(posix_spawn_file_actions_addclose(&actions, -1) == EBADF);
    posix_spawn_file_actions_destroy(&actions);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    close(inherited);
    close(closed);
    close(directory);
}

// --- attributes ---

static void spawn_attributes(void) {
    sigset_t set, got;
    short flags = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    signal(SIGUSR1, SIG_IGN);
    begin(POSIX_SPAWN_SETSIGMASK);
    CHECK(!posix_spawnattr_setsigmask(&attributes, &set) && !posix_spawnattr_getsigmask(&attributes, &got));
    CHECK(sigismember(&got, SIGUSR2) == 1 && sigismember(&got, SIGUSR1) == 0);
    CHECK(!posix_spawn_file_actions_addchdir_np(&actions, "/"));
    spawn_report();
    CHECK(!strcmp(output, "in /, ignores, blocks, "));

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    begin(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    CHECK(!posix_spawnattr_setsigdefault(&attributes, &set) && !posix_spawnattr_setpgroup(&attributes, 0));
    CHECK(!posix_spawnattr_getflags(&attributes, &flags) && flags == (POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
    CHECK(!posix_spawn_file_actions_addchdir_np(&actions, "/"));
    spawn_report();
    CHECK(!strcmp(output, "in /, leads group, "));
    signal(SIGUSR1, SIG_DFL);

    begin(POSIX_SPAWN_SETSID | POSIX_SPAWN_RESETIDS);
    CHECK(!posix_spawn_file_actions_addchdir_np(&actions, "/"));
    spawn_report();
    CHECK(!strcmp(output, "in /, leads group, leads session, "));

    // Into a group that is there.
    pid_t first = -1, second = -1;
    begin(POSIX_SPAWN_SETPGROUP);
    char* const cat[] = {"cat", NULL};
    int ends[2];
    CHECK(!pipe2(ends, O_CLOEXEC) && !posix_spawn_file_actions_adddup2(&actions, ends[0], 0));
    CHECK(!posix_spawnp(&first, "cat", &actions, &attributes, cat, environ));
    CHECK(!posix_spawnattr_setpgroup(&attributes, first));
    CHECK(!posix_spawnp(&second, "cat", &actions, &attributes, cat, environ));
    CHECK(getpgid(second) == first && !killpg(first, SIGTERM));
    CHECK(exit_code(first) == 1000 + SIGTERM && exit_code(second) == 1000 + SIGTERM);
    close(ends[0]);
    close(ends[1]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
}

// --- the search along PATH ---

static void searching(void) {
    pid_t child = -1;
    char* const arguments[] = {"found", "report", NULL};
    char path[64];
    CHECK(!symlink(self, "found"));
    snprintf(path, sizeof path, "/nowhere:%s", folder);
    CHECK(posix_spawnp(&child, "found", NULL, NULL, arguments, environ) == ENOENT);
    char* const old = strdup(getenv("PATH"));
    setenv("PATH", path, 1);
    const int output_there = open("output", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output_there, 1);
    CHECK(!posix_spawnp(&child, "found", &actions, NULL, arguments, environ) && exit_code(child) == 9);
    posix_spawn_file_actions_destroy(&actions);
    setenv("PATH", old, 1);
    free(old);
    struct stat status;
    CHECK(!fstat(output_there, &status) && status.st_size > 0);
    close(output_there);
    CHECK(!unlink("output") && !unlink("found"));
}

// --- clone with a function and a stack ---

static char stack[65536] __attribute__((aligned(16)));
static int in_parent, tid_in_child;

static int cloned(void* argument) {
    in_parent++;  // of a copy of the memory
    return !strcmp(argument, "argument") && getpid() != getppid() ? 13 : 1;
}

static int with_tid(void* unused) {
    (void)unused;
    return tid_in_child == gettid() ? 14 : 1;
}

static int in_namespaces(void* unused) {
    (void)unused;
    return getpid() == 1 && !sethostname("cloned", 6) ? 15 : 1;
}

static int ends[2];

static int telling(void* text) { return write(ends[1], text, 1) == 1 ? 16 : 1; }

static pid_t clone_with(int (*function)(void*), int flags, int* parent_tid) {
    return clone(function, stack + sizeof stack, flags | SIGCHLD, "argument", parent_tid, NULL, &tid_in_child);
}

static void cloning(void) {
    char before[65] = "", after[65] = "";
    int number = -1;
    CHECK(exit_code(clone_with(cloned, 0, NULL)) == 13 && in_parent == 0);
    pid_t child = clone_with(with_tid, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, &number);
    CHECK(child > 0 && number == child && exit_code(child) == 14 && tid_in_child == 0);
    child = clone_with(cloned, CLONE_PIDFD, &number);
    CHECK(child > 0 && fcntl(number, F_GETFD) == FD_CLOEXEC && !close(number) && exit_code(child) == 13);
    // A parent of vfork's kind waits for the end.
    CHECK(!pipe2(ends, O_CLOEXEC | O_NONBLOCK));
    child = clone_with(telling, CLONE_VFORK, NULL);
    CHECK(child > 0 && read(ends[0], after, sizeof after) == 1 && exit_code(child) == 16);
    CHECK(!close(ends[0]) && !close(ends[1]));
    // In namespaces of its own, where the machine permits that.
    gethostname(before, sizeof before);
    child = clone_with(in_namespaces, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWUTS, NULL);
    gethostname(after, sizeof after);
    CHECK(child > 0 ? exit_code(child) == 15 : errno == EPERM || errno == ENOSPC || errno == EINVAL);
    CHECK(!strcmp(before, after));
    CHECK(clone(cloned, NULL, SIGCHLD, NULL) == -1 && errno == EINVAL);
    CHECK(clone_with(cloned, CLONE_SIGHAND, NULL) == -1);
}

// --- the own executable: what was started, not what runs it ---

static void check_link(int directory, const char* path) {
    char link[4096] = "", cut[8] = "";
    const ssize_t size = readlinkat(directory, path, link, sizeof link - 1);
    CHECK(size > 0 && (size_t)size == strlen(self) && !strcmp(link, self));
    CHECK(readlinkat(directory, path, cut, 5) == 5 && !strncmp(cut, self, 5) && cut[5] == 0);
}

static void* check_links(void* unused) {
    char path[64];
    const int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/exe", getpid());
    check_link(AT_FDCWD, path);
    check_link(AT_FDCWD, "/proc/self/exe");
    check_link(AT_FDCWD, "/proc/thread-self/exe");
    check_link(proc, "self/exe");
    close(proc);
    return unused;
}

static void check_same_file(const char* path) {
    char own[4096], named[4096];
    const int first = open(path, O_RDONLY | O_CLOEXEC), second = open(self, O_RDONLY | O_CLOEXEC);
    CHECK(first >= 0 && read(first, own, sizeof own) == read(second, named, sizeof named));
    CHECK(!memcmp(own, named, sizeof own) && !close(first) && !close(second));
}

static void own_executable(void) {
    char path[64];
    pthread_t thread;
    check_links(NULL);
    CHECK(!pthread_create(&thread, NULL, check_links, NULL) && !pthread_join(thread, NULL));
    snprintf(path, sizeof path, "/proc/%d/exe", getpid());
    check_same_file(path);
    check_same_file("/proc/self/exe");
    CHECK(open("/proc/self/exe", O_RDWR | O_CLOEXEC) == -1 && errno == ETXTBSY);
    CHECK(open("/proc/self/exe", O_RDONLY | O_NOFOLLOW | O_CLOEXEC) == -1 && errno == ELOOP);

    // As ps shows it.
    char name[16] = "";
    CHECK(!prctl(PR_GET_NAME, name) && !strncmp(name, strrchr(self, '/') + 1, sizeof name - 1));

    // Executed, it is this program again, and finds the same.
    const pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "name", "link", (char*)NULL);
        _exit(1);
    }
    CHECK(exit_code(child) == 17);
    CHECK(!getenv("WALI_MODULE"));
}

static int report_link(const char* name) {
    char link[4096] = "";
    const ssize_t size = readlink("/proc/self/exe", link, sizeof link - 1);
    return size > 0 && strstr(link, "spawning") && !strcmp(name, "name") ? 17 : 1;
}

// --- system, popen ---

static volatile int handled;

static void count(int signal) { handled += signal != 0; }

static void shells(void) {
    CHECK(WEXITSTATUS(system("exit 300")) == 300 % 256);
    CHECK(WEXITSTATUS(system("command-that-is-not-there 2>&-")) == 127);
    CHECK(WTERMSIG(system("kill -TERM $$")) == SIGTERM);
    // The shell's SIGINT does not reach this program, whose own children are left alone.
    const pid_t child = fork();
    if (child == 0) _exit(4);
    signal(SIGINT, count);
    CHECK(WTERMSIG(system("kill -INT $PPID; kill -INT $$")) == SIGINT && handled == 0);
    CHECK(exit_code(child) == 4);
    CHECK(!raise(SIGINT) && handled > 0);
    signal(SIGINT, SIG_DFL);

    // Several at once, of both kinds; each pclose waits for its own.
    char line[64] = "";
    FILE* writer = popen("read a; read b; test \"$a$b\" = onetwo && exit 21", "w");
    FILE* reader = popen("echo first; echo second; exit 22", "r");
    FILE* shut = popen("true", "we");
    CHECK(writer && reader && shut);
    if (!writer || !reader || !shut) return;
    CHECK(fcntl(fileno(shut), F_GETFD) == FD_CLOEXEC);
    CHECK(fputs("one\ntwo\n", writer) >= 0);
    CHECK(fgets(line, sizeof line, reader) && !strcmp(line, "first\n"));
    CHECK(fgets(line, sizeof line, reader) && !strcmp(line, "second\n") && !fgets(line, sizeof line, reader));
    CHECK(WEXITSTATUS(pclose(reader)) == 22 && WEXITSTATUS(pclose(writer)) == 21 && pclose(shut) == 0);
    CHECK(popen("true", "x") == NULL && errno == EINVAL);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

// What one thread opens and closes is nothing to the children of another.
static void* shells_of_one_thread(void* unused) {
    for (int i = 0; i < 40; i++) {
        char text[64] = "";
        FILE* reader =
            popen("for fd in 3 4 5 6 7 8 9; do test ! -e /proc/$$/fd/$fd || echo $fd; done; echo none; exit 7", "re");
        CHECK(reader != NULL);
        if (!reader) continue;
        CHECK(fread(text, 1, sizeof text - 1, reader) > 0 && !strcmp(text, "none\n"));
        CHECK(pclose(reader) == 7 << 8);
        CHECK(system("exit 8") == 8 << 8);
    }
    return unused;
}

static void shells_of_several_threads(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(!pthread_create(&threads[i], NULL, shells_of_one_thread, NULL));
    for (int i = 0; i < 4; i++) CHECK(!pthread_join(threads[i], NULL));
}

static void word_expansion(void) {
    wordexp_t words;
    setenv("WORD", "a b", 1);
    CHECK(wordexp("plain '$WORD' \"$WORD\" $WORD inp*", &words, 0) == 0);
    const char* const expected[] = {"plain", "$WORD", "a b", "a", "b", "input"};
    CHECK(words.we_wordc == 6);
    for (size_t i = 0; i < words.we_wordc && i < 6; i++) CHECK(!strcmp(words.we_wordv[i], expected[i]));
    wordfree(&words);
    CHECK(wordexp("$(echo x)", &words, WRDE_NOCMD) == WRDE_CMDSUB);
    CHECK(wordexp("a | b", &words, WRDE_NOCMD) == WRDE_BADCHAR);
}

// --- waiting ---

static void waiting_for(void) {
    struct rusage usage;
    int status = 0;
    pid_t child = fork();
    if (child == 0) _exit(3);
    memset(&usage, 0xff, sizeof usage);
    CHECK(wait4(child, &status, 0, &usage) == child && WEXITSTATUS(status) == 3);
    CHECK(usage.ru_maxrss > 0 && usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_sec < 60);
    child = fork();
    if (child == 0) _exit(5);
    CHECK(wait3(&status, 0, NULL) == child && WEXITSTATUS(status) == 5 && wait(&status) == -1 && errno == ECHILD);

    // By group.
    int hold[2];
    CHECK(!pipe2(hold, O_CLOEXEC));
    child = fork();
    if (child == 0) {
        char byte;
        close(hold[1]);
        _exit(read(hold[0], &byte, 1) == 0 ? 6 : 1);
    }
    CHECK(!setpgid(child, child) && waitpid(0, &status, WNOHANG) == -1 && errno == ECHILD);
    CHECK(waitpid(-child, &status, WNOHANG) == 0);
    close(hold[1]);
    CHECK(waitpid(-child, &status, 0) == child && WEXITSTATUS(status) == 6);
    close(hold[0]);
}

// --- pseudo-terminals ---

static void terminals(void) {
    int master = -1, slave = -1;
    char name[64] = "";
    struct winsize size = {.ws_row = 33, .ws_col = 77};
    struct winsize got = {0};
    struct termios settings;
    memset(&settings, 0, sizeof settings);
    cfmakeraw(&settings);
    if (openpty(&master, &slave, name, NULL, &size) != 0) {
        CHECK(errno == ENOENT || errno == EACCES || errno == ENXIO);  // a machine without terminals
        return;
    }
    CHECK(isatty(slave) && !strcmp(ttyname(slave), name) && !ioctl(slave, TIOCGWINSZ, &got));
    CHECK(got.ws_row == 33 && got.ws_col == 77 && !tcgetattr(slave, &settings));
    CHECK((settings.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO));
    settings.c_lflag &= ~(tcflag_t)ECHO;
    CHECK(!tcsetattr(slave, TCSANOW, &settings));
    char line[64];
    CHECK(write(master, "typed\n", 6) == 6 && read(slave, line, sizeof line) == 6 && !memcmp(line, "typed\n", 6));
    CHECK(write(slave, "shown\n", 6) == 6 && read(master, line, sizeof line) == 7 && !memcmp(line, "shown\r\n", 7));
    close(slave);
    close(master);

    // A session of its own whose terminal tells of its new size, and hangs up.
    const pid_t child = forkpty(&master, name, NULL, &size);
    CHECK(child >= 0);
    if (child == 0) {
        sigset_t set;
        int signal = 0;
        sigemptyset(&set);
        sigaddset(&set, SIGWINCH);
        sigaddset(&set, SIGHUP);
        sigprocmask(SIG_BLOCK, &set, NULL);
        if (getsid(0) != getpid() || tcgetpgrp(0) != getpid() || !isatty(1) || !isatty(2)) _exit(1);
        if (write(1, "ready\n", 6) != 6 || sigwait(&set, &signal) || signal != SIGWINCH) _exit(2);
        if (ioctl(0, TIOCGWINSZ, &got) || got.ws_row != 40) _exit(3);
        if (write(1, "resized\n", 8) != 8 || sigwait(&set, &signal) || signal != SIGHUP) _exit(4);
        _exit(30);
    }
    CHECK(read(master, line, sizeof line) == 7 && !memcmp(line, "ready\r\n", 7));
    size.ws_row = 40;
    CHECK(!ioctl(master, TIOCSWINSZ, &size));
    CHECK(read(master, line, sizeof line) == 9 && !memcmp(line, "resized\r\n", 9));
    close(master);
    CHECK(exit_code(child) == 30);
}

int main(int argc, char** argv) {
    if (argc == 2 && !strcmp(argv[1], "report")) return report();
    if (argc == 2 && !strcmp(argv[1], "link")) return report_link(argv[0]);
    for (int fd = 3; fd < 32; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);  // whatever this program inherited
    self = realpath(argv[0], NULL);
    CHECK(self && mkdtemp(folder) && !chdir(folder));
    const int input = open("input", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(write(input, "words", 5) == 5);
    const int nothing = open("/dev/null", O_RDONLY);
    CHECK(dup2(nothing, 0) == 0 && !close(nothing) && !close(input));
    file_actions();
    spawn_attributes();
    searching();
    own_executable();
    cloning();
    shells();
    shells_of_several_threads();
    word_expansion();
    waiting_for();
    terminals();
    CHECK(!unlink("input") && !rmdir(folder));
    puts(failures == 0 ? "ok" : "failed");
    return failures != 0;
}
