# SPDX-License-Identifier: BSL-1.0
# WALI_VERSION, as include/wali/version.hpp has it.
include_guard(GLOBAL)
cmake_path(SET wali_version_file NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../include/wali/version.hpp")
file(STRINGS "${wali_version_file}" WALI_VERSION REGEX "^#define WALI_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
list(TRANSFORM WALI_VERSION REPLACE ".* " "")
list(JOIN WALI_VERSION . WALI_VERSION)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${wali_version_file}")
