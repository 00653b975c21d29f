#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# netlink_watch_test.sh COMMAND...: the command starts netlink-watch. It does so in a network namespace, where this
# test is started once more; where the machine refuses that, the test is skipped.
if [[ -z ${WALI_IN_NAMESPACE:-} ]]; then
    # A user who is not root becomes one there.
    for flags in --net "--net --user --map-root-user"; do
        # shellcheck disable=SC2086
        if unshare $flags true 2>/dev/null; then WALI_IN_NAMESPACE=1 exec unshare $flags "$0" "$@"; fi
    done
    echo "skipped: this machine refuses network namespaces"
    exit 77
fi
source "$(dirname "$0")/program.bash"

expect_run "an argument" 2 more
expect_one_line "an argument" "usage: netlink-watch"

# control REQUEST FORMAT VALUE...: has the kernel change the loopback interface.
control() {
    python3 -c '
import fcntl, socket, struct, sys
request, form, *values = sys.argv[1:]
control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(control, int(request, 0), struct.pack("16s" + form, b"lo", *map(int, values)))' "$@"
}
set_flags() { control 0x8914 H14x "$1"; } # SIOCSIFFLAGS; up is 1
remove_address() { control 0x8916 HH20x 2 0; } # SIOCSIFADDR of 0.0.0.0

# wait_for LINE: reads on until the program says so.
wait_for() {
    local line
    while IFS= read -r -t 120 line <&"$says"; do
        seen+=("$line")
        if [[ $line == "$1" ]]; then return 0; fi
    done
    fail "never said '$1' but '${seen[*]}', standard error: $(<"$scratch/err")"
    finish
}

mkfifo "$scratch/says"
"${program[@]}" >"$scratch/says" 2>"$scratch/err" &
watcher=$!
started+=("$watcher")
exec {says}<"$scratch/says"
seen=()
wait_for "= interface 1 lo down mtu 65536 address 00:00:00:00:00:00"
wait_for watching
set_flags 1
wait_for "+ interface 1 lo up mtu 65536 address 00:00:00:00:00:00"
wait_for "+ route 127.0.0.1/32 interface 1 table 255"
printf '%s\n' "${seen[@]}" | grep -qx -- "+ address 127.0.0.1/8 interface 1" || fail "no address: '${seen[*]}'"
remove_address
wait_for "- route 127.0.0.1/32 interface 1 table 255"
printf '%s\n' "${seen[@]}" | grep -qx -- "- address 127.0.0.1/8 interface 1" || fail "still there: '${seen[*]}'"
set_flags 0
wait_for "+ interface 1 lo down mtu 65536 address 00:00:00:00:00:00"

finish
