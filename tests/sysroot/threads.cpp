// SPDX-License-Identifier: BSL-1.0
// Threads of the C and C++ libraries: as many as a service may have, with everything that belongs to one.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "in_threads.hpp"

namespace {

struct Counted {
    static inline std::atomic<int> destroyed = 0;
    int value = 7;
    ~Counted() { ++destroyed; }
};
thread_local Counted counted;

void thread_local_storage() {
    Counted::destroyed = 0;
    in_threads(20, [](int i) {
        CHECK(counted.value == 7);
        counted.value = i;
        std::this_thread::yield();
        CHECK(counted.value == i);
    });
    CHECK(Counted::destroyed == 20);
    CHECK(counted.value == 7);
}

void locks_and_counters() {
    std::mutex mutex;
    std::shared_mutex shared;
    std::atomic<int> atomic = 0;
    int plain = 0;
    int guarded = 0;
    in_threads(8, [&](int) {
        for (int i = 0; i < 5000; ++i) {
            ++atomic;
            const std::lock_guard lock(mutex);
            ++plain;
        }
        for (int i = 0; i < 500; ++i) {
            if (i % 2 == 0) {
                const std::unique_lock lock(shared);
                ++guarded;
            } else {
                const std::shared_lock lock(shared);
                CHECK(guarded >= 0);
            }
        }
    });
    CHECK(atomic == 40000);
    CHECK(plain == 40000);
    CHECK(guarded == 2000);
}

void a_thousand_at_once() {
    constexpr int count = 1000;
    std::latch all_run(count);
    std::mutex mutex;
    std::set<long> ids;
    in_threads(count, [&](int) {
        {
            const std::lock_guard lock(mutex);
            ids.insert(syscall(SYS_gettid));
        }
        all_run.arrive_and_wait();
    });
    CHECK(ids.size() == count);
    CHECK(ids.count(getpid()) == 0);
}

void thousands_one_after_another() {
    std::atomic<int> ran = 0;
    for (int round = 0; round < 40; ++round) in_threads(50, [&](int) { ++ran; });
    CHECK(ran == 2000);
}

void waiting_for_one_another() {
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    in_threads(4, [&](int i) {
        for (int round = 0; round < 50; ++round) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return turn % 4 == i; });
            ++turn;
            changed.notify_all();
        }
    });
    CHECK(turn == 200);

    std::unique_lock lock(mutex);
    CHECK(!changed.wait_for(lock, std::chrono::milliseconds(1), [] { return false; }));

    std::barrier barrier(4);
    std::array<int, 4> phase{};
    in_threads(4, [&](int i) {
        for (int round = 0; round < 20; ++round) {
            phase[static_cast<std::size_t>(i)] = round;
            barrier.arrive_and_wait();
            for (const int other : phase) CHECK(other == round);
            barrier.arrive_and_wait();
        }
    });

    std::atomic<int> word = 0;
    std::thread waiter([&] {
        word.wait(0);
        CHECK(word == 1);
    });
    word = 1;
    word.notify_all();
    waiter.join();
}

void results() {
    auto answer = std::async(std::launch::async, [] { return 42; });
    std::promise<int> promise;
    std::thread setter([&] { promise.set_value(7); });
    CHECK(promise.get_future().get() == 7);
    CHECK(answer.get() == 42);
    setter.join();
    void* returned = nullptr;
    pthread_t thread;
    CHECK(pthread_create(&thread, nullptr, [](void* value) -> void* { pthread_exit(value); }, &thread) == 0);
    CHECK(pthread_join(thread, &returned) == 0);
    CHECK(returned == &thread);
}

