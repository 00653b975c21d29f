// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "region.h"

namespace wali::observe {

/// The table of --stats.
std::string statistics(const observed_region& region, double nanoseconds_per_tick);

/// The same as JSON.
std::string statistics_json(const observed_region& region, double nanoseconds_per_tick);

}  // namespace wali::observe
