// SPDX-License-Identifier: BSL-1.0
// How a consumer takes the framework: by include or by import.
#pragma once

#include <wali/try.hpp>

#if defined(CONSUMER_INCLUDES)
#include <wali/wali.hpp>
#else
import wali;
#endif
