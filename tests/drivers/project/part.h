// SPDX-License-Identifier: BSL-1.0
#pragma once

int part(int a, int b);
