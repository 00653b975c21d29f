#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# httpd_test.sh COMMAND...: the command starts httpd, natively or through a WebAssembly runtime.
source "$(dirname "$0")/program.bash"
here=$(cd "$(dirname "$0")" && pwd)
root=$scratch/root

# server_ends WHAT EXIT_CODE: by itself.
server_ends() {
    local code=0
    wait "$server" || code=$?
    expect "exit code after $1" "$2" "$code"
    exec {ready}<&-
    started=()
}

# stop_server SIGNAL: the server ends with exit code 0.
stop_server() {
    kill -s "$1" "$server"
    server_ends "SIG$1" 0
}

get() { curl --silent --show-error --max-time 60 --path-as-is "$@"; }
status() { get --output /dev/null --write-out '%{http_code}' "$@"; }
# field NAME CURL_ARGUMENT...: the value of a response's header field.
field() { get --output /dev/null --dump-header - "${@:2}" | tr -d '\r' | sed -n "s/^$1: //Ip"; }

make_root() {
    local size
    mkdir -p "$root/folder" "$root/empty" "$root/sp ace"
    for size in 0 1 4095 4096 4097 1048576 1048577 10485760; do head -c "$size" /dev/urandom >"$root/$size.bin"; done
    echo '<h1>top</h1>' >"$root/index.html"
    echo '<h1>folder</h1>' >"$root/folder/index.html"
    echo 'body {}' >"$root/folder/STYLE.CSS"
    echo 'spaces and umlauts' >"$root/sp ace/ü%41.txt"
    echo 'secret' >"$scratch/outside.txt"
    ln -s ../outside.txt "$root/link-out.txt"
    ln -s /etc "$root/link-etc"
    ln -s .. "$root/folder/link-up"
    ln -s index.html "$root/link-inside.html"
    mkfifo "$root/pipe"
}

