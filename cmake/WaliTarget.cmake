# SPDX-License-Identifier: BSL-1.0
# How wali++'s own targets are built. Flags that a module and its importers must agree on are PUBLIC properties of the
# library, so that whoever links it gets them.
include_guard()

# clang-scan-deps warns about our includes in a module's purview (see below) whatever -Wno flag it is given; real
# warnings come from the compiler itself.
string(REPLACE "<FLAGS>" "<FLAGS> -w" CMAKE_CXX_SCANDEP_SOURCE "${CMAKE_CXX_SCANDEP_SOURCE}")

# The module units need what only newer Clangs have right; say so at once instead of failing in the middle.
function(wali_check_compiler)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 20)
    message(FATAL_ERROR "wali++ needs Clang 20 or later for C++20 modules, not ${CMAKE_CXX_COMPILER_ID} "
      "${CMAKE_CXX_COMPILER_VERSION}; use the presets or -DCMAKE_CXX_COMPILER=clang++-22")
  endif()
endfunction()

# Our own code: every warning is an error.
function(wali_strict target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Werror)
endfunction()

function(wali_configure_library target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON)
  if(NOT WALI_EXCEPTIONS)
    target_compile_options(${target} PUBLIC -fno-exceptions)
  endif()
  if(NOT CMAKE_CROSSCOMPILING)
    # The same standard library on both targets, in the program: Debian 12's shared one is of an older release than its
    # headers, and lacks some of what they name.
    target_compile_options(${target} PUBLIC -stdlib=libc++)
    target_link_options(${target} PUBLIC -stdlib=libc++ -static-libstdc++)
    if(WALI_SANITIZE)
      target_compile_options(${target} PUBLIC
        -fsanitize=${WALI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
      target_link_options(${target} PUBLIC -fsanitize=${WALI_SANITIZE})
    endif()
  endif()
  # In C++20, libc++'s headers include more than they need, for old programs; all of it would be in the module.
  target_compile_definitions(${target} PRIVATE _LIBCPP_REMOVE_TRANSITIVE_INCLUDES)
  # A module unit includes its headers inside extern "C++": that is the design, not a mistake.
  target_compile_options(${target} PRIVATE -Wno-include-angled-in-module-purview)
  wali_strict(${target})
endfunction()

# A program of ours on top of the framework, from the same sources for both targets.
function(wali_add_program target)
  add_executable(${target} ${ARGN})
  set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON)
  target_link_libraries(${target} PRIVATE wali)
  wali_strict(${target})
endfunction()

# wali_add_std_module(TARGET): libc++'s module std, compiled as the framework's importers are.
function(wali_add_std_module target)
  if(CMAKE_CROSSCOMPILING)
    set(folder ${WALI_SYSROOT}/share/libc++/v1)
  else()
    file(REAL_PATH ${CMAKE_CXX_COMPILER} folder)
    cmake_path(SET folder NORMALIZE ${folder}/../../share/libc++/v1)
  endif()
  add_library(${target} STATIC EXCLUDE_FROM_ALL)
  target_sources(${target} PUBLIC FILE_SET CXX_MODULES BASE_DIRS ${folder} FILES ${folder}/std.cppm)
  target_link_libraries(${target} PRIVATE wali)
  target_compile_options(${target} PRIVATE -Wno-reserved-module-identifier)
endfunction()
