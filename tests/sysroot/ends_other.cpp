// SPDX-License-Identifier: BSL-1.0
// The second source of ends.cpp: what is made before main here comes between what is made there, by priority.
#include "ends.h"

namespace {

[[gnu::init_priority(1500)]] Named between("p1500");
Named last("other");

}  // namespace
