// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "region.h"

namespace wali::observe {

struct Call {
    const char* name;
    const char* family;
};

inline constexpr Call calls[] = {
#define OBSERVED_CALL(handler, name, family) {name, family},
#include "observed_calls.inc"
#undef OBSERVED_CALL
};

}  // namespace wali::observe
