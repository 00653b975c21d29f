// SPDX-License-Identifier: BSL-1.0
#include <wali/core/error.hpp>

#include <wali/core/result.hpp>
#include <wali/sys/fs.hpp>

#include "join.hpp"

namespace wali {

std::string_view Error::format(Text& buffer) const noexcept {
    const std::string_view name = call_name(call());
    return detail::join(buffer, {name, name.empty() ? "" : ": ", errno_name(code()), " (", errno_text(code()), ")"});
}

void detail::no_value(Error error) noexcept {
    Error::Text text;
    std::array<char, 192> line;
    const auto written = detail::join(
        line, {"wali: the value of a result was asked for, but it holds an error: ", error.format(text), "\n"});
    sys::write(2, written.data(), written.size());
    __builtin_trap();
}

void detail::no_error() noexcept {
    constexpr std::string_view line = "wali: the error of a result was asked for, but it holds a value\n";
    sys::write(2, line.data(), line.size());
    __builtin_trap();
}

}  // namespace wali
