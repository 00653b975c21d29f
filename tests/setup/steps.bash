#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Setup steps: an interrupted one is never taken for a finished one, two setups at once do the work once, a failure is
# told in one sentence with the log. The steps are small ones written here, the machinery is the real one.
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.bash"
make_checkout
for done in packages test-packages cmake wabt exceptions; do done_step "$done"; done
result="$WALI_CACHE_DIR/sysroot-result"
gate="$scratch/gate"

# The step says that it has begun, then waits until the test lets it go on.
write_step sysroot "echo begun >>'$scratch/begun'
echo half >\"\$tmp\"
while [[ ! -e '$gate' ]]; do
  [[ -d '$scratch' ]] # ends with the test, also where that failed
  sleep 0.02
done
echo whole >>\"\$tmp\""
begun() { [[ -f $scratch/begun && $(wc -l <"$scratch/begun") == "$1" ]]; }
holds_lock() { ! flock -n "$WALI_CACHE_DIR/locks/sysroot.lock" true; }
lock_free() { flock -n "$WALI_CACHE_DIR/locks/sysroot.lock" true; }

# Interrupted by each of these signals, in the middle.
count=0
for signal in TERM INT KILL; do
  # Without job control bash starts background commands with SIGINT ignored.
  env --default-signal=INT "$other/wali" setup >"$scratch/output" 2>&1 &
  started+=($!)
  count=$((count + 1))
  wait_for begun "$count"
  holds_lock || fail "the step runs without the lock"
  kill -"$signal" "${started[-1]}"
  status=0
  wait "${started[-1]}" 2>/dev/null || status=$?
  ((status != 0)) || fail "SIG$signal: setup ended with 0"
  [[ $signal == KILL ]] || says "interrupted; run the same command again"
  [[ ! -e $result ]] || fail "SIG$signal: a half result is taken for a finished one"
  if [[ $signal == KILL ]]; then # nothing could end the step: it still holds the lock, and another setup waits for it
    "$other/wali" setup >"$scratch/output2" 2>&1 &
    started+=($!)
    wait_for grep -qs 'waiting for another setup' "$scratch/output2"
    touch "$gate"
    wait "${started[-1]}" || fail "the setup after SIGKILL failed: $(cat "$scratch/output2")"
  fi
  wait_for lock_free
done
[[ $(cat "$result") == $'half\nwhole' ]] || fail "the result is not whole: $(cat "$result")"
begun 3 || fail "the waiting setup did the work again"

# Done already: says so, and does nothing.
run 0 "$other/wali" setup
says "step sysroot: ready"
begun 3 || fail "a finished step ran again"

# Left behind by a killed process: removed by the next run of the step.
rm -f "$result"
touch "$result.tmp.1" "$result.tmp.99999999"
run 0 "$other/wali" setup
says "step sysroot: done in"
[[ $(echo "$WALI_CACHE_DIR"/sysroot-*) == "$result" ]] || fail "left over: $(echo "$WALI_CACHE_DIR"/sysroot-*)"

# Two at once: the work is done once, both end well.
rm -f "$result" "$gate" "$scratch/begun"
for each in 1 2; do
  "$other/wali" setup >"$scratch/both$each" 2>&1 &
  started+=($!)
done
wait_for begun 1
wait_for grep -qs 'waiting for another setup' "$scratch/both1" "$scratch/both2"
touch "$gate"
wait "${started[-1]}" && wait "${started[-2]}" || fail "one of two setups at once failed"
begun 1 || fail "two setups at once did the work twice"

# A failure: the end of the log, its path, the step's own sentence; the next run tries again.
rm -f "$result"
write_step sysroot "echo 'line of the log'
die 'no such luck: try again'"
run 1 "$other/wali" setup
says "line of the log"
says "wali: no such luck: try again"
says "$WALI_CACHE_DIR/logs/sysroot-"
# shellcheck disable=SC2016  # expanded by the step
write_step sysroot 'echo good >"$tmp"'
run 0 "$other/wali" setup
[[ $(cat "$result") == good ]] || fail "the run after a failure did not do the work"

# A step that ends well without a result is a failure too.
rm -f "$result"
write_step sysroot 'exit 0'
run 1 "$other/wali" setup
says "is not done"

# The native tree is built beside the sysroot. An interrupt ends both, and so does a failure of one.
# write_pair SYSROOT NATIVE: the ends of the two steps, once both have begun.
write_pair() {
  rm -f "$result" "$gate" "$scratch"/begun.*
  both_begun="touch '$scratch/begun.'\$\$
until [[ \$(ls '$scratch' | grep -c begun.) == 2 ]]; do [[ -d '$scratch' ]] && sleep 0.02; done"
  write_step sysroot "$both_begun
$1"
  # shellcheck disable=SC2016  # expanded by the step
  printf '#!/usr/bin/env bash\n# title: step build-native\n[[ ${1:-} != --check ]] || exit 1\n%s\n%s\n' \
    "$both_begun" "$2" >"$other/scripts/steps/build-native"
  chmod +x "$other/scripts/steps/build-native"
}
forever="while [[ -d '$scratch' ]]; do sleep 0.02; done"
both_begun() { [[ $(find "$scratch" -name 'begun.*' | wc -l) == 2 ]]; }
# all_ended: of the processes that said that they began.
all_ended() {
  local file
  for file in "$scratch"/begun.*; do ! grep -qs '^State:[^ZX]*$' "/proc/${file##*.}/status" || return 1; done
}
# shellcheck disable=SC2016  # expanded by the step
write_pair 'echo good >"$tmp"' 'exit 0'
run 0 "$other/wali" build native
says "[5/7] step sysroot: done in"
says "[7/7] step build-native: done"
write_pair "$forever" "$forever"
"$other/wali" build native >"$scratch/output" 2>&1 &
started+=($!)
wait_for both_begun
kill -TERM "${started[-1]}"
status=0
wait "${started[-1]}" 2>/dev/null || status=$?
((status == 143)) || fail "interrupted beside one another: $status"
wait_for all_ended
write_pair "die 'no sysroot'" "$forever"
run 1 "$other/wali" build native
says "wali: no sysroot"
says_not "build-native"
wait_for all_ended
# shellcheck disable=SC2016  # expanded by the step
write_pair 'echo good >"$tmp"' "echo 'wali: no native tree' && exit 1"
run 1 "$other/wali" build native
says "[5/7] step sysroot: done in"
says "wali: no native tree"
says "$WALI_CACHE_DIR/logs/build-native-"
echo "steps: all as documented"
