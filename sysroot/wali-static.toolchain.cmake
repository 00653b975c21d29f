# SPDX-License-Identifier: BSL-1.0
# Part of wali-wasm.toolchain.cmake that CMake must read after its own rules for Linux, which it replaces: libraries
# that ask for SHARED or MODULE become static (CMake warns of it), and no code is compiled so that it can be loaded.
set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)
foreach(language IN ITEMS C CXX)
  set(CMAKE_${language}_COMPILE_OPTIONS_PIC "")
  set(CMAKE_${language}_COMPILE_OPTIONS_PIE "")
endforeach()
