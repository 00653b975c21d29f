# SPDX-License-Identifier: BSL-1.0
# Whether `import wali;` can be had here. Read by the tree and by the installed package.
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
