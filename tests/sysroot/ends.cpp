// SPDX-License-Identifier: BSL-1.0
// How programs begin and end: the order in which objects of several sources are made and destroyed, exit handlers, what
// exit, quick_exit, _Exit and abort leave out, and the statuses that a parent sees. Also built natively, where what it
// expects is known to be right.
#include "ends.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <thread>

#define CHECK(condition) \
    ((condition) ? void() : (std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), ++failures, void()))

char made[256];  // has no constructor, so it is there before all others

namespace {

int failures = 0;
int report = -1;
const char* self;

}  // namespace

void say(const char* word) {
    const std::string text = std::string(word) + " ";
    if (report >= 0 && write(report, text.data(), text.size()) < 0) _exit(98);
}

Named::Named(const char* text) : name(text) { std::strcat(std::strcat(made, text), " "); }
Named::~Named() { say((std::string("~") + name).c_str()); }

namespace {

[[gnu::init_priority(2000)]] Named late("p2000");
Named first("first");
[[gnu::init_priority(1000)]] Named early("p1000");
Named second("second");

[[gnu::constructor]] void constructor() { std::strcat(made, "constructor "); }

// What the child of `end` said and how it ended: "words|status", or "words|signal NUMBER".
std::string end_of(void (*end)()) {
    int ends[2];
    if (pipe(ends) != 0) return "no pipe";
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        report = ends[1];
        end();
        _exit(99);
    }
    close(ends[1]);
    std::string said;
    char buffer[512];
    for (ssize_t count; (count = read(ends[0], buffer, sizeof buffer)) > 0;)
        said.append(buffer, static_cast<std::size_t>(count));
    close(ends[0]);
    int status = 0;
    if (waitpid(child, &status, 0) != child) return "no child";
    return said + (WIFEXITED(status) ? "|" + std::to_string(WEXITSTATUS(status))
                                     : "|signal " + std::to_string(WTERMSIG(status)));
}

// --- before and after main ---

const std::string globals = "~other ~second ~first ~p2000 ~p1500 ~p1000 ";

void before_main() {
    // Constructors with a priority come first, by it; the others in the order of their sources.
    CHECK(std::strstr(made, "p1000 p1500 p2000 ") == made);
    CHECK(std::strstr(made, "first second ") && std::strstr(made, "other ") && std::strstr(made, "constructor "));
    CHECK(std::strstr(made, "other ") > std::strstr(made, "second "));
    CHECK(end_of([] { std::exit(3); }) == globals + "|3");
}

void use_local_static() { static Named local("local"); }

// Statics of functions and handlers are one list, worked off from its end.
void handlers_and_statics() {
    CHECK(end_of([] {
              std::atexit([] { say("a"); });
              use_local_static();
              std::atexit([] { say("b"); });
              std::exit(0);
          }) == "b ~local a " + globals + "|0");
    // A handler that comes late is the next one.
    CHECK(end_of([] {
              std::atexit([] { say("a"); });
              std::atexit([] {
                  say("b");
                  std::atexit([] { say("late"); });
                  use_local_static();
              });
              std::exit(0);
          }) == "b ~local late a " + globals + "|0");
    // More than a fixed table may hold.
    CHECK(end_of([] {
              static int number = 0;
              for (int i = 0; i < 100; ++i)
                  std::atexit([] {
                      if (++number == 100) say("hundred");
                  });
              std::exit(1);
          }) == "hundred " + globals + "|1");
}

struct PerThread {
    ~PerThread() { say("~thread"); }
    int value = 0;
};
thread_local PerThread per_thread;

// exit destroys what belongs to the thread that calls it.
void thread_locals() {
    CHECK(end_of([] {
              use_local_static();
              per_thread.value = 1;
              std::exit(0);
          }) == "~thread ~local " + globals + "|0");
    CHECK(end_of([] {
              use_local_static();
              std::thread([] {
                  per_thread.value = 1;
                  std::exit(6);
              }).join();
          }) == "~thread ~local " + globals + "|6");
    // Before all exit handlers, however late those came.
    CHECK(end_of([] {
              per_thread.value = 1;
              std::atexit([] { say("a"); });
              use_local_static();
              std::exit(0);
          }) == "~thread ~local a " + globals + "|0");
    CHECK(end_of([] {
              std::thread([] { per_thread.value = 1; }).join();
              say("joined");
              std::exit(0);
          }) == "~thread joined " + globals + "|0");
}

