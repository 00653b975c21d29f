#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# socket_activated_test.sh COMMAND...: the command starts socket-activated. The manager is systemd's own.
source "$(dirname "$0")/program.bash"
cd "$scratch"

expect_run "an argument" 2 more
expect_one_line "an argument" "usage: systemd-socket-activate"
expect_run "no manager" 1
[[ $(<err) == "socket-activated: no sockets"* ]] || fail "no manager: '$(<err)'"

# ask SOCKET: connects, and prints all that comes and this client's number.
ask() {
    python3 -c '
import os, socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.settimeout(120)
peer.connect(sys.argv[1])
print(peer.makefile().read(), end="")
print(os.getpid())' "$1"
}

# The manager makes the sockets, and becomes the program when somebody connects.
systemd-socket-activate --listen="$scratch/one" --listen="$scratch/two" --fdname=first:second \
    "${program[@]}" >out 2>server.err &
server=$!
started+=("$server")
while [[ ! -S two ]]; do
    kill -0 "$server" 2>/dev/null || { fail "the manager has ended: '$(<server.err)'"; finish; }
    read -r -t 0.05 <> <(:) || true
done
for pair in one:first two:second one:first; do
    { read -r line; read -r client; } < <(ask "$scratch/${pair%:*}")
    expect "the answer at ${pair%:*}" "user $(id -u), process $client, by way of ${pair#*:}" "$line"
done

# Out of descriptors it sleeps, by ppoll(2), before it tries the same again. The connection is answered when it can be.
limit=$(ulimit -Sn)
prlimit --pid "$server" --nofile=3:
ask "$scratch/one" >late &
client=$!
sleeps=no
for ((tries = 0; tries < 300; ++tries)); do
    ! grep -qs '^271 ' "/proc/$server/task/"*/syscall || { sleeps=yes; break; }
    read -r -t 0.02 <> <(:) || true
done
expect "out of descriptors it sleeps" yes "$sleeps"
prlimit --pid "$server" --nofile="$limit:"
wait "$client"
{ read -r line; read -r client; } <late
expect "the late answer" "user $(id -u), process $client, by way of first" "$line"

kill -TERM "$server"
code=0
wait "$server" || code=$?
started=()
expect "the exit code after SIGTERM, standard error '$(<server.err)'" 0 "$code"

finish
