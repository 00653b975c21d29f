# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
source=liburing_
tier=quick

build() {
  ./configure --cc="$cc" --cxx="$cxx" --use-libc
  make -j "$jobs" -C src AR="$ar" RANLIB="$ranlib" ENABLE_SHARED=0 CFLAGS='-O2 -w'
  make -j "$jobs" -C test CFLAGS='-O1 -w'
}

# The kernel may lack what a test is about: it is counted if it passes natively.
check() {
  local test passed=0 total=0
  cd test || return
  if [[ $target == native ]]; then ls ./*.t; else cat ../../native/passed; fi >tests
  : >../passed
  while IFS= read -r test; do
    total=$((total + 1))
    if timeout -k 1 40 "$test" >"$test.out" 2>&1 </dev/null; then
      passed=$((passed + 1))
      echo "$test" >>../passed
    elif [[ $target == wasm ]]; then
      echo "failed: $(basename "$test" .t)"
    fi
  done <tests
  [[ $target == wasm ]] || total=$passed
  echo "passed $passed of $total"
}

start() { test/nop.t; }

warm() { :; }

bench() { :; }
