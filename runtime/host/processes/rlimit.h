// SPDX-License-Identifier: BSL-1.0
#pragma once

void address_space_limit_inherit(void);  // before the guest runs
