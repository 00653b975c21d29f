// SPDX-License-Identifier: BSL-1.0
#pragma once

// The environment file was opened: its descriptor is no longer needed.
void environment_file_opened(const char* path);
