#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# udp_time_test.sh COMMAND...: the command starts udp-time.
source "$(dirname "$0")/program.bash"

expect_run "no arguments" 2
expect_one_line "no arguments" "usage: udp-time"
expect_run "a bad address" 2 ask localhost:80
expect_one_line "a bad address" "udp-time: localhost:80: at byte 0 should be a number"

start_server serve 0.0.0.0:0
port=${address##*:}
before=$(date +%s)
# The answer to a question for 127.0.0.2 must come from there: the client takes no other.
for host in 127.0.0.1 127.0.0.2; do
    expect_run "a question to $host" 0 ask "$host:$port"
    answer=$(<"$scratch/out")
    [[ $answer =~ ^[0-9]+\.[0-9]{9}$ ]] || fail "no time: '$answer'"
    ((before <= ${answer%.*} && ${answer%.*} <= $(date +%s))) || fail "not the time of day: '$answer'"
done

kill -KILL "$server"
wait "$server" 2>/dev/null || true
started=()
expect_run "nobody answers" 1 ask "127.0.0.1:$port"
expect_one_line "nobody answers" "udp-time: recvfrom: ECONNREFUSED"

finish
