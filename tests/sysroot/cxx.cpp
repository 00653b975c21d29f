// SPDX-License-Identifier: BSL-1.0
// The C++ library on top of musl: containers, strings, streams, files, time, and what std::thread needs to link.

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <format>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

int failures = 0;

void check(bool condition, const char* what) {
    if (!condition) {
        failures++;
        std::cerr << "failed: " << what << '\n';
    }
}

#define CHECK(condition) check(condition, #condition)

static_assert(sizeof(pthread_t) == sizeof(void*), "as in C");
static_assert(std::is_same_v<decltype(INT64_MAX), std::int64_t> && std::is_same_v<decltype(UINT64_MAX), std::uint64_t>);
static_assert(sizeof(long) == 8 && sizeof(std::size_t) == 4);
static_assert(std::numeric_limits<long double>::digits == 113);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// Runs before main; its destructor after main.
struct Global {
    std::vector<int> numbers = {3, 1, 2};
    ~Global() { std::cout << "global destroyed" << std::endl; }
} global;

// Made by its first use; destroyed at the thread's end, before the globals.
struct PerThread {
    int value = 1;
    ~PerThread() { std::cout << "thread-local destroyed" << std::endl; }
};
thread_local PerThread per_thread;

void containers_and_strings() {
    std::ranges::sort(global.numbers);
    CHECK(global.numbers == (std::vector{1, 2, 3}));
    std::map<std::string, std::unique_ptr<int>> map;
    map["key"] = std::make_unique<int>(7);
    CHECK(*map.at("key") == 7);
    CHECK(std::format("{:>6.2f}|{:#x}|{}", 3.14159, 255, std::string(40, 'x')) ==
          "  3.14|0xff|" + std::string(40, 'x'));
    std::istringstream in("12 0.5 word");
    int number = 0;
    double fraction = 0;
    std::string word;
    in >> number >> fraction >> word;
    CHECK(number == 12 && fraction == 0.5 && word == "word");
    double value = 0;
    const std::string text = "1e-3";
    CHECK(std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() && value == 1e-3);
}

void rounding_to_long() {
    volatile double half = 2147483648.5;
    volatile float above = 4294967296.0F;
    CHECK(std::lround(half) == 2147483649 && std::lrint(half) == 2147483648);
    CHECK(std::lround(above) == 4294967296 && std::lrint(above) == 4294967296);
    CHECK(std::lround(static_cast<long double>(half)) == 2147483649 && std::lrint(7) == 7);
}

void time() {
    using namespace std::chrono;
    CHECK(system_clock::now().time_since_epoch() > hours(24) * 365 * 50);
    const auto start = steady_clock::now();
    CHECK(steady_clock::now() >= start);
    CHECK(std::format("{:%F}", sys_days(2026y / February / 28) + days(1)) == "2026-03-01");
}

void files() {
    namespace fs = std::filesystem;
    std::random_device random;
    const fs::path folder = fs::temp_directory_path() / std::format("wali-sysroot-{:08x}{:08x}", random(), random());
    CHECK(fs::create_directory(folder));
    {
        std::ofstream out(folder / "file");
        out << "line 1\nline 2\n";
    }
    CHECK(fs::file_size(folder / "file") == 14);
    std::error_code error;
    fs::create_hard_link(folder / "file", folder / "link", error);
    CHECK(!error);
    fs::rename(folder / "link", folder / "renamed", error);
    CHECK(!error);
    std::ifstream in(folder / "renamed");
    std::string line;
    CHECK(std::getline(in, line) && std::getline(in, line) && line == "line 2");
    CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 2);
    CHECK(fs::remove_all(folder) == 3);
    CHECK(!fs::exists(folder));
    CHECK(!fs::exists(folder, error) && fs::file_size(folder, error) == static_cast<std::uintmax_t>(-1) &&
          error == std::errc::no_such_file_or_directory);
}

void synchronisation() {
    std::mutex mutex;
    std::condition_variable condition;
    std::unique_lock lock(mutex);
    CHECK(condition.wait_for(lock, std::chrono::milliseconds(1)) == std::cv_status::timeout);
    std::atomic<int> word = 1;
    word.wait(0);
    word.notify_all();
    std::once_flag once;
    int calls = 0;
    for (int i = 0; i < 2; i++) std::call_once(once, [&] { calls++; });
    CHECK(calls == 1);
}

}  // namespace

int main(int argc, char** argv) {
    containers_and_strings();
    rounding_to_long();
    time();
    files();
    synchronisation();
    if (argc > 1 && std::string_view(argv[1]) == "threads") {
        std::atomic<int> sum = 0;
        std::vector<std::thread> threads;
        for (int i = 1; i <= 4; i++) threads.emplace_back([&sum, i] { sum += i; });
        for (std::thread& thread : threads) thread.join();
        CHECK(sum == 10);
    }
    CHECK(per_thread.value == 1);
    std::cout << "main is done, failures: " << failures << std::endl;
    return failures != 0;
}
