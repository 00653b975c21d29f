// SPDX-License-Identifier: BSL-1.0
#pragma once

// Of the environment: the number of the segment that an observed program shares with its walirun (region.h).
#define OBSERVED_VARIABLE "WALI_OBSERVE"