test_every_file() {
    local path url
    while IFS= read -r path; do
        url=${path//%/%25}
        url=${url// /%20}
        get --output "$scratch/got" "http://$address/$url" || fail "curl /$url"
        cmp "$root/$path" "$scratch/got" >/dev/null || fail "/$url is not $path"
        expect "Content-Length of /$url" "$(stat -c %s "$root/$path")" \
            "$(field Content-Length --head "http://$address/$url")"
    done < <(cd "$root" && find . -type f -printf '%P\n')
}

test_header_fields() {
    expect "type of /" "text/html; charset=utf-8" "$(field Content-Type "http://$address/")"
    expect "type of a style sheet" "text/css; charset=utf-8" "$(field Content-Type "http://$address/folder/STYLE.CSS")"
    expect "type of an unknown file" "application/octet-stream" "$(field Content-Type "http://$address/1.bin")"
    touch -d '1994-11-06 08:49:37 UTC' "$root/1.bin"
    expect "Last-Modified" "Sun, 06 Nov 1994 08:49:37 GMT" "$(field Last-Modified "http://$address/1.bin")"
    [[ "$(field Date "http://$address/")" == ???,\ ??\ ???\ ????\ ??:??:??\ GMT ]] || fail "Date"
    expect "Allow" "GET, HEAD" "$(field Allow -X DELETE "http://$address/")"
    expect "HTTP/1.0 is closed" "close" "$(field Connection --http1.0 "http://$address/")"
}

test_statuses() {
    local path
    for path in /nope /nope/ /0.bin/ /0.bin/x /empty/ /folder/nope /.. /../outside.txt /folder/../../outside.txt \
        /%2e%2e/outside.txt /%2E%2e%2foutside.txt /..%2foutside.txt /folder%2findex.html //etc/passwd /%2fetc/passwd \
        //0.bin /./0.bin /folder/.. /link-out.txt /link-etc/passwd /link-etc/ /folder/link-up/0.bin /link-inside.html \
        /pipe "/$(printf '%0300d' 0)"; do
        expect "status of $path" 404 "$(status "http://$address$path")"
    done
    for path in /%00 /0.bin%00 /%zz /%4 /%; do
        expect "status of $path" 400 "$(status "http://$address$path")"
    done
    expect "POST" 405 "$(status -d data "http://$address/")"
    expect "a chunked POST" 405 "$(status -H 'Transfer-Encoding: chunked' -d data "http://$address/")"
    expect "a query" 200 "$(status "http://$address/0.bin?x=/../..%00")"
    expect "a folder without a slash" 301 "$(status "http://$address/folder")"
    expect "its Location" "/folder/" "$(field Location "http://$address/folder")"
    expect "its Location with a query" "/sp%20ace/?a=b" "$(field Location "http://$address/sp%20ace?a=b")"
    expect "a redirection that is followed" "<h1>folder</h1>" "$(get -L "http://$address/folder")"
}

test_connections() {
    local urls=() i
    for ((i = 0; i < 20; ++i)); do urls+=(-o /dev/null "http://$address/4096.bin"); done
    expect "new connections of 20 requests" "1$(printf '0%.0s' {1..19})" "$(get -w '%{num_connects}' "${urls[@]}")"
    "$here/httpd_raw.py" "$address" "$root" || fail "raw requests"
}

# A changed, replaced or removed file shows in the next response, although it was just served.
test_changing_files() {
    local url=http://$address/changing.txt
    printf 'a longer text' >"$root/changing.txt"
    expect "a new file" "a longer text" "$(get "$url")"
    printf 'short' >"$root/changing.txt"
    expect "a shortened file" "short" "$(get "$url")"
    printf 'other' >"$root/new"
    mv "$root/new" "$root/changing.txt"
    expect "a replaced file" "other" "$(get "$url")"
    rm "$root/changing.txt"
    expect "a removed file" 404 "$(status "$url")"
}

test_deadlines() {
    start_server --root "$root" --listen 127.0.0.1:0 --idle-timeout 3
    "$here/httpd_raw.py" --deadlines "$address" "$root" || fail "deadlines"
    stop_server TERM
}

# The first SIGTERM lets answers end, for a limited time; the second ends the server.
test_shutdown() {
    start_server --root "$root" --listen 127.0.0.1:0 --shutdown-timeout 3600
    "$here/httpd_raw.py" --shutdown "$server" "$address" "$root" || fail "shutdown"
    server_ends "the last answer" 0
    start_server --root "$root" --listen 127.0.0.1:0 --idle-timeout 3600 --shutdown-timeout 1
    "$here/httpd_raw.py" --shutdown-deadline "$server" "$address" "$root" || fail "deadline of the shutdown"
    server_ends "the deadline" 0
    start_server --root "$root" --listen 127.0.0.1:0 --idle-timeout 3600 --shutdown-timeout 3600
    "$here/httpd_raw.py" --second-signal "$server" "$address" "$root" || fail "a second signal"
    server_ends "a second SIGTERM" 143
}

# More clients than descriptors: nobody is refused for good, and those who wait are served when others leave.
test_few_descriptors() {
    local limit
    limit=$(ulimit -S -n)
    ulimit -S -n 40
    start_server --root "$root" --listen 127.0.0.1:0
    ulimit -S -n "$limit"
    "$here/httpd_raw.py" --many-clients "$address" "$root" || fail "few descriptors"
    stop_server TERM
}

test_other_addresses() {
    if grep -q ' lo$' /proc/net/if_inet6 2>/dev/null; then
        start_server --root "$root" --listen '[::1]:0'
        expect "over IPv6" "<h1>top</h1>" "$(get "http://$address/")"
        stop_server INT
    fi
    start_server --root "$root" --listen "unix:$scratch/socket"
    expect "over a Unix socket" "<h1>top</h1>" "$(get --unix-socket "$scratch/socket" "http://localhost/")"
    stop_server TERM
}

test_command_line() {
    local arguments
    expect_run "--help" 0 --help
    grep -q '^usage: httpd ' "$scratch/out" || fail "--help shows no usage"
    for arguments in --nope extra --root --listen "--listen 127.0.0.1" "--listen localhost:80" \
        "--listen 127.0.0.1:70000" "--idle-timeout 0" "--idle-timeout x" "--shutdown-timeout 0"; do
        # shellcheck disable=SC2086
        expect_run "httpd $arguments" 2 $arguments
        expect_one_line "httpd $arguments" "httpd: "
    done
    expect_run "a missing root" 1 --root "$scratch/missing" --listen 127.0.0.1:0
    expect_one_line "a missing root" \
        "httpd: cannot open the folder $scratch/missing: openat: ENOENT (no such file or directory)"
    expect_run "a root that is a file" 1 --root "$root/0.bin" --listen 127.0.0.1:0
    expect_one_line "a root that is a file" \
        "httpd: cannot open the folder $root/0.bin: openat: ENOTDIR (not a directory)"
    start_server --root "$root" --listen 127.0.0.1:0
    expect_run "a port in use" 1 --root "$root" --listen "$address"
    expect_one_line "a port in use" "httpd: cannot listen on $address: bind: EADDRINUSE (address already in use)"
    stop_server INT
}

make_root
start_server --root "$root" --listen 127.0.0.1:0
test_every_file
test_header_fields
test_statuses
test_connections
test_changing_files
stop_server TERM
if [[ " ${program[*]} " == *" --allow "* ]]; then # what follows needs ports and sockets that no rule allows
    finish
    exit
fi
test_deadlines
test_shutdown
test_few_descriptors
test_other_addresses
test_command_line
finish
