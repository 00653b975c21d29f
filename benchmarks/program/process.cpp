// SPDX-License-Identifier: BSL-1.0
// What a program does with threads, signals and processes, through the C library of its target.
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benches.hpp"

namespace program {
namespace {

volatile sig_atomic_t handled = 0;

std::uint64_t thread(std::uint64_t count) {
    std::uint64_t done = 0;
    for (std::uint64_t turn = 0; turn < count; ++turn) {
        pthread_t created;
        if (pthread_create(&created, nullptr, [](void* argument) { return argument; }, &done) != 0) return 0;
        void* result = nullptr;
        if (pthread_join(created, &result) == 0 && result == &done) ++done;
    }
    return done;
}

/// kill(2) to the handler and back.
std::uint64_t signal(std::uint64_t count) {
    struct sigaction action{};
    action.sa_handler = [](int) { handled = handled + 1; };
    if (sigaction(SIGUSR1, &action, nullptr) != 0) return 0;
    const pid_t self = getpid();
    handled = 0;
    for (std::uint64_t turn = 0; turn < count; ++turn) kill(self, SIGUSR1);
    return static_cast<std::uint64_t>(handled);
}

std::uint64_t fork(std::uint64_t count) {
    std::uint64_t done = 0;
    for (std::uint64_t turn = 0; turn < count; ++turn) {
        const pid_t child = ::fork();
        if (child == 0) _exit(7);
        int status = 0;
        if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7) ++done;
    }
    return done;
}

}  // namespace

std::span<const Bench> process_benches() {
    static constexpr Bench benches[] = {{"thread", thread}, {"signal", signal}, {"fork", fork}};
    return benches;
}

}  // namespace program
