// SPDX-License-Identifier: BSL-1.0
#include "part.h"

int part(int a, int b) { return a + b; }
