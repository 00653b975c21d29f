// SPDX-License-Identifier: BSL-1.0
#include <wali/core/exit_status.hpp>
#include <wali/core/io.hpp>

#include "join.hpp"

namespace wali {

int exit_status(std::string_view program, const result<void>& outcome) noexcept {
    if (outcome) return 0;
    Error::Text text;
    std::array<char, 512> line;
    // Nobody is left to tell of an error of standard error.
    (void)write_all(standard_error(), detail::join(line, {program, ": ", outcome.assume_error().format(text), "\n"}));
    return 1;
}

}  // namespace wali
