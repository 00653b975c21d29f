# SPDX-License-Identifier: BSL-1.0
# What the tests of the example programs share. The command that starts the program is in the array `program`; scratch
# files go to the folder $scratch, which is removed at the end, after the processes in `started` have ended.
set -euo pipefail

if (($# == 0)); then
    echo "usage: $0 COMMAND [ARGUMENT...]: the command that starts the program under test" >&2
    exit 2
fi
program=()
for argument; do # the tests change the folder
    if [[ -e $argument ]]; then argument=$(realpath "$argument"); fi
    program+=("$argument")
done
scratch=$(mktemp -d)
started=()
failures=0

end_test() {
    local pid
    for pid in "${started[@]}"; do
        if kill -KILL "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || true; fi
    done
    rm -rf "$scratch"
    return 0
}
trap end_test EXIT

fail() { echo "FAILED: $*" >&2; failures=$((failures + 1)); }

# expect WHAT WANTED GOT
expect() { [[ "$2" == "$3" ]] || fail "$1: wanted '$2', got '$3'"; }

# expect_run WHAT EXIT_CODE [ARGUMENT...]: runs the program; leaves its output in $scratch/out and $scratch/err.
expect_run() {
    local what=$1 wanted=$2 code=0
    shift 2
    timeout 120 "${program[@]}" "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
    expect "$what: exit code" "$wanted" "$code"
}

# expect_one_line WHAT WORDS: standard error of the last run is one line that begins with WORDS.
expect_one_line() {
    local text
    text=$(<"$scratch/err")
    [[ $(wc -l <"$scratch/err") == 1 && "$text" == "$2"* ]] || fail "$1: not one line beginning with '$2': '$text'"
}

# start_server [ARGUMENT...]: starts a program that prints where it listens; leaves the process in $server and the
# address in $address.
start_server() {
    local line=
    rm -f "$scratch/ready"
    mkfifo "$scratch/ready"
    "${program[@]}" "$@" >"$scratch/ready" 2>"$scratch/server.err" &
    server=$!
    started+=("$server")
    # A runtime may compile the program first. The end of the server is the end of the pipe.
    exec {ready}<"$scratch/ready"
    IFS= read -r -t 120 line <&"$ready" || true
    if [[ "$line" != "listening on "* ]]; then
        fail "the first line of the program with $*: '$line', standard error: $(<"$scratch/server.err")"
        exit 1
    fi
    address=${line#listening on }
}

finish() {
    ((failures == 0)) || { echo "$failures failed" >&2; exit 1; }
    echo "all passed"
}
