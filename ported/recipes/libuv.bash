# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
# CMake builds the tests only beside a shared library, so they are compiled here.
source=libuv1_
export UV_RUN_AS_ROOT=1 # else they refuse to

build() {
  local sources=(test/test-*.c test/{blackhole-server,echo-server,run-tests,runner,runner-unix}.c)
  cmake_build -DLIBUV_BUILD_SHARED=OFF
  "$cc" -O1 -w -D_GNU_SOURCE -Iinclude -Isrc -Itest "${sources[@]}" build/libuv.a -lpthread -ldl -lrt -o run_tests
}

# Each test is a process of its own, which the runner ends after its time.
check() {
  timeout 1100 ./run_tests >out 2>&1 || true
  sed -nE 's/^not ok [0-9]+ - (.*)/failed: \1/p' out
  echo "passed $(grep -c '^ok ' out || true) of $(grep -cE '^(not )?ok ' out || true)"
}

start() { ./run_tests --list; }

bench() { echo "$(cpu ./run_tests loop_handles) s loop_handles"; }
