// SPDX-License-Identifier: BSL-1.0
// The variant with exceptions: thrown through frames with destructors, by the library, rethrown, stored.

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

int destroyed = 0;

struct Guard {
    ~Guard() { destroyed++; }
};

[[gnu::noinline]] int thrower(int value) {
    Guard guard;
    if (value > 0) throw std::runtime_error("value " + std::to_string(value));
    return value;
}

[[gnu::noinline]] int rethrower(int value) {
    try {
        return thrower(value);
    } catch (const std::logic_error&) {
        return -1;
    } catch (...) {
        Guard guard;
        throw;
    }
}

}  // namespace

int main() {
    std::string what;
    try {
        rethrower(42);
    } catch (const std::exception& error) {
        what = error.what();
    }
    if (what != "value 42" || destroyed != 2) return 1;

    bool caught = false;
    try {
        std::printf("%d\n", std::vector<int>().at(1));
    } catch (const std::out_of_range&) {
        caught = true;
    }
    if (!caught) return 2;

    std::exception_ptr stored;
    try {
        throw 5;
    } catch (...) {
        stored = std::current_exception();
    }
    try {
        std::rethrow_exception(stored);
    } catch (int value) {
        if (value != 5) return 3;
    }
    std::puts("ok");
    return 0;
}
