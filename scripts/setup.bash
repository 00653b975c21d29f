# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2154
# Runs setup steps in order. Source lib.bash before it, then call `setup [--quiet] STEP...`.
#
# A step is an executable scripts/steps/STEP:
#   STEP --check   exit 0: done already, printing NAME=VALUE lines that later steps and verbs find in their environment;
#                  any other status: it must run. Quick, and makes nothing.
#   STEP           does the work; its output is the step's log. It runs under a lock, so it runs once at a time
#                  (per cache, or per checkout for the steps named build-*), writes to "NAME.tmp.PID" and renames.
# The lock is held by every process of the step: one whose setup was killed still holds it until it ends.

steps=$top/scripts/steps
log_tail_lines=15
[[ ${CI:-} != true ]] || log_tail_lines=100 # where nobody can look into the log afterwards
heartbeat_seconds=60

check_host() {
  local machine
  machine=$(uname -m)
  [[ $machine == x86_64 ]] || die "this machine is $machine, wali++ builds and runs on x86_64 only"
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    die "there is no apt-get and dpkg-query here: setup knows Debian 12 and 13"
  # Programs come from there: no folder of it is open for a group, whatever the user's umask is.
  (umask go-w && mkdir -p -- "$cache/logs" "$cache/locks" "$cache/downloads") 2>/dev/null &&
    [[ -w $cache && -w $cache/locks ]] ||
    die "cannot write to the cache folder $cache: make it writable, or name another with WALI_CACHE_DIR"
}

# step_title NAME: the text after "# title: " in the step.
step_title() {
  local line
  while IFS= read -r line; do
    [[ $line == '# title: '* ]] && { printf '%s\n' "${line#\# title: }" && return; }
  done <"$steps/$1"
  printf '%s\n' "$1"
}

# import_check NAME: runs the check; when the step is done, exports what it printed.
import_check() {
  local output line
  output=$("$steps/$1" --check 2>/dev/null) || return 1
  while IFS= read -r line; do
    [[ $line == *=* ]] && export "${line?}"
  done <<<"$output"
  return 0
}

# show_progress LABEL LOG: what the step is doing, on the terminal every second, else a line now and then. It ends with
# setup, however that ended.
show_progress() {
  local label=$1 log=$2 start=$SECONDS last width ticks=0
  if [[ -t 2 ]]; then
    width=$(stty size 2>/dev/null </dev/tty | cut -d ' ' -f 2) || width=
    ((width >= 40)) || width=80
    while sleep 1 && kill -0 $$ 2>/dev/null; do
      last=$(tail -n 1 -- "$log" 2>/dev/null | tr -d '\000-\037')
      last="$label ... $((SECONDS - start)) s  $last"
      printf '\r\033[K%s' "${last:0:width-1}" >&2
    done
  else
    while sleep 1 && kill -0 $$ 2>/dev/null; do
      ((++ticks % heartbeat_seconds == 0)) || continue
      last=$(tail -n 1 -- "$log" 2>/dev/null | tr -d '\000-\037')
      say "$label ... $((SECONDS - start)) s  ${last:0:90}"
    done
  fi
}

# stop_group PID: ends a process group that this script started.
stop_group() {
  kill -TERM -- "-$1" 2>/dev/null || return 0
  local tries
  for ((tries = 0; tries < 30; ++tries)); do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}

# run_logged LABEL LOG COMMAND...: runs the command in its own process group, output to the log, progress beside it.
run_logged() {
  local label=$1 log=$2 status=0
  shift 2
  [[ ! -t 2 ]] || export WALI_PROGRESS=1
  set -m # own process groups, so that an interrupt can end the step with all its children
  "$@" </dev/null >"$log" 2>&1 &
  step_pid=$!
  show_progress "$label" "$log" </dev/null {lock}>&- &
  ticker_pid=$!
  set +m
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM HUP
  wait "$step_pid" || status=$?
  trap - INT TERM HUP
  kill -TERM -- "-$ticker_pid" 2>/dev/null || true
  wait "$ticker_pid" 2>/dev/null || true
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  return "$status"
}

interrupted() {
  trap '' INT TERM HUP
  kill -TERM -- "-$ticker_pid" 2>/dev/null || true
  stop_group "$step_pid"
  say ""
  say "wali: interrupted; run the same command again to go on"
  exit "$1"
}

# fail_step LABEL LOG SECONDS: the end of the log, then what to do: the line "wali: ..." of a step that knows.
fail_step() {
  local label=$1 log=$2 seconds=$3 reason
  tail -n "$log_tail_lines" -- "$log" | grep -v '^wali: ' | sed 's/^/    /' >&2 || true
  reason=$(grep '^wali: ' -- "$log" | tail -n 1) || reason='wali: put right what the log says above, and run again'
  say "$label: failed after $seconds s, log: $log"
  say "$reason"
  exit 1
}

# lock_step NAME LABEL: holds the step's lock in the descriptor $lock.
lock_step() {
  local name=$1 file=$cache/locks/$1.lock
  [[ $name != build-* ]] || file=$cache/locks/$name-$(hash_of "$top").lock
  exec {lock}>>"$file"
  if ! flock -n "$lock"; then
    say "$2: waiting for another setup that is at it (lock: $file)"
    flock "$lock"
  fi
}

run_step() {
  local label=$1 name=$2 quiet=$3 start log
  if import_check "$name"; then
    [[ $quiet == yes ]] || say "$label: ready"
    return
  fi
  [[ ! -x $steps/$name.prepare ]] || "$steps/$name.prepare" # what needs the terminal, e.g. a password
  lock_step "$name" "$label"
  if import_check "$name"; then
    say "$label: ready"
  else
    start=$SECONDS
    log=$cache/logs/$name-$$.log
    find "$cache/logs" -name '*.log' -mtime +14 -delete
    [[ -t 2 ]] || say "$label ..."
    run_logged "$label" "$log" "$steps/$name" || fail_step "$label" "$log" $((SECONDS - start))
    [[ $name == build-* ]] || import_check "$name" || {
      say "wali: the step ended without an error and is not done" >>"$log" 2>&1
      fail_step "$label" "$log" $((SECONDS - start))
    }
    say "$label: done in $((SECONDS - start)) s"
  fi
  exec {lock}>&-
}

# setup [--quiet] STEP...
setup() {
  local quiet=no index=0 name
  if [[ ${1:-} == --quiet ]]; then
    quiet=yes
    shift
  fi
  check_host
  for name; do
    index=$((index + 1))
    run_step "[$index/$#] $(step_title "$name")" "$name" "$quiet"
  done
}

# The steps that every build needs, in order.
# shellcheck disable=SC2034  # for the verbs
foundation=(packages cmake wabt sysroot)
