// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <doctest/doctest.h>

#include <wali/core/error_code.hpp>
#include <wali/core/result.hpp>
#include <wali/try.hpp>

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

TEST_CASE("a raw result below zero is an error, anything else a value") {
    CHECK(wali::to_result<int>(7).value() == 7);
    CHECK(wali::to_result<int>(0).value() == 0);
    CHECK(wali::to_result<int>(-2).error() == Errno::NOENT);
    CHECK(wali::to_void_result(-11).error() == Errno::AGAIN);
    CHECK(wali::to_void_result(0).has_value());
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
