# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034,SC2154
source=liburing_
tier=quick

build() {
  ./configure --cc="$cc" --cxx="$cxx" --use-libc
  make -j "$jobs" -C src AR="$ar" RANLIB="$ranlib" ENABLE_SHARED=0 CFLAGS='-O2 -w'
  make -j "$jobs" -C test CFLAGS='-O1 -w'
}

# reason TEST: of what the host does not serve (runtime/README.md), the first that the test's source asks for.
reason() {
  local source pattern what
  source=$(cat -- "$1".c*)
  while IFS=: read -r pattern what; do
    ! grep -qE -- "$pattern" <<<"$source" || { echo " because of $what" && return; }
  done <<'END'
prep_(bind|listen|fixed_fd_install|ftruncate|waitid|futex|epoll_wait):newer operations
pthread_create:threads beside a ring
SQPOLL:SQPOLL
buf_ring:registered buffer rings
NO_MMAP|REGISTERED_FD_ONLY|REG_REG_RING:rings in the guest's memory or by a registered descriptor
prep_open:opening files
recvmsg:recvmsg
SQE128|CQE32|URING_CMD|uring_cmd|cmd_sock:entries of 128 bytes and commands of drivers
resize_rings|register_region|clone_buffers|register_napi:newer registrations
msg_ring:messages between rings by descriptors
fork\(:rings across fork
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
    if timeout -k 1 40 "$test" >"$test.out" 2>&1 </dev/null; then
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
