// SPDX-License-Identifier: BSL-1.0
// Processes as the C library makes them: fork, vfork, posix_spawn, system and popen; and programs that execute this
// module again, by path, by descriptor and as the interpreter of a script. Started again, it says what it was given.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"

static const char* self;
static char folder[] = "/tmp/wali-processes-XXXXXX";

static char* path(const char* name) {
    static char buffer[sizeof folder + 64];
    snprintf(buffer, sizeof buffer, "%s/%s", folder, name);
    return buffer;
}

static int exit_code(pid_t child) {
    int status = 0;
    if (child <= 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// --- what the child reports ---

static int report(int argc, char** argv) {
    struct sigaction user1;
    sigset_t blocked;
    sigaction(SIGUSR1, NULL, &user1);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    const char* value = getenv("VALUE");
    for (int i = 0; i < argc; i++) printf("%s|", argv[i]);
    printf("%s|%s%s", value ? value : "-", user1.sa_handler == SIG_IGN ? "ignored " : "",
           sigismember(&blocked, SIGUSR2) ? "blocked " : "");
    for (int fd = 3; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0) printf("open %d ", fd);
    return fflush(stdout) != 0 ? 1 : 9;
}

static char output[4096];

// Runs `function` in a child whose standard output is kept in `output`; returns the child's exit code.
static int capture(void (*function)(void)) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    const pid_t child = fork();
    if (child == 0) {
        for (int fd = 3; fd < 64; fd++)
            if (fd != ends[1]) fcntl(fd, F_SETFD, FD_CLOEXEC);  // whatever this program inherited
        dup2(ends[1], 1);
        function();
        dprintf(1, "error %d", errno);
        _exit(99);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t count; (count = read(ends[0], output + length, sizeof output - 1 - length)) > 0;)
        length += (size_t)count;
    output[length] = '\0';
    close(ends[0]);
    return exit_code(child);
}

static char* const environment[] = {"VALUE=two\nlines \\ and\n", "OTHER=1", NULL};

// --- programs from modules ---

static void by_path(void) {
    char* const arguments[] = {"the name", "report", "", "c d", NULL};
    signal(SIGUSR1, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    execve(self, arguments, environment);
}

static void by_descriptor(void) {
    char* const arguments[] = {"-dash", "report", NULL};
    fexecve(open(self, O_RDONLY | O_CLOEXEC), arguments, environment);
}

static void by_search(void) {
    char name[] = "program";
    setenv("PATH", folder, 1);
    unsetenv("VALUE");
    execlp(name, name, "report", (char*)NULL);
}

static void by_script(void) {
    char* const arguments[] = {"unseen", "x", NULL};
    execve(path("script"), arguments, environment);
}

static void without_permission(void) {
    char* const arguments[] = {"name", NULL};
    execve(path("closed"), arguments, environment);
}

static void write_file(const char* name, const char* text, mode_t mode) {
    const int fd = open(path(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void modules(void) {
    CHECK(mkdtemp(folder));
    CHECK(!symlink(self, path("program")));
    char script[4200];
    snprintf(script, sizeof script, "#! %s  report \nrest\n", self);
    write_file("script", script, 0700);
    write_file("closed", "\0asm", 0600);

    CHECK(capture(by_path) == 9);
    CHECK(!strcmp(output, "the name|report||c d|two\nlines \\ and\n|ignored blocked "));
    CHECK(capture(by_descriptor) == 9 && !strcmp(output, "-dash|report|two\nlines \\ and\n|"));
    CHECK(capture(by_search) == 9 && !strcmp(output, "program|report|-|"));
    CHECK(capture(by_script) == 9);
    char expected[4400];
    snprintf(expected, sizeof expected, "%s|report|%s|x|two\nlines \\ and\n|", self, path("script"));
    CHECK(!strcmp(output, expected));
    CHECK(capture(without_permission) == 99);
    snprintf(expected, sizeof expected, "error %d", EACCES);
    CHECK(!strcmp(output, expected));

    CHECK(!unlink(path("program")) && !unlink(path("script")) && !unlink(path("closed")) && !rmdir(folder));
}

// --- native programs ---

static void shells(void) {
    CHECK(system(NULL) != 0);
    CHECK(WEXITSTATUS(system("exit 7")) == 7);
    char line[64] = "";
    FILE* reader = popen("echo piped", "re");
    CHECK(reader && fgets(line, sizeof line, reader) && !strcmp(line, "piped\n") && pclose(reader) == 0);
    FILE* writer = popen("read word && test \"$word\" = hello", "we");
    CHECK(writer && fputs("hello\n", writer) >= 0 && pclose(writer) == 0);
}

static void spawning(void) {
    pid_t child = 0;
    char* const arguments[] = {"sh", "-c", "echo $VALUE; exit 5", NULL};
    char* const values[] = {"VALUE=spawned", NULL};
    int ends[2];
    char line[64] = "";
    posix_spawn_file_actions_t actions;
    CHECK(!pipe2(ends, O_CLOEXEC));
    CHECK(!posix_spawn_file_actions_init(&actions) && !posix_spawn_file_actions_adddup2(&actions, ends[1], 1));
    CHECK(!posix_spawn(&child, "/bin/sh", &actions, NULL, arguments, values));
    CHECK(exit_code(child) == 5 && read(ends[0], line, sizeof line) == 8 && !strcmp(line, "spawned\n"));
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    close(ends[1]);

    CHECK(posix_spawn(&child, "/nowhere/program", NULL, NULL, arguments, values) == ENOENT);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);

    posix_spawnattr_t attributes;
    CHECK(!posix_spawnattr_init(&attributes) && !posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP));
    CHECK(!posix_spawnp(&child, "true", NULL, &attributes, (char*[]){"true", NULL}, environ));
    CHECK(getpgid(child) == child && exit_code(child) == 0);
}

static void ends(void) {
    siginfo_t info;
    pid_t child = vfork();
    if (child == 0) _exit(300);
    CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
    CHECK(info.si_pid == child && info.si_code == CLD_EXITED && info.si_status == 300 % 256);
    CHECK(exit_code(child) == 300 % 256);

    // It ends only when told to: the kernel forgets that a child went on once that has ended.
    int go[2];
    CHECK(!pipe2(go, O_CLOEXEC));
    child = fork();
    if (child == 0) {
        char byte;
        close(go[1]);
        raise(SIGSTOP);
        while (read(go[0], &byte, 1) < 0) {
        }
        abort();
    }
    close(go[0]);
    CHECK(waitid(P_PID, (id_t)child, &info, WSTOPPED) == 0 && info.si_code == CLD_STOPPED);
    kill(child, SIGCONT);
    CHECK(waitid(P_PID, (id_t)child, &info, WCONTINUED) == 0 && info.si_code == CLD_CONTINUED);
    close(go[1]);
    CHECK(exit_code(child) == 1000 + SIGABRT);
}

// A session of its own, with a terminal whose foreground group gets what is typed.
static void session(int master) {
    CHECK(setsid() == getpid() && getsid(0) == getpid());
    const int terminal = open(ptsname(master), O_RDWR);
    CHECK(terminal >= 0 && isatty(terminal) && tcgetpgrp(terminal) == getpid() && tcgetsid(terminal) == getpid());
    const pid_t job = fork();
    if (job == 0) {
        for (;;) pause();
    }
    CHECK(!setpgid(job, job));
    signal(SIGTTOU, SIG_IGN);
    CHECK(!tcsetpgrp(terminal, job) && tcgetpgrp(terminal) == job);
    CHECK(write(master, "\x03", 1) == 1);
    CHECK(exit_code(job) == 1000 + SIGINT);
    CHECK(open("/dev/tty", O_RDWR) >= 0);
}

static void terminals(void) {
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 && (errno == ENOENT || errno == EACCES)) return;  // a machine without terminals
    CHECK(master >= 0 && !grantpt(master) && !unlockpt(master));
    const pid_t child = fork();
    if (child == 0) {
        failures = 0;  // its exit code tells of its own
        signal(SIGHUP, SIG_IGN);
        session(master);
        _exit(failures != 0);
    }
    CHECK(exit_code(child) == 0);
    close(master);
}

// --- a null pointer ---

static void end_with_7(int signal) {
    (void)signal;
    _exit(7);
}

static void* read_through_null(void* unused) {
    const volatile int* volatile pointer = NULL;
    if (*pointer == 0) _exit(1);
    return unused;
}

static void write_through_null(void) {
    volatile struct {
        char before[4000];
        int value;
    }* volatile pointer = NULL;
    pointer->value = 1;
    _exit(1);
}

static void null_pointers(void) {
    const pid_t reading = fork();
    if (reading == 0) {
        pthread_t thread;
        signal(SIGSEGV, end_with_7);
        pthread_create(&thread, NULL, read_through_null, NULL);
        pthread_join(thread, NULL);
        _exit(2);
    }
    CHECK(exit_code(reading) == 7);
    const pid_t writing = fork();
    if (writing == 0) {
        signal(SIGSEGV, end_with_7);
        write_through_null();
    }
    CHECK(exit_code(writing) == 7);
}

int main(int argc, char** argv) {
    if (argc > 1 && !strcmp(argv[1], "report")) return report(argc, argv);
    self = realpath(argv[0], NULL);
    CHECK(self);
    modules();
    shells();
    spawning();
    ends();
    terminals();
    null_pointers();
    return failures != 0;
}
