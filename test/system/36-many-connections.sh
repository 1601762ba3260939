#!/usr/bin/env bash
# 5,000 connections from one address, which say nothing: those beyond its bound are closed, the oldest
# first, clients of others and of that address are served meanwhile, and the daemon stays small.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

need_root "which sockets the daemon has is not told"
# So that memory that was freed is used again.
export ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=16
load_settings+=('handshake_timeout_s = 120') # so that none of them ends by itself
load_up
bound=200 # max_connections_per_address, by default

flood_start() {
    coproc flood { exec python3 -B "$root/test/system/connection_flood.py" 127.0.0.2 \
        "$SANDBOX_HTTPS_PORT" 5000; }
}

# get_from ADDRESS: one request.
get_from() {
    get "$load_mac" /ca.crt --interface "$1"
}

get_from 127.0.0.1
sockets=$(daemon_sockets)
memory=$(memory_kb "$daemon")
mark_log
began=$SECONDS

step "5,000 connections"
flood_start
served=0
is_over() {
    [ $(($(counter download_made_room) + $(counter download_refused_connections))) -ge 4800 ]
}
until is_over; do
    get_from 127.0.0.1
    expect_equal "another address, during it" 200 "$status"
    served=$((served + 1))
    [ $((SECONDS - began)) -lt 60 ] || fail "5,000 connections take longer than 60 s"
done
# shellcheck disable=SC2154  # coproc's
read -r -t 60 line <&"${flood[0]}" || fail "the flood ended"
echo "$line; $served requests of another address were served"
expect_match "what came of them" "^$((5000 - bound)) closed, $bound open" "$line"

step "while they are there"
counter_is download_waiting "$bound" || fail "waiting: $(counter download_waiting)"
get_from 127.0.0.3
expect_equal "another address" 200 "$status"
for i in 1 2 3; do
    get_from 127.0.0.2
    expect_equal "one more of that address" 200 "$status"
done
expect_equal "a place is free then" 1 $((bound - $(counter download_waiting)))
echo "refused: $(counter download_refused_connections)"
expect_between "sockets" "$bound" $((sockets + bound + 10)) "$(daemon_sockets)"
grown=$(($(memory_kb "$daemon") - memory))
echo "memory: $grown KB more for $bound connections"
# 29 KB each. ASan adds ten times as much to the many small pieces of GnuTLS 3.8; all 5,000 would take more
# than 1 GB then. TSan has several bytes of its own for each that was ever in use.
case $VARIANT in
tsan) ;;
asan) [ "$grown" -lt 80000 ] || fail "$bound connections take $grown KB" ;;
*) [ "$grown" -lt 10000 ] || fail "$bound connections take $grown KB" ;;
esac
lines=$(log_since 'ended connection address=127.0.0.2 ')
expect_between "lines in the log" 1 $((SECONDS - began + 1)) "$lines"

step "afterwards"
input=${flood[1]}
exec {input}>&-
eventually 20 "no connection is left" counter_is download_open 0
counter_is download_waiting 0 || fail "waiting: $(counter download_waiting)"
expect_between "sockets" 1 "$sockets" "$(daemon_sockets)"
get_from 127.0.0.2
expect_equal "that address" 200 "$status"
