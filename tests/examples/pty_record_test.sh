#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# pty_record_test.sh COMMAND...: the command starts pty-record.
source "$(dirname "$0")/program.bash"
cd "$scratch"

# recorded FILE: the size, and all the output that the file has, with its escapes.
recorded() {
    python3 - "$1" <<'PYTHON'
import json, sys
size, *events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
times = [time for time, _, _ in events]
assert times == sorted(times) and all(kind == "o" for _, kind, _ in events), events
print(size["version"], size["width"], size["height"], repr("".join(text for _, _, text in events)))
PYTHON
}

expect_run "a program" 3 file sh -c 'test -t 0 && stty size && printf "\"a\\\\\tb\033[0m" && exit 3' </dev/null
expect "a program: output" '24 80
"a\	b'$'\033[0m' "$(tr -d '\r' <out)"
expect "a program: recorded" $'2 80 24 \'24 80\\r\\n"a\\\\\\tb\\x1b[0m\'' "$(recorded file)"

# The terminal's buffer cuts characters in two.
printf '%.0s\303\244' {1..6000} >umlauts
expect_run "characters of several bytes" 0 file cat "$PWD/umlauts" </dev/null
expect "characters of several bytes: recorded" "2 80 24 '$(<umlauts)'" "$(PYTHONIOENCODING=utf-8 recorded file)"

expect_run "a program that is killed" 143 file sh -c 'kill -TERM $$' </dev/null
expect_run "no such program" 1 file "no such program" </dev/null
expect_one_line "no such program" "pty-record: execve: ENOENT"
expect_run "no such folder" 1 no/file true </dev/null
expect_one_line "no such folder" "pty-record: openat: ENOENT"
expect_run "no arguments" 2
expect_one_line "no arguments" "pty-record: FILE"

# A real shell: it echoes what is typed and has its terminal as the controlling one.
export SHELL=/bin/sh PS1='> '
printf 'echo $((6 * 7)) >/dev/tty\nexit 5\n' >typed
expect_run "a shell" 5 file <typed
expect "a shell: its answer" 1 "$(tr -d '\r' <out | grep -c '^\(> \)\?42$')"
expect "a shell: what was typed" 1 "$(grep -c 'exit 5' <out)"

# More than any buffer between us and the program holds, both ways at once.
seq 100000 139999 >long
expect_run "much input" 0 file sh -c 'stty raw -echo; echo go; head -c 280000' <long
expect "much input: all of it" "$(md5sum <long)" "$(sed 1d out | tail -c 280000 | md5sum)"

# On a terminal, which gets back its settings, and whose size the program gets. Nothing is typed, not even an end.
mkfifo nothing
exec {silent}<>nothing
expect_run "a terminal" 0 outer sh -c 'stty rows 11 cols 44; before=$(stty -g); "$@"; test "$before" = "$(stty -g)"' - \
    "${program[@]}" inner stty size <&"$silent"
expect "a terminal: its size" "11 44" "$(tr -d '\r' <out | head -n 1)"
expect "a terminal: recorded" "2 44 11" "$(recorded inner | cut -d ' ' -f 1-3)"

# Also when it is killed, which the program does, once it has got what was typed and so the terminal is in raw mode.
printf 'go\n' >&"$silent"
expect_run "killed on a terminal" 129 outer \
    sh -c 'before=$(stty -g); "$@" || code=$?; test "$before" = "$(stty -g)" && exit "$code"' - \
    "${program[@]}" inner sh -c 'read -r go; kill -TERM $PPID; exec cat' <&"$silent"
finish
