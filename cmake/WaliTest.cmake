# SPDX-License-Identifier: BSL-1.0
# doctest programs, registered with ctest as <tree>.<area>.
include_guard()

if(CMAKE_CROSSCOMPILING)
  set(WALI_TREE wasm)
else()
  set(WALI_TREE native)
endif()

# What a file that uses doctest needs. Our tests throw nothing, like the library.
function(wali_configure_test target)
  target_link_libraries(${target} PRIVATE wali)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE
    DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS DOCTEST_CONFIG_NO_POSIX_SIGNALS DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
  set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON)
  wali_strict(${target})
  # doctest's TEST_CASE expands __COUNTER__ in our files, which Clang 22 calls an extension.
  target_compile_options(${target} PRIVATE -Wno-c2y-extensions)
endfunction()

# wali_add_test(AREA SOURCE...): the program test_AREA, run as the test <tree>.AREA.
function(wali_add_test area)
  add_executable(test_${area} ${ARGN})
  wali_configure_test(test_${area})
  target_link_libraries(test_${area} PRIVATE test_main)
  add_test(NAME ${WALI_TREE}.${area} COMMAND test_${area} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(${WALI_TREE}.${area} PROPERTIES TIMEOUT 120)
endfunction()
