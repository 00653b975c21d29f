# SPDX-License-Identifier: BSL-1.0
# Whether `import wali;` can be had here, and `import std;`. Read by the tree and by the installed package.
include_guard()

# wali_modules_problem(VARIABLE): why not, in one line that says what to do; empty if they can.
function(wali_modules_problem variable)
  set(problem "")
  if(CMAKE_VERSION VERSION_LESS 3.28)
    set(problem "modules need CMake 3.28 or newer, not ${CMAKE_VERSION}")
  elseif(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 20)
    set(problem "modules need Clang 20 or newer, not ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}: \
-DCMAKE_CXX_COMPILER=clang++-22")
  elseif(NOT CMAKE_GENERATOR MATCHES "Ninja")
    set(problem "modules need the generator Ninja, not ${CMAKE_GENERATOR}: -G Ninja")
  elseif(NOT CMAKE_CXX_COMPILER_CLANG_SCAN_DEPS)
    set(problem "modules need clang-scan-deps: apt-get install clang-tools-22")
  endif()
  set(${variable} "${problem}" PARENT_SCOPE)
endfunction()

# wali_add_std_module(TARGET [SYSROOT]): libc++'s module std, and wali::std for it: compiled in the build that imports
# it, with its flags. The source is of the sysroot, or of the compiler. No target where there is none.
function(wali_add_std_module target)
  set(root "${ARGV1}")
  if(NOT root)
    file(REAL_PATH "${CMAKE_CXX_COMPILER}" root)
    cmake_path(SET root NORMALIZE "${root}/../..")
  endif()
  set(folder "${root}/share/libc++/v1")
  if(NOT EXISTS "${folder}/std.cppm" OR TARGET ${target})
    return()
  endif()
  add_library(${target} STATIC EXCLUDE_FROM_ALL)
  add_library(wali::std ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET CXX_MODULES BASE_DIRS "${folder}" FILES "${folder}/std.cppm")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -Wno-reserved-module-identifier)
  set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON CXX_CLANG_TIDY "" CXX_CPPCHECK "")
endfunction()
