// SPDX-License-Identifier: BSL-1.0
// An import before every header: the standard library's, doctest's and ours. A module must not show a declaration of
// the standard library that its own header then declares in another way.
import wali;

#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <barrier>
#include <bit>
#include <bitset>
#include <cassert>
#include <cctype>
#include <cerrno>
#include <cfenv>
#include <cfloat>
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <climits>
#include <clocale>
#include <cmath>
#include <compare>
#include <complex>
#include <concepts>
#include <condition_variable>
#include <coroutine>
#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <cuchar>
#include <cwchar>
#include <cwctype>
#include <deque>
#include <exception>
#include <execution>
#include <filesystem>
#include <format>
#include <forward_list>
#include <fstream>
#include <functional>
#include <future>
#include <initializer_list>
#include <iomanip>
#include <ios>
#include <iosfwd>
#include <iostream>
#include <istream>
#include <iterator>
#include <latch>
#include <limits>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <new>
#include <numbers>
#include <numeric>
#include <optional>
#include <ostream>
#include <queue>
#include <random>
#include <ranges>
#include <ratio>
#include <regex>
#include <scoped_allocator>
#include <semaphore>
#include <set>
#include <shared_mutex>
#include <source_location>
#include <span>
#include <sstream>
#include <stack>
#include <stdexcept>
#include <stop_token>
#include <streambuf>
#include <string>
#include <string_view>
#include <syncstream>
#include <system_error>
#include <thread>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <valarray>
#include <variant>
#include <vector>
#include <version>

#if __cplusplus > 202002L
#include <expected>
#include <flat_map>
#include <flat_set>
#include <mdspan>
#include <print>
#endif

#include <doctest/doctest.h>

#include <wali/fmt.hpp>
#include <wali/try.hpp>
#include <wali/wali.hpp>

#include "modules/size_of.hpp"

import wali; // once more, which changes nothing

TEST_CASE("an import comes before, between and behind all headers") {
    std::vector<bool> bits(3, true);
    std::map<std::string, std::chrono::milliseconds> times{{"a", std::chrono::seconds(2)}};
    const wali::result<wali::File> file = wali::File::open("/dev/null");
    CHECK(file.has_value());
    CHECK(size_of("/dev/null").value() == 0);
    CHECK(bits[2]);
    CHECK(times["a"].count() == 2000);
    CHECK(fmt::format("{}", wali::Errno::NOENT).find("NOENT") != std::string::npos);
}
