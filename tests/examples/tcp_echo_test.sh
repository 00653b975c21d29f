#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# tcp_echo_test.sh COMMAND...: the command starts tcp-echo.
source "$(dirname "$0")/program.bash"

expect_run "a bad address" 2 127.0.0.1:99999
expect_one_line "a bad address" "tcp-echo: 127.0.0.1:99999: at byte 10 should be a port from 0 to 65535"
expect_run "too many arguments" 2 127.0.0.1:0 more
expect_one_line "too many arguments" "usage: tcp-echo"

start_server 127.0.0.1:0
port=${address##*:}
expect_run "an address in use" 1 "$address"
expect_one_line "an address in use" "tcp-echo: bind: EADDRINUSE"

# A silent one, and two whose lines cross.
exec {silent}<>"/dev/tcp/127.0.0.1/$port" {first}<>"/dev/tcp/127.0.0.1/$port" {second}<>"/dev/tcp/127.0.0.1/$port"
echo one >&"$first"
echo two >&"$second"
IFS= read -r -t 60 line <&"$second"
expect "the second connection" two "$line"
IFS= read -r -t 60 line <&"$first"
expect "the first connection" one "$line"
exec {first}<&- {second}<&-

# More than fits the buffers of a connection, so the program has to wait for its reader.
head -c 20000000 /dev/urandom >"$scratch/sent"
exec {large}<>"/dev/tcp/127.0.0.1/$port"
cat "$scratch/sent" >&"$large" &
timeout 120 head -c 20000000 <&"$large" >"$scratch/received"
wait $!
cmp -- "$scratch/sent" "$scratch/received" || fail "what came back is not what was sent"
exec {large}<&- {silent}<&-

# At the limit of descriptors it waits until one is given back, and does not ask all the time.
kill -KILL "$server"
wait "$server" 2>/dev/null || true
program=(bash -c 'ulimit -n "$0"; exec "$@"' 64 "${program[@]}")
start_server 127.0.0.1:0
port=${address##*:}
connections=()
for ((i = 0; i < 80; i++)); do
    exec {connection}<>"/dev/tcp/127.0.0.1/$port"
    echo "$i" >&"$connection"
    connections+=("$connection")
done
IFS= read -r -t 60 line <&"${connections[0]}"
expect "a connection that was accepted" 0 "$line"
# All of its threads sleep. One that asks all the time never does.
for ((i = 0; i < 1000; i++)); do
    states=$(sed 's/.*) \(.\) .*/\1/' /proc/"$server"/task/*/stat | sort -u)
    if [[ $states == S ]]; then break; fi
done
expect "what the server does at the limit" S "$states"
for connection in "${connections[@]:0:60}"; do exec {connection}<&-; done
IFS= read -r -t 60 line <&"${connections[79]}" || line="nothing"
expect "the connection that was one too many" 79 "$line"

finish
