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
# The native tree needs no sysroot: where both are to be made, they are at the same time, and reported in their turns.

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

# show_progress LABEL LOG START: what the step is doing, on the terminal every second, else a line now and then. It ends
# with setup, however that ended.
show_progress() {
  local label=$1 log=$2 start=$3 last width ticks=0
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

# group_runs PID: whether a process of the group does. Zombies do not, which nobody takes in a container whose first
# process is no init.
group_runs() { grep -qsE "\) [^ZX] [0-9]+ $1 " /proc/[0-9]*/stat; }

# stop_groups PID...: ends process groups that this script started. One signal for each: a second one would end what the
# first made clean up, which takes seconds on a busy machine.
stop_groups() {
  local group tries
  for group; do kill -TERM -- "-$group" 2>/dev/null || true; done
  for group; do
    for ((tries = 0; tries < 300; ++tries)); do
      group_runs "$group" || continue 2
      sleep 0.1
    done
    kill -KILL -- "-$group" 2>/dev/null || true
  done
}

# begin_step NAME: starts the step in a process group of its own, so that an interrupt can end it with all its children.
# It takes the lock over.
declare -A step_pid=() step_start=() # of the steps that run
ticker_pid=
begin_step() {
  local name=$1
  [[ ! -t 2 ]] || export WALI_PROGRESS=1
  step_start[$name]=$SECONDS
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM HUP
  set -m
  "$steps/$name" </dev/null >"$(log_of "$name")" 2>&1 &
  set +m
  step_pid[$name]=$!
  exec {lock}>&-
}

log_of() { printf '%s\n' "$cache/logs/$1-$$.log"; }

# end_step LABEL NAME: waits for it, with progress.
end_step() {
  local label=$1 name=$2 status=0
  set -m
  show_progress "$label" "$(log_of "$name")" "${step_start[$name]}" </dev/null &
  ticker_pid=$!
  set +m
  wait "${step_pid[$name]}" || status=$?
  unset "step_pid[$name]"
  ((${#step_pid[@]})) || trap - INT TERM HUP
  kill -TERM -- "-$ticker_pid" 2>/dev/null || true
  wait "$ticker_pid" 2>/dev/null || true
  ticker_pid=
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  return "$status"
}

stop_steps() {
  [[ -z $ticker_pid ]] || kill -TERM -- "-$ticker_pid" 2>/dev/null || true
  stop_groups "${step_pid[@]}"
}

interrupted() {
  trap '' INT TERM HUP
  stop_steps
  say ""
  say "wali: interrupted; run the same command again to go on"
  exit "$1"
}

# fail_step LABEL NAME: the end of the log, then what to do: the line "wali: ..." of a step that knows.
fail_step() {
  local label=$1 seconds=$((SECONDS - step_start[$2])) log reason
  log=$(log_of "$2")
  stop_steps
  tail -n "$log_tail_lines" -- "$log" | grep -v '^wali: ' | sed 's/^/    /' >&2 || true
  reason=$(grep '^wali: ' -- "$log" | tail -n 1) || reason='wali: put right what the log says above, and run again'
  say "$label: failed after $seconds s, log: $log"
  say "$reason"
  exit 1
}

# lock_step NAME: opens the step's lock as $lock and takes it; fails where another setup has it.
lock_step() {
  lock_file=$cache/locks/$1.lock
  [[ $1 != build-* ]] || lock_file=$cache/locks/$1-$(hash_of "$top").lock
  exec {lock}>>"$lock_file"
  flock -n "$lock"
}

# begin_beside NAME: starts a step before its turn, unless another setup is at it.
begin_beside() {
  if lock_step "$1"; then
    begin_step "$1"
  else
    exec {lock}>&-
  fi
}

# run_step LABEL NAME QUIET BESIDE: BESIDE is a step to begin at the same time, or empty.
run_step() {
  local label=$1 name=$2 quiet=$3 beside=$4 took=
  if [[ -z ${step_pid[$name]:-} ]]; then
    if import_check "$name"; then
      [[ $quiet == yes ]] || say "$label: ready"
      return
    fi
    [[ ! -x $steps/$name.prepare ]] || "$steps/$name.prepare" # what needs the terminal, e.g. a password
    if ! lock_step "$name"; then
      say "$label: waiting for another setup that is at it (lock: $lock_file)"
      flock "$lock"
    fi
    if import_check "$name"; then
      say "$label: ready"
      exec {lock}>&-
      return
    fi
    find "$cache/logs" -name '*.log' -mtime +14 -delete
    begin_step "$name"
    [[ -z $beside ]] || begin_beside "$beside"
  elif ! kill -0 "${step_pid[$name]}" 2>/dev/null; then
    took="at the same time"
  fi
  [[ -t 2 ]] || say "$label ..."
  end_step "$label" "$name" || fail_step "$label" "$name"
  [[ $name == build-* ]] || import_check "$name" || {
    say "wali: the step ended without an error and is not done" >>"$(log_of "$name")" 2>&1
    fail_step "$label" "$name"
  }
  say "$label: done ${took:-in $((SECONDS - step_start[$name])) s}"
}

# setup [--quiet] STEP...
setup() {
  local quiet=no index=0 name beside
  if [[ ${1:-} == --quiet ]]; then
    quiet=yes
    shift
  fi
  check_host
  for name; do
    index=$((index + 1))
    beside=
    [[ $name != @(sysroot|exceptions) || " $* " != *" build-native "* || -n ${step_pid[build-native]:-} ]] ||
      beside=build-native
    run_step "[$index/$#] $(step_title "$name")" "$name" "$quiet" "$beside"
  done
}

# In order: what every build needs; also what a prefix holds; also what all of the tests need.
# shellcheck disable=SC2034  # for the verbs
foundation=(packages cmake wabt sysroot)
complete=("${foundation[@]}" exceptions)
everything=(packages test-packages cmake wabt sysroot exceptions)
