# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
source=liburing_
tier=quick

build() {
  ./configure --cc="$cc" --cxx="$cxx" --use-libc
  make -j "$jobs" -C src AR="$ar" RANLIB="$ranlib" ENABLE_SHARED=0 CFLAGS='-O2 -w'
  make -j "$jobs" -C test CFLAGS='-O1 -w'
}

# reason TEST: of what is different for a module (runtime/README.md), the first that the test's source is about.
reason() {
  local source pattern what
  source=$(cat -- "$1".c*)
  while IFS=: read -r pattern what; do
    ! grep -qE -- "$pattern" <<<"$source" || { echo " because of $what" && return; }
  done <<'END'
register_ring_fd|REG_REG_RING:registered descriptors of rings
for_each_cqe:completions that are looked for without io_uring_enter
kflags:flags of a ring that are looked at without io_uring_enter
0x1234|ring_addr = 4096|badaddr|invalid_(path|infop)|bad address:a wrong address, which a module has
0x20000000ul:addresses that a module has not
fanotify_init:fanotify, which no module has
PR_GET_NAME|comm=:the name of the compiled program
across.fork|fork\(:rings across fork
sockfd = 0:a ring whose descriptor is closed while it waits
SQPOLL:SQPOLL, whose poller sleeps
resize_rings|register_region:newer registrations
END
}

# The kernel may lack what a test is about: it is counted if it passes natively.
check() {
  local test passed=0 total=0
  cd test || return
  if [[ $target == native ]]; then ls ./*.t; else cat ../../native/passed; fi >tests
  : >../passed
  while IFS= read -r test; do
    total=$((total + 1))
    if timeout -k 1 120 "$test" >"$test.out" 2>&1 </dev/null; then
      passed=$((passed + 1))
      echo "$test" >>../passed
    elif [[ $target == wasm ]]; then
      echo "failed: $(basename "$test" .t)$(reason "${test%.t}")"
    fi
  done <tests
  [[ $target == wasm ]] || total=$passed
  echo "passed $passed of $total"
}

start() { test/nop.t; }

warm() { :; }

bench() { :; }
