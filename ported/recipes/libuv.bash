# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
# CMake builds the tests only beside a shared library, so they are compiled here.
source=libuv1_
export UV_RUN_AS_ROOT=1 # else they refuse to

build() {
  local common=(test/{blackhole-server,echo-server,runner,runner-unix}.c build/libuv.a -lpthread -ldl -lrt)
  local flags=(-O1 -w -D_GNU_SOURCE -Iinclude -Isrc -Itest)
  cmake_build -DLIBUV_BUILD_SHARED=OFF
  "$cc" "${flags[@]}" test/test-*.c test/run-tests.c "${common[@]}" -o run_tests
  "$cc" "${flags[@]}" test/benchmark-*.c test/run-benchmarks.c "${common[@]}" -o run_benchmarks
}

# Each test is a process of its own, which the runner ends after its time.
check() {
  timeout 1100 ./run_tests >out 2>&1 || true
  sed -nE 's/^not ok [0-9]+ - (.*)/failed: \1/p' out
  echo "passed $(grep -c '^ok ' out || true) of $(grep -cE '^(not )?ok ' out || true)"
}

start() { ./run_tests --list; }

warm() {
  start
  ./run_benchmarks sizes
}

bench() { echo "$(cpu ./run_benchmarks loop_count loop_count) s loop_count"; }
