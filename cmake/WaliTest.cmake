# SPDX-License-Identifier: BSL-1.0
# doctest programs, registered with ctest as <tree>.<area>.
include_guard()

if(CMAKE_CROSSCOMPILING)
  set(WALI_TREE wasm)
elseif(WALI_SANITIZE)
  set(WALI_TREE sanitize)
else()
  set(WALI_TREE native)
endif()

# Tests are short or long. `./wali test` runs the short ones, `./wali test --all` both: long are those that repeat short
# ones under sanitizers, other compilers or flags, or take minutes for one answer.
add_custom_target(long)

# wali_long_tests(TEST...): of this folder
function(wali_long_tests)
  set_property(TEST ${ARGN} APPEND PROPERTY LABELS long)
endfunction()

# wali_long_targets(TARGET...): what only long tests use, so that the target `long` builds it, and not `all`.
function(wali_long_targets)
  set_target_properties(${ARGN} PROPERTIES EXCLUDE_FROM_ALL ON)
  add_dependencies(long ${ARGN})
endfunction()

# What a file that uses doctest needs. Our tests throw nothing, like the library.
function(wali_configure_test target)
  target_link_libraries(${target} PRIVATE wali)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE
    DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS DOCTEST_CONFIG_NO_POSIX_SIGNALS DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
  set_target_properties(${target} PROPERTIES CXX_SCAN_FOR_MODULES ON)
  wali_strict(${target})
  # In the native tree each file stays its own: for clang-tidy, and for who changes one.
  if(NOT WALI_TREE STREQUAL "native")
    # A large module takes longer to translate, and a large program under sanitizers to run.
    target_compile_options(${target} PRIVATE -O1)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON) # 8 files at once
  endif()
  # doctest's TEST_CASE expands __COUNTER__ in our files, which Clang 22 calls an extension.
  target_compile_options(${target} PRIVATE -Wno-c2y-extensions)
endfunction()

# wali_add_test(NAME SOURCE...): the program test_NAME, run as the test <tree>.NAME.
function(wali_add_test name)
  add_executable(test_${name} ${ARGN})
  wali_configure_test(test_${name})
  target_link_libraries(test_${name} PRIVATE test_main)
  wali_register_test(${name} test_${name})
endfunction()

# wali_register_test(NAME PROGRAM [ARGUMENT...]): one more test out of a program.
function(wali_register_test name program)
  add_test(NAME ${WALI_TREE}.${name} COMMAND ${program} ${ARGN} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(${WALI_TREE}.${name} PROPERTIES TIMEOUT 1200)
  if(WALI_SANITIZE)
    # Too much memory is an error that is tested.
    set_tests_properties(${WALI_TREE}.${name} PROPERTIES ENVIRONMENT ASAN_OPTIONS=allocator_may_return_null=1)
  endif()
endfunction()

# wali_add_test_of_inputs(NAME INPUTS FILE_OR_FOLDER... COMMAND PROGRAM [ARGUMENT...]): a test whose result its inputs
# and the packages of this machine decide, as that of compiling and computing. It runs when one of them has changed
# since it passed: tests/support/when_changed.
function(wali_add_test_of_inputs name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "INPUTS;COMMAND")
  add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/tests/support/when_changed ${CMAKE_BINARY_DIR}/passed/${name}
    ${test_INPUTS} -- ${test_COMMAND})
  # These are long, so they start first.
  set_tests_properties(${name} PROPERTIES COST 100 SKIP_RETURN_CODE 77)
endfunction()

# wali_add_fuzzer(NAME SOURCE...): a bounded libFuzzer run with a fixed seed, as the test sanitize.NAME_fuzzer. Made in
# the sanitize tree only.
function(wali_add_fuzzer name)
  if(NOT WALI_SANITIZE OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  # Without libc++: Debian's libFuzzer is built with libstdc++.
  add_executable(fuzz_${name} ${ARGN})
  target_compile_features(fuzz_${name} PRIVATE cxx_std_20)
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,${WALI_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,${WALI_SANITIZE})
  set_target_properties(fuzz_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0 CXX_SCAN_FOR_MODULES OFF)
  wali_strict(fuzz_${name})
  wali_register_test(${name}_fuzzer fuzz_${name} -seed=1 -runs=100000 -max_len=16384)
endfunction()

# wali_add_area_tests(NAME SOURCE...): one program out of <area>/<file> sources, because a wasm program is translated as
# a whole before it first runs; and a test per area.
function(wali_add_area_tests name)
  add_executable(test_${name} ${ARGN})
  wali_configure_test(test_${name})
  target_link_libraries(test_${name} PRIVATE test_main)
  set(areas ${ARGN})
  list(TRANSFORM areas REPLACE "/.*" "")
  list(REMOVE_DUPLICATES areas)
  foreach(area IN LISTS areas)
    wali_register_test(${area} test_${name} --source-file=*/tests/${area}/*)
  endforeach()
endfunction()
