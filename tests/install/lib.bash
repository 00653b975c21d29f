# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2034
# For the tests of an installed prefix: the prefix, a scratch folder with a blank in its name, and checks.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
cmake=$1  # of the build
prefix=$2 # as install_test left it
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wali install.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
PATH=$prefix/bin:$(dirname -- "$cmake"):$PATH
toolchain=$prefix/lib/wali/sysroot/wali-wasm.toolchain.cmake
libcxx=(-DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_CXX_FLAGS=-stdlib=libc++ -DCMAKE_EXE_LINKER_FLAGS=-static-libstdc++)
export WALI_TIER=${WALI_TIER:-quick}
unset WALI_SYSROOT WALI_PREFIX CMAKE_PREFIX_PATH PKG_CONFIG_PATH

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# quiet COMMAND...: shows what it said only when it fails.
quiet() {
  "$@" >"$scratch/log" 2>&1 </dev/null && return
  sed 's/^/  | /' "$scratch/log" >&2
  fail "$*"
}

# prints TEXT COMMAND...
prints() {
  local said
  said=$("${@:2}") || fail "'${*:2}' ended with $?"
  [[ $said == "$1" ]] || fail "'${*:2}' said '$said', not '$1'"
}

# refuses TEXT COMMAND...: it fails with one line that holds TEXT, and leaves nothing in the folder.
refuses() {
  local said before after
  before=$(ls -A)
  ! said=$("${@:2}" 2>&1) || fail "'${*:2}' did not fail"
  [[ $said == *"$1"* && $said != *$'\n'* ]] || fail "'${*:2}' said: $said"
  after=$(ls -A)
  [[ $before == "$after" ]] || fail "'${*:2}' left something: $after"
}

# ask ADDRESS: the service there answers.
ask() {
  local answer client
  exec {client}<>"/dev/tcp/${1%:*}/${1##*:}"
  echo world >&"$client"
  read -r answer <&"$client" || true
  exec {client}>&-
  [[ $answer == "hello, world" ]] || fail "the service answered: $answer"
}

# serves COMMAND...: it says where it listens, and answers there, also while another client is silent; SIGTERM ends it,
# with the status $served.
serves() {
  local line service out silent
  mkfifo "$scratch/out"
  "$@" >"$scratch/out" 2>&1 &
  service=$!
  exec {out}<"$scratch/out"
  read -r line <&"$out"
  [[ $line == "listening on 127.0.0.1:"* ]] || fail "'$*' said: $line"
  line=${line#listening on }
  exec {silent}<>"/dev/tcp/${line%:*}/${line##*:}"
  ask "$line"
  exec {silent}>&-
  kill -TERM "$service"
  served=0
  wait "$service" 2>/dev/null || served=$?
  exec {out}<&-
  rm "$scratch/out"
}
