// SPDX-License-Identifier: BSL-1.0
#include "http_date.hpp"

#include <algorithm>

namespace httpd {

namespace {

using namespace std::chrono_literals;

constexpr auto first_second = std::chrono::sys_days(0y / 1 / 1).time_since_epoch();
constexpr auto last_second = std::chrono::sys_days(9999y / 12 / 31).time_since_epoch() + 24h - 1s;

/// The three letters with the number `index` of names that stand side by side.
constexpr std::string_view pick(std::string_view names, unsigned index) noexcept { return names.substr(index * 3, 3); }

char* put(char* out, std::string_view text) noexcept { return std::ranges::copy(text, out).out; }

char* put_number(char* out, unsigned number, int digits) noexcept {
    for (int i = digits - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
    return out + digits;
}

}  // namespace

HttpDate::HttpDate(std::chrono::seconds since_epoch) noexcept {
    const std::chrono::sys_seconds time(std::clamp<std::chrono::seconds>(since_epoch, first_second, last_second));
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);

    char* out = text_.data();
    out = put(out, pick("SunMonTueWedThuFriSat", std::chrono::weekday(midnight).c_encoding()));
    out = put(out, ", ");
    out = put_number(out, static_cast<unsigned>(date.day()), 2);
    out = put(out, " ");
    out = put(out, pick("JanFebMarAprMayJunJulAugSepOctNovDec", static_cast<unsigned>(date.month()) - 1));
    out = put(out, " ");
    out = put_number(out, static_cast<unsigned>(int{date.year()}), 4);
    out = put(out, " ");
    out = put_number(out, static_cast<unsigned>(clock.hours().count()), 2);
    out = put(out, ":");
    out = put_number(out, static_cast<unsigned>(clock.minutes().count()), 2);
    out = put(out, ":");
    out = put_number(out, static_cast<unsigned>(clock.seconds().count()), 2);
    put(out, " GMT");
}

}  // namespace httpd
