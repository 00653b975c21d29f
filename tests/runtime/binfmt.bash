#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# binfmt.bash WALIRUN ECHO.wasm: a shell starts a module by its path once ./wali binfmt has registered walirun. In a
# user namespace with a binfmt_misc of its own (Linux 6.7 and later), so that this machine's stays as it is. Exit code
# 77 if there is none.
# shellcheck disable=SC2016  # expanded by the shells that are started
. "$(dirname -- "${BASH_SOURCE[0]}")/../setup/lib.bash"
walirun=$1
echo_module=$2
wali=$checkout/wali
binfmt=/proc/sys/fs/binfmt_misc

if [[ ${3:-} != inside ]]; then
  if ! said=$(unshare -Urm mount -t binfmt_misc binfmt_misc "$binfmt" 2>&1); then
    echo "not run: no binfmt_misc of its own in a user namespace: $said"
    exit 77
  fi
  run 1 unshare -Urm sh -c "mount -t tmpfs none $binfmt && exec '$wali' binfmt status"
  says "binfmt_misc is not mounted here"
  unshare -Urm bash "${BASH_SOURCE[0]}" "$walirun" "$echo_module" inside
  exit
fi

exec 3<&- 4<&- # echo tells if they are open, whoever has left them
mount -t binfmt_misc binfmt_misc "$binfmt"
module=$scratch/echo
cp -- "$echo_module" "$module"
chmod +x "$module"

run 1 "$wali" binfmt status
says "not registered"
run 0 "$wali" binfmt unregister
run 1 "$wali" binfmt register "$scratch/nowhere"
says "$scratch/nowhere is not there yet"
run 126 sh -c '"$0" one' "$module"

for _ in first again; do
  run 0 "$wali" binfmt register "$walirun"
  run 0 "$wali" binfmt status
  says "registered: $walirun"
done

# echo prints its arguments and ends with their number.
expect() { cmp -s <(head -n "$(grep -c '' <<<"$1")" "$scratch/output") - <<<"$1" || fail "it did not begin with: $1"; }
for _ in translated cached; do
  run 3 sh -c '"$0" one "two words"; exit $?' "$module"
  expect "$module"$'\none\ntwo words'
done
run 2 env X=1 "$module" -x
expect "$module"$'\n-x'
says "X=1"
run 1 bash -c 'exec -a another "$0"' "$module" # by another name
expect another
cd -- "$scratch"
run 1 ./echo
expect ./echo

run 0 "$wali" binfmt unregister
run 1 "$wali" binfmt status
run 126 sh -c './echo; exit $?'
echo "binfmt: a shell starts modules"
