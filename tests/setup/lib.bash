# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2154,SC2034
# For the setup tests: a scratch folder with a blank in its name, a cache of its own, checks that say what went wrong.
set -euo pipefail

checkout=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wali setup.XXXXXX")
export WALI_CACHE_DIR="$scratch/the cache"
unset WALI_MIRRORS WALI_MIRRORS_ONLY WALI_PROGRESS
started=() # processes to end, whatever happens
finish() {
  local pid
  for pid in "${started[@]}"; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true # quietly
  done
  rm -rf -- "$scratch"
}
trap finish EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  [[ ! -f $scratch/output ]] || sed 's/^/  | /' "$scratch/output" >&2
  exit 1
}

# run STATUS COMMAND...: output of both streams goes to $scratch/output.
run() {
  local want=$1 got=0
  shift
  "$@" >"$scratch/output" 2>&1 </dev/null || got=$?
  ((got == want)) || fail "'$*' ended with $got, not $want"
}

# says TEXT: the output of the last run holds it.
says() { grep -qF -- "$1" "$scratch/output" || fail "the output does not say: $1"; }
says_not() { ! grep -qF -- "$1" "$scratch/output" || fail "the output says: $1"; }

# wait_for COMMAND...: until it succeeds; gives up after 20 s.
wait_for() {
  local tries
  for ((tries = 0; tries < 1000; ++tries)); do
    "$@" && return
    sleep 0.02
  done
  fail "gave up waiting for: $*"
}

# make_checkout: a second checkout with the real front door and the steps that the test writes into it: $other.
make_checkout() {
  other="$scratch/other checkout"
  mkdir -p -- "$other/scripts/steps"
  cp -- "$checkout/wali" "$other/"
  cp -r -- "$checkout/scripts/verbs" "$checkout/scripts"/*.bash "$other/scripts/"
}

# write_step NAME WORK: a step that is done when its result is in the cache; WORK writes to "$tmp".
write_step() {
  cat >"$other/scripts/steps/$1" <<STEP
#!/usr/bin/env bash
# title: step $1
set -euo pipefail
. "\$(dirname -- "\${BASH_SOURCE[0]}")/../lib.bash"
result=\$cache/$1-result
if [[ \${1:-} == --check ]]; then
  [[ -f \$result ]] && printf 'STEP_%s=%s\n' $1 "\$result"
  exit
fi
rm -f -- "\$cache/$1"-*.tmp.*
tmp=\$result.tmp.\$\$
$2
publish "\$tmp" "\$result"
STEP
  chmod +x "$other/scripts/steps/$1"
}

# done_step NAME: a step with nothing to do.
done_step() {
  printf '#!/bin/sh\nexit 0\n' >"$other/scripts/steps/$1"
  chmod +x "$other/scripts/steps/$1"
}
