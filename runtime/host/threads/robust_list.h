// SPDX-License-Identifier: BSL-1.0
#pragma once

void robust_list_forked(void);  // in the child of fork
