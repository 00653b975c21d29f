// SPDX-License-Identifier: BSL-1.0
#pragma once

// std::chrono's durations and time points, whose complete types <semaphore> needs for its own interface. <chrono> has
// them too, but in libc++ with calendars, formatting and std::vector<bool>: seven times the text, and friends of
// std::vector<bool> that a module shows before the functions that they name, so that no standard header could be
// included behind `import wali;` (tests/modules/import_first_test.cpp).
#include <semaphore>
