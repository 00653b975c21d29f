// SPDX-License-Identifier: BSL-1.0
#pragma once

// std::chrono's durations and time points, whose complete types <semaphore> needs for its own interface. <chrono> has
// them too, but in libc++ with calendars, formatting and containers: seven times the text.
#include <semaphore>