// All threads allocate, some map: memory grows and shrinks under everybody.
void memory_in_all_threads() {
    in_threads(8, [](int i) {
        for (int round = 0; round < 200; ++round) {
            const std::size_t size = static_cast<std::size_t>(1 + (round * 7919 + i * 104729) % 100000);
            const std::unique_ptr<char[]> block(new char[size]);
            std::memset(block.get(), i, size);
            void* const map = mmap(nullptr, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            CHECK(map != MAP_FAILED);
            if (map == MAP_FAILED) return;
            CHECK(static_cast<char*>(map)[65535] == 0);
            std::memset(map, i, 65536);
            CHECK(block[size - 1] == i);
            CHECK(munmap(map, 65536) == 0);
        }
    });
}

// What opens a file among threads has the results that it has alone.
void files_among_threads() {
    char folder[] = "/tmp/wali-threads-XXXXXX";
    CHECK(mkdtemp(folder) != nullptr);
    CHECK(chdir(folder) == 0);
    in_threads(4, [](int i) {
        const std::string name = "file" + std::to_string(i);
        const auto open_file = [&](int flags) { return open(name.c_str(), flags, 0640); };
        CHECK(open_file(O_RDWR) == -1 && errno == ENOENT);
        const int made = open_file(O_RDWR | O_CREAT | O_CLOEXEC);
        CHECK(made >= 0 && write(made, "text", 4) == 4);
        CHECK(open_file(O_RDWR | O_CREAT | O_EXCL) == -1 && errno == EEXIST);
        const int again = open_file(O_RDONLY | O_CREAT);
        char text[8];
        CHECK(again >= 0 && read(again, text, sizeof text) == 4);
        const int emptied = open_file(O_WRONLY | O_TRUNC);
        struct stat status;
        CHECK(emptied >= 0 && fstat(emptied, &status) == 0 && status.st_size == 0);
        CHECK((status.st_mode & 0777) == 0640);
        CHECK(open_file(O_RDONLY | O_DIRECTORY) == -1 && errno == ENOTDIR);
        CHECK(open(".", O_RDONLY | O_CREAT, 0600) == -1 && errno == EISDIR);
        const std::string link = "link" + std::to_string(i);
        CHECK(symlink(name.c_str(), link.c_str()) == 0);
        CHECK(open(link.c_str(), O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
        const int linked = open(link.c_str(), O_RDONLY);
        CHECK(linked >= 0);
        for (const int fd : {made, again, emptied, linked}) CHECK(close(fd) == 0);
        CHECK(unlink(name.c_str()) == 0 && unlink(link.c_str()) == 0);
    });
    CHECK(rmdir(folder) == 0);
}

// No thread gets hold of the process's own memory while another one tries to open it.
void own_memory_stays_closed() {
#if defined(__wasm__)
    std::atomic<bool> done = false;
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            char byte;
            while (!done)
                for (int fd = 3; fd < 8; ++fd) CHECK(pread(fd, &byte, 1, 0x40001000) != 1);
        });
    for (int i = 0; i < 3000; ++i) CHECK(open("/proc/self/mem", O_RDWR) == -1 && errno == EACCES);
    done = true;
    for (auto& reader : readers) reader.join();
#endif
}

thread_local int delivered;

// A signal for one thread is handled on that thread.
void signals_for_a_thread() {
    struct sigaction action{};
    action.sa_handler = [](int) { ++delivered; };
    CHECK(sigaction(SIGUSR1, &action, nullptr) == 0);
    sem_t ready;
    sem_t sent;
    sem_init(&ready, 0, 0);
    sem_init(&sent, 0, 0);
    std::thread thread([&] {
        sem_post(&ready);
        while (sem_wait(&sent) != 0) continue;  // EINTR
        CHECK(delivered == 1);
    });
    sem_wait(&ready);
    CHECK(pthread_kill(thread.native_handle(), SIGUSR1) == 0);
    sem_post(&sent);
    thread.join();
    CHECK(delivered == 0);
    signal(SIGUSR1, SIG_DFL);
}

// The child of fork has the calling thread alone, and can start others.
void fork_in_a_thread() {
    std::thread thread([] {
        const pid_t child = fork();
        if (child == 0) {
            std::atomic<int> ran = 0;
            std::thread inner([&] { ++ran; });
            inner.join();
            _exit(ran == 1 ? 33 : 1);
        }
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 33);
    });
    thread.join();
}

int status_of(void (*program)()) {
    const pid_t child = fork();
    if (child == 0) {
        program();
        _exit(99);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// exit_group ends threads that wait; exit of the first thread leaves the others.
void ends_of_the_process() {
    CHECK(status_of([] {
              std::vector<std::thread> threads;
              for (int i = 0; i < 4; ++i) threads.emplace_back([] { pause(); });
              _exit(21);
          }) == 21);
    CHECK(status_of([] {
              std::thread([] { _exit(22); }).join();
              pause();
          }) == 22);
    CHECK(status_of([] {
              static std::atomic<bool> first_has_ended = false;
              static pthread_t first = pthread_self();
              std::thread([] {
                  pthread_join(first, nullptr);
                  first_has_ended = true;
                  std::exit(23);
              }).detach();
              pthread_exit(nullptr);
          }) == 23);
}

// unshare counts threads (with CLONE_THREAD it does nothing else). What the host still does for one that has ended must
// not be seen, however late it is.
void joined_threads_are_gone() {
    // ThreadSanitizer has a thread of its own from the first of ours on, which never ends.
    in_threads(1, [](int) {});
    bool alone = false;
    for (int tries = 0; tries < 1000 && !alone; ++tries) {
        std::this_thread::yield();
        alone = unshare(CLONE_THREAD) == 0;
    }
    if (!alone) return;
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        in_threads(1 + round % 3, [](int i) { counted.value = i; });
        CHECK(unshare(CLONE_THREAD) == 0);
    }
    // One that has joined another, and a fork in between.
    std::thread([] {
        std::thread([] {}).join();
        const pid_t child = fork();
        if (child == 0) _exit(unshare(CLONE_THREAD) == 0 ? 0 : 1);
        int status = -1;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(unshare(CLONE_THREAD) == -1 && errno == EINVAL);  // main is there
    }).join();
    CHECK(unshare(CLONE_THREAD) == 0);

    // Where a user may have two threads, a joined one leaves its place to the next. Of others than root the limit
    // counts what else they run, and root has none.
    if (getuid() != 0) return;
    const pid_t child = fork();
    if (child == 0) {
        constexpr uid_t nobody_else = 65531;
        const rlimit two = {2, 2};
        bool fine = setrlimit(RLIMIT_NPROC, &two) == 0 && setresuid(nobody_else, nobody_else, nobody_else) == 0;
        for (int round = 0; fine && round < 10 * rounds; ++round) {
            pthread_t thread;
            fine = pthread_create(
                       &thread, nullptr, [](void* nothing) { return nothing; }, nullptr) == 0 &&
                   pthread_join(thread, nullptr) == 0;
        }
        _exit(fine ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

}  // namespace

int main() {
    joined_threads_are_gone();  // first
    thread_local_storage();
    locks_and_counters();
    a_thousand_at_once();
    thousands_one_after_another();
    waiting_for_one_another();
    results();
    memory_in_all_threads();
    files_among_threads();
    own_memory_stays_closed();
    signals_for_a_thread();
    fork_in_a_thread();
    ends_of_the_process();
    std::puts(failures == 0 ? "ok" : "failed");
    return failures == 0 ? 0 : 1;
}
