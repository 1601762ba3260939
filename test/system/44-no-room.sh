#!/usr/bin/env bash
# When all places are taken, or all open files, the log says so, a counter counts, and an operator
# still gets in.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 0
new_device "$mac"

# restart_with LINES: with these in [download].
cp "$sandbox/etc/secureesp.conf" "$work/plain.conf"
restart_with() {
    part stop daemon
    # Who says nothing is to stay, so that there is no room.
    sed "s/^\[download\]\$/[download]\\nhandshake_timeout_s = 120\\n$1/" "$work/plain.conf" >"$sandbox/etc/secureesp.conf"
    : >"$sandbox/log/daemon.log"
    part start daemon
}

# hold ARGUMENT...: connections that stay, see connection_flood.py; released by release.
holders=()
hold() {
    local fifo=$work/hold.${#holders[@]} said=$work/said.${#holders[@]} input
    mkfifo "$fifo"
    # shellcheck disable=SC2034  # held, not used
    exec {input}<>"$fifo"
    # shellcheck disable=SC2016  # for the inner shell
    process_start "$fifo.record" "$said" bash -c 'exec python3 -B "$@" <"$0"' "$fifo" \
        "$root/test/system/connection_flood.py" "$@"
    records+=("$fifo.record")
    holders+=("$fifo.record")
    eventually 60 "the connections of $*" test -s "$said"
}
release() {
    process_stop "${holders[@]}"
    holders=()
    rm -f "$work"/hold.* "$work"/said.*
}
said_since_start() {
    grep -c "$1" "$sandbox/log/daemon.log" || true
}
is_served() {
    get "$mac" /ca.crt
    [ "$status" = 200 ]
}

step "the download server is full"
restart_with 'max_connections = 20\nmax_connections_per_address = 15'
hold 127.0.0.2 "$SANDBOX_HTTPS_PORT" 20
expect_equal "closed of one address" 5 \
    $(($(counter download_refused_connections) + $(counter download_made_room)))
hold 127.0.0.3 "$SANDBOX_HTTPS_PORT" 10
# By whether they were seen as there when others came.
expect_match "lines about that address" '^[12]$' \
    "$(said_since_start 'address=127.0.0.2 .*raise max_connections_per_address')"
[ "$(counter download_full)" -gt 0 ] || fail "nothing is counted"
expect_equal "open" 20 "$(counter download_open)"
expect_equal "lines in the log" 1 \
    "$(said_since_start 'full server=download max_connections=20 .*raise max_connections')"
expect_match "status" "download_full +[1-9]" "$(secureesp status)"
release
eventually 20 "a device is served" is_served

step "300 clients of the operator's socket that say nothing"
before=$(counter api_full)
hold "$SECUREESP_SOCKET" 300
secureesp status >/dev/null || fail "the operator is locked out"
[ "$(counter api_full)" -gt "$before" ] || fail "nothing is counted"
expect_equal "lines in the log" 1 "$(said_since_start 'full server=api .*ended the one that was idle longest')"
release

step "nobody loses a connection to a user that has more of them"
if [ "$(id -u)" -eq 0 ]; then
    coproc operator { exec socat - "UNIX-CONNECT:$SECUREESP_SOCKET"; }
    operator_pid=$!
    hold --uid 65534 "$SECUREESP_SOCKET" 300
    printf 'GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&"${operator[1]}"
    IFS= read -r -t 20 said <&"${operator[0]}" || said=nothing
    expect_match "on the operator's idle connection" '^HTTP/1.1 200' "$said"
    kill "$operator_pid"
    wait "$operator_pid" || true
    release
else
    echo "skipped: root alone can be another user as well"
fi

step "no more open files"
ulimit -n 450
since=$SECONDS
restart_with 'max_connections = 2000\nmax_connections_per_address = 2000'
expect_equal "lines at the start" 1 \
    "$(said_since_start 'max_connections = 2000 needs [0-9]* open files, 450 are allowed')"
for _ in 1 2; do
    hold 127.0.0.2 "$SANDBOX_HTTPS_PORT" 200
done
secureesp status >/dev/null || fail "the operator is locked out"
secureesp command "$mac" reboot 2>"$work/said" || true # of a device that never reported
expect_match "an answer" "$mac" "$(cat "$work/said")"
[ "$(counter download_full)" -gt 0 ] || fail "nothing is counted"
lines=$(said_since_start 'no more files server=download .*LimitNOFILE')
if [ "$lines" -lt 1 ] || [ "$lines" -gt $((1 + (SECONDS - since) / 10)) ]; then
    fail "$lines lines in the log in $((SECONDS - since)) s, where one in 10 s is the limit"
fi
hold "$SECUREESP_SOCKET" 300
secureesp status >/dev/null || fail "the operator is locked out"
release
eventually 20 "a device is served" is_served
