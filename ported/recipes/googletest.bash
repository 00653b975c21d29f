# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Its own tests that share a main function, as one program, because a module is translated as a whole.
source=googletest_
changes='`-fexceptions`'
tier=quick

build() {
  local tests=(test/{gtest_all_test,googletest-death-test-test,googletest-printers-test}.cc)
  (cd googletest && "$cxx" -fexceptions -std=c++17 -O1 -w -Iinclude -I. -pthread src/gtest-all.cc src/gtest_main.cc \
    "${tests[@]}" -o ../tests)
}

check() {
  timeout 900 ./tests | grep -E ' ms\)$' >out || true
  sed -nE 's/^\[  FAILED  \] ([^ ,]+).*/failed: \1/p' out
  echo "passed $(grep -c '^\[       OK \] ' out || true) of $(grep -cE '^\[(       OK |  FAILED  )\] ' out || true)"
}

start() { ./tests --gtest_filter='SkipTest.*'; }

warm() { WALI_TIER=quick start; }

bench() { :; }