// --- ends that leave something out ---

// `text` waits in a buffer: only an end that flushes shows it.
void buffer(const char* text) {
    FILE* const file = fdopen(dup(report), "w");
    std::setvbuf(file, nullptr, _IOFBF, 4096);
    std::fputs(text, file);
}

void prepare() {
    buffer("buffered ");
    std::atexit([] { say("atexit"); });
    std::at_quick_exit([] { say("quick 1"); });
    std::at_quick_exit([] { say("quick 2"); });
    use_local_static();
    per_thread.value = 1;
}

void ways_to_end() {
    CHECK(end_of([] {
              prepare();
              std::exit(4);
          }) == "~thread ~local atexit " + globals + "buffered |4");
    CHECK(end_of([] {
              prepare();
              std::quick_exit(5);
          }) == "quick 2 quick 1 |5");
    CHECK(end_of([] {
              prepare();
              std::_Exit(6);
          }) == "|6");
    CHECK(end_of([] {
              prepare();
              _exit(7);
          }) == "|7");
    CHECK(end_of([] {
              prepare();
              std::abort();
          }) == "|signal " + std::to_string(SIGABRT));
    CHECK(end_of([] {
              prepare();
              close(2);  // the library writes there
              std::terminate();
          }) == "|signal " + std::to_string(SIGABRT));
    CHECK(end_of([] {
              std::set_terminate([] {
                  say("terminating");
                  std::_Exit(8);
              });
              std::terminate();
          }) == "terminating |8");
    // A handler may end the process for good.
    CHECK(end_of([] {
              std::atexit([] { say("a"); });
              std::atexit([] { std::_Exit(9); });
              use_local_static();
              std::exit(0);
          }) == "~local |9");
    // exit in a handler goes on with the handlers that are left.
    CHECK(end_of([] {
              std::atexit([] { say("a"); });
              std::atexit([] {
                  say("b");
                  std::exit(10);
              });
              std::exit(0);
          }) == "b a " + globals + "|10");
    // SIGABRT cannot be ignored, and its handler does not save the process by returning.
    CHECK(end_of([] {
              signal(SIGABRT, SIG_IGN);
              std::abort();
          }) == "|signal " + std::to_string(SIGABRT));
    CHECK(end_of([] {
              signal(SIGABRT, [](int) { say("handled"); });
              std::abort();
          }) == "handled |signal " + std::to_string(SIGABRT));
}

// --- statuses ---

template <int Status>
void main_returns() {
    const std::string status = std::to_string(Status);
    execl(self, self, "return", status.c_str(), nullptr);
}

// The kernel keeps eight bits.
void statuses() {
    CHECK(end_of([] { std::exit(256 + 7); }) == globals + "|7");
    CHECK(end_of([] { std::exit(-1); }) == globals + "|255");
    CHECK(end_of([] { std::exit(-256); }) == globals + "|0");
    CHECK(end_of([] { std::_Exit(0x12345678); }) == "|120");
    CHECK(end_of([] { std::quick_exit(257); }) == "|1");
    CHECK(end_of(main_returns<0>) == "|0");
    CHECK(end_of(main_returns<300>) == "|44");
    CHECK(end_of(main_returns<-2>) == "|254");
    // In a thread, too; the end of the last thread is that of the process, with 0.
    CHECK(end_of([] { std::thread([] { _exit(256 + 9); }).join(); }) == "|9");
    CHECK(end_of([] {
              std::thread([] { say("last"); }).detach();
              pthread_exit(nullptr);
          }) == "last " + globals + "|0");
    CHECK(end_of([] { raise(SIGTERM); }) == "|signal " + std::to_string(SIGTERM));
    CHECK(end_of([] { raise(SIGKILL); }) == "|signal " + std::to_string(SIGKILL));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "return") == 0) return std::atoi(argv[2]);
    self = argv[0];
    before_main();
    handlers_and_statics();
    thread_locals();
    ways_to_end();
    statuses();
    std::puts(failures == 0 ? "ok" : "failed");
    return failures == 0 ? 0 : 1;
}
