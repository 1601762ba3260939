#!/usr/bin/env bash
# Whoever has no certificate, or one, holds no place in the download server that others need.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

places=60
load_settings=("max_connections = $places" 'max_connections_per_address = 15'
    'handshake_timeout_s = 4' 'timeout_s = 6' 'min_bytes_per_second = 50000')
load_up
thief=$(mac_of 2)
new_device "$thief"
lines() {
    grep -c "$1" "$sandbox/log/daemon.log" || true
}

# flood_from N: 127.0.0.N, all of whose places are taken by who says nothing.
flood_from() {
    # shellcheck disable=SC2016  # for the inner shell
    process_start "$work/flood$1.record" "$work/flood$1" bash -c \
        'while :; do python3 -B "$0" "$@" </dev/null; done' \
        "$root/test/system/connection_flood.py" "127.0.0.$1" "$SANDBOX_HTTPS_PORT" 15
    records+=("$work/flood$1.record")
}
image_path="/download/firmware.bin?curimage=$(image_name 00.00.01)"

step "six addresses that say nothing"
for i in 2 3 4 5 6 7; do
    flood_from "$i"
done
is_full() {
    [ "$(counter download_full)" -gt 0 ]
}
eventually 60 "all places are taken" is_full
for ((i = 0; i < 20; i++)); do
    get "$load_mac" /ca.crt
    expect_equal "a device beside them" 200 "$status"
done
[ "$(counter download_made_room)" -gt 0 ] || fail "none made room"
expect_between "lines in the log" 1 10 "$(lines 'full server=download .*the oldest that asks for nothing')"
for i in 2 3 4 5 6 7; do
    process_stop "$work/flood$i.record"
done
eventually 20 "no connection is left" counter_is download_open 0

step "one address, all of whose places are taken by who goes no further"
for kind in tcp half_hello hello; do
    slow_start 15 "$kind"
    eventually 10 "$kind: they are there" counter_is download_waiting 15
    before=$(counter download_made_room)
    for ((i = 0; i < 10; i++)); do
        get "$load_mac" /ca.crt --interface 127.0.0.2
        expect_equal "$kind: a device of that address" 200 "$status"
    done
    [ "$(counter download_made_room)" -gt "$before" ] || fail "$kind: none made room"
    slow_stop
    eventually 20 "$kind: no connection is left" counter_is download_open 0
done
expect_equal "refused" 0 "$(counter download_refused_connections)"
expect_between "lines in the log" 1 30 \
    "$(lines 'ended connection address=127.0.0.2 reason="it has 15 and opens another"')"

step "one certificate with 20 downloads that are slow, and who says nothing, from a slow board's address"
# The board takes little more than it has to, for a third of a minute.
before=$(counter download_made_room)
# shellcheck disable=SC2016  # for the inner shell
process_start "$work/board.record" "$work/board" bash -c 'sleep 60 | exec python3 -B "$0" "$@"' \
    "$root/test/system/slow_downloads.py" "$SANDBOX_HTTPS_PORT" "$SANDBOX_PKI/ca.crt" \
    "$SANDBOX_PKI/devices/$load_mac.crt" "$SANDBOX_PKI/devices/$load_mac.key" "$image_path" 1 58000
records+=("$work/board.record")
eventually 20 "the board's download" grep -q '^begun 1$' "$work/board"
flood_from 1
coproc slow { exec python3 -B "$root/test/system/slow_downloads.py" "$SANDBOX_HTTPS_PORT" \
    "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/devices/$thief.crt" "$SANDBOX_PKI/devices/$thief.key" \
    "$image_path" 20 4000; }
# shellcheck disable=SC2154  # coproc's
read -r -t 60 line <&"${slow[0]}" || fail "the downloads did not begin"
expect_equal "downloads that have a place" "begun 4" "$line"
# The flood may end some of them in their handshakes.
expect_between "the others" 12 16 "$(counter download_refused_crowded)"
expect_between "lines in the log" 1 20 "$(lines 'refused client .*max_connections_per_certificate')"
get "$load_mac" "/firmware.bin?curimage=$(image_name 00.00.01)" --limit-rate 400k
expect_equal "a board that is not as slow" 200 "$status"
read -r -t 60 line <&"${slow[0]}" || fail "the downloads do not end"
expect_equal "what became of them" "done 0, ended 4, refused 16" "$line"
eventually 30 "the board's download ends" grep -q '^done' "$work/board"
expect_equal "of the slow board" "begun 1 done 1, ended 0, refused 0" "$(paste -s -d ' ' "$work/board")"
[ "$(counter download_made_room)" -gt "$before" ] || fail "none made room at the board's address"
process_stop "$work/flood1.record"
expect_equal "counted" 4 "$(counter download_slow)"
expect_between "lines in the log" 1 4 "$(lines 'ended slow download address=127.0.0.1 .*min_bytes_per_second')"
eventually 20 "no connection is left" counter_is download_open 0

step "a device that connects again and again, and never ends a connection"
for ((i = 0; i < 6; i++)); do
    # shellcheck disable=SC2016  # for the inner shell
    process_start "$work/idle$i.record" /dev/null bash -c 'sleep 60 | openssl s_client -quiet -tls1_2 \
        -connect "localhost:$0" -cert "$1.crt" -key "$1.key"' \
        "$SANDBOX_HTTPS_PORT" "$SANDBOX_PKI/devices/$thief"
    records+=("$work/idle$i.record")
done
was_replaced() {
    [ "$(counter download_replaced)" -ge 2 ]
}
eventually 10 "older ones give way" was_replaced
get "$thief" /ca.crt
expect_equal "that device" 200 "$status"
