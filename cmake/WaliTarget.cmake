# SPDX-License-Identifier: BSL-1.0
# How wali++'s own targets are built.
include_guard()

# clang-scan-deps warns about our includes in a module's purview (see below) whatever -Wno flag it is given; real
# warnings come from the compiler itself.
if(CMAKE_CXX_SCANDEP_SOURCE)
  string(REPLACE "<FLAGS>" "<FLAGS> -w" CMAKE_CXX_SCANDEP_SOURCE "${CMAKE_CXX_SCANDEP_SOURCE}")
endif()

# Says at once what is too old, instead of failing in the middle.
function(wali_check_compiler)
  set(oldest_GNU 12)
  set(oldest_Clang 14)
  if(NOT oldest_${CMAKE_CXX_COMPILER_ID} OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS oldest_${CMAKE_CXX_COMPILER_ID})
    message(FATAL_ERROR "wali: needs GCC 12, Clang 14 or a later one, not ${CMAKE_CXX_COMPILER_ID} "
      "${CMAKE_CXX_COMPILER_VERSION}: set CMAKE_CXX_COMPILER")
  endif()
endfunction()

# Our own code: every warning is an error.
function(wali_strict target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Werror)
endfunction()

# The language standard, the standard library and exceptions are the user's: what links the library gets no flag.
function(wali_configure_library target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  if(PROJECT_IS_TOP_LEVEL)
    wali_configure_own_build(${target})
  endif()
  # In C++20, libc++'s headers include more than they need, for old programs; all of it would be in the module.
  target_compile_definitions(${target} PRIVATE _LIBCPP_REMOVE_TRANSITIVE_INCLUDES)
  if(WALI_MODULES)
    set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON)
    # A module unit includes its headers inside extern "C++": that is the design, not a mistake.
    target_compile_options(${target} PRIVATE -Wno-include-angled-in-module-purview)
  endif()
  wali_strict(${target})
endfunction()

# What this build of ours agrees on, a module with its importers; nothing of it is installed.
function(wali_configure_own_build target)
  if(NOT WALI_EXCEPTIONS)
    target_compile_options(${target} PUBLIC $<BUILD_INTERFACE:-fno-exceptions>)
  endif()
  if(CMAKE_CROSSCOMPILING)
    return()
  endif()
  if(WALI_MODULES)
    # The same standard library on both targets, in the program: Debian 12's shared one is of an older release than its
    # headers, and lacks some of what they name.
    target_compile_options(${target} PUBLIC $<BUILD_INTERFACE:-stdlib=libc++>)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-stdlib=libc++> $<BUILD_INTERFACE:-static-libstdc++>)
  endif()
  if(WALI_SANITIZE)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON) # no users: 8 files at once
    target_compile_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=${WALI_SANITIZE}>
      $<BUILD_INTERFACE:-fno-sanitize-recover=all> $<BUILD_INTERFACE:-fno-omit-frame-pointer>)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:-fsanitize=${WALI_SANITIZE}>)
  endif()
endfunction()

# wali_precompile(TARGET HEADER...): a file of the target costs what is in it, not what it includes. Only in our own
# build; the headers' tests compile the library without, as its users do, so no include can be forgotten.
function(wali_precompile target)
  if(PROJECT_IS_TOP_LEVEL)
    list(TRANSFORM ARGN REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# wali_import_nothing(SOURCE...): files of this folder that no scanner of imports need read.
function(wali_import_nothing)
  set_source_files_properties(${ARGN} PROPERTIES CXX_SCAN_FOR_MODULES OFF)
endfunction()

# A program of ours on top of the framework, from the same sources for both targets.
function(wali_add_program target)
  add_executable(${target} ${ARGN})
  set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON)
  target_link_libraries(${target} PRIVATE wali)
  wali_strict(${target})
endfunction()
