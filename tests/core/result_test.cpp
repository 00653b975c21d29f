// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <wali/core/error_code.hpp>
#include <wali/core/result.hpp>
#include <wali/try.hpp>

using wali::Call;
using wali::Errno;
using wali::result;

namespace {

result<int> half(int value) {
    if (value % 2 != 0) return Errno::INVAL;
    return value / 2;
}

result<std::string> quarter_text(int value) {
    WALI_TRY(const int once, half(value));
    int twice = 0;
    WALI_TRY(twice, half(once));
    return std::to_string(twice);
}

result<void> check(int value) {
    if (value > 0) WALI_TRY(half(value));
    return wali::success();
}

}  // namespace

TEST_CASE("a result holds a value or an error") {
    CHECK(half(4).value() == 2);
    CHECK(half(3).error() == Errno::INVAL);
    CHECK(static_cast<bool>(half(4)));
    CHECK_FALSE(static_cast<bool>(half(3)));
}

TEST_CASE("a raw result from -4095 to -1 is an error, anything else a value") {
    CHECK(wali::to_result<int>(Call::read, 7).value() == 7);
    CHECK(wali::to_result<int>(Call::read, 0).value() == 0);
    CHECK(wali::to_result<int>(Call::read, -2).error() == Errno::NOENT);
    CHECK(wali::to_result<void>(Call::read, -11).error() == Errno::AGAIN);
    CHECK(wali::to_result<void>(Call::read, 0).has_value());
    CHECK(wali::to_result<int>(Call::read, -4095).error() == static_cast<Errno>(4095));
    CHECK(wali::to_result<long>(Call::mmap, -4096).value() == -4096);
}

TEST_CASE("WALI_TRY and its expression form are one statement") {
    const auto run = [](bool first, int value) -> result<int> {
        int out = 0;
        if (first)
            WALI_TRY(out, half(value));
        else
            WALI_TRY(half(value + 1));
        return out + WALI_TRY_VALUE(half(2)) + WALI_TRY_VALUE(half(4));
    };
    CHECK(run(true, 8).value() == 7);
    CHECK(run(true, 3).error() == Errno::INVAL);
    CHECK(run(false, 3).value() == 3);
    CHECK(run(false, 2).error() == Errno::INVAL);
}

TEST_CASE("value_or and and_then work on values and pass errors on") {
    CHECK(half(4).value_or(9) == 2);
    CHECK(half(3).value_or(9) == 9);
    CHECK(half(8).and_then(half).value() == 2);
    CHECK(half(6).and_then(half).error() == Errno::INVAL);
    CHECK(half(3).and_then([](int) -> result<std::string> { return "never"; }).error() == Errno::INVAL);
    CHECK(check(0).and_then([] { return half(6); }).value() == 3);
    CHECK(check(3).and_then([] { return half(6); }).error() == Errno::INVAL);
    result<std::string> text = std::string("moved");
    CHECK(std::move(text).value_or("other") == "moved");
}

TEST_CASE("WALI_TRY passes errors up and values on") {
    CHECK(quarter_text(12).value() == "3");
    CHECK(quarter_text(6).error() == Errno::INVAL);
    CHECK(check(2).has_value());
    CHECK(check(0).has_value());
    CHECK(check(5).error() == Errno::INVAL);
}

TEST_CASE("WALI_TRY evaluates its expression once") {
    int calls = 0;
    const auto run = [&]() -> result<int> {
        WALI_TRY(const int value, (++calls, half(8)));
        return value;
    };
    CHECK(run().value() == 4);
    CHECK(calls == 1);
}

TEST_CASE("retry_interrupted repeats only EINTR") {
    int calls = 0;
    const auto twice_interrupted = [&]() -> result<int> {
        if (++calls < 3) return Errno::INTR;
        return 42;
    };
    CHECK(wali::retry_interrupted(twice_interrupted).value() == 42);
    CHECK(calls == 3);
    CHECK(wali::retry_interrupted([]() -> result<int> { return Errno::AGAIN; }).error() == Errno::AGAIN);
}

TEST_CASE("an Error knows its call, and equals an Errno whatever the call") {
    const wali::Error error(Errno::NOENT, Call::openat);
    CHECK(error.code() == Errno::NOENT);
    CHECK(error.call() == Call::openat);
    CHECK(error == Errno::NOENT);
    CHECK(error != Errno::ACCES);
    CHECK(error == wali::Error(Errno::NOENT, Call::openat));
    CHECK(error != wali::Error(Errno::NOENT, Call::open));
    CHECK(error != wali::Error(Errno::NOENT));
    wali::Error::Text text;
    CHECK(error.format(text) == "openat: ENOENT (no such file or directory)");
    CHECK(wali::Error(Errno::INVAL).format(text) == "EINVAL (invalid argument)");
    CHECK(wali::Error(static_cast<Errno>(4000), static_cast<Call>(60000)).format(text) == "E? (unknown error)");
    static_assert(sizeof(wali::Error) == 4 && sizeof(result<int>) == 8 && sizeof(result<void>) == 8);
}

TEST_CASE("the longest text of an error fits its buffer") {
    wali::usize longest_error = 0;
    wali::usize longest_call = 0;
    wali::Error::Text text;
    for (int number = 1; number < 200; ++number)
        longest_error = std::max(longest_error, wali::Error(static_cast<Errno>(number)).format(text).size());
    for (int number = 1; number < 600; ++number)
        longest_call = std::max(longest_call, std::string_view(wali::call_name(static_cast<Call>(number))).size());
    CHECK(longest_call > 10);
    CHECK(longest_error + longest_call + 2 < text.size());
}

TEST_CASE("errors have Linux's names and texts") {
    CHECK(std::string(wali::errno_name(Errno::NOENT)) == "ENOENT");
    CHECK(std::string(wali::errno_text(Errno::NOENT)) == "no such file or directory");
    CHECK(std::string(wali::errno_name(static_cast<Errno>(4000))) == "E?");
}

TEST_CASE("errors convert to the standard library's and back") {
    const std::error_code code = wali::to_error_code(Errno::AGAIN);
    CHECK(code == std::errc::resource_unavailable_try_again);
    CHECK(wali::from_error_code(code) == Errno::AGAIN);
    CHECK(wali::to_errc(Errno::PERM) == std::errc::operation_not_permitted);
    CHECK(wali::from_errc(std::errc::broken_pipe) == Errno::PIPE);
}

TEST_CASE("all error numbers of Linux have a name and a text, and convert to std::errc and back") {
    int known = 0;
    for (int number = 1; number <= 133; ++number) {
        const auto error = static_cast<Errno>(number);
        if (number == 41 || number == 58) {  // EWOULDBLOCK and EDEADLOCK once; other names of 11 and 35 today
            CHECK(std::string_view(wali::abi::errno_name(error)) == "E?");
            continue;
        }
        CAPTURE(number);
        CHECK(std::string_view(wali::abi::errno_name(error)) != "E?");
        CHECK(std::string_view(wali::abi::errno_text(error)) != "unknown error");
        CHECK(wali::from_errc(wali::to_errc(error)) == error);
        CHECK(std::make_error_code(wali::to_errc(error)).value() == number);
        ++known;
    }
    CHECK(known + 2 == 133);
}
