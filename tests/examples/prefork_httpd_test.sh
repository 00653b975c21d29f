#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# prefork_httpd_test.sh COMMAND...: the command starts prefork-httpd.
source "$(dirname "$0")/program.bash"
cd "$scratch"

expect_run "no arguments" 2
expect_one_line "no arguments" "usage: prefork-httpd"
expect_run "no workers" 2 127.0.0.1:0 0 file
expect_run "a missing file" 1 127.0.0.1:0 1 missing
expect_one_line "a missing file" "prefork-httpd: openat: ENOENT"

# ask [ARGUMENT...]: one request; leaves the answer in `body` and the number of the worker in $worker.
ask() {
    curl --silent --show-error --max-time 60 --dump-header head --output body "$@" "http://$address/" || fail "curl $*"
    worker=$(sed -n 's,^Server: prefork-httpd/\([0-9]*\).*,\1,p' head)
}

head -c 300000 /dev/urandom >file
start_server 127.0.0.1:0 3 file
declare -A workers=()
# The kernel chooses by the client's port, which differs from one to the next.
for ((i = 0; i < 1000 && ${#workers[@]} < 3; i++)); do
    ask
    cmp -- file body || fail "the body is not the file"
    workers[$worker]=1
done
expect "workers that have answered" 3 "${#workers[@]}"
ask --head
expect "the length that HEAD tells" 300000 "$(sed -n 's/^Content-Length: \([0-9]*\).*/\1/p' head)"
ask --request DELETE
[[ $(<head) == "HTTP/1.1 405 "* ]] || fail "DELETE: $(<head)"
exec {raw}<>"/dev/tcp/127.0.0.1/${address##*:}"
printf 'nonsense\r\n\r\n' >&"$raw"
IFS= read -r -t 60 line <&"$raw"
[[ $line == "HTTP/1.1 400 "* ]] || fail "nonsense: '$line'"
exec {raw}<&-

# A worker that is killed is replaced, and nobody is refused meanwhile.
for gone in "${!workers[@]}"; do kill -KILL "$gone"; done
declare -A successors=()
for ((i = 0; i < 1000 && ${#successors[@]} < 3; i++)); do
    ask
    successors[$worker]=1
done
expect "workers that have answered" 3 "${#successors[@]}"
for gone in "${!workers[@]}"; do [[ -z ${successors[$gone]:-} ]] || fail "worker $gone answers after its death"; done

kill -TERM "$server"
code=0
wait "$server" || code=$?
started=()
expect "the exit code after SIGTERM" 0 "$code"
for worker in "${!successors[@]}"; do
    if kill -0 "$worker" 2>/dev/null; then fail "worker $worker has outlived its parent"; fi
done

finish
