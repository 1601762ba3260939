#!/usr/bin/env bash
# The emulated board asks for the time, by DNS and SNTP: without it it connects nowhere, with a wrong one
# it says what is wrong with the certificates, and answers that lie or are none do not set its clock.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"
# shellcheck source=test/system/board_tls_lib.sh
. "$(dirname "$0")/board_tls_lib.sh"

# the_time WAY: how the time server answers from now on.
the_time() {
    echo "$1" >"$work/time/time.new"
    mv "$work/time/time.new" "$work/time/time"
}
asked() { # WAY TIMES
    [ "$(grep -c -x -e "ntp $1" "$work/time/requests" || true)" -ge "$2" ]
}
restarts() {
    grep -c 'reason="backend unreachable"' "$SANDBOX_LOG/$mac.log" || true
}
has_restarted() {
    [ "$(restarts)" -gt "$1" ]
}
connections() {
    cat "$work/broker/connections" "$work/download/connections" | wc -l
}
console_says() { # LINE-FROM PATTERN
    tail -n "+$1" "$SANDBOX_LOG/$mac.log" | grep -q -e "$2"
}
end_of_console() {
    echo $(($(wc -l <"$SANDBOX_LOG/$mac.log") + 1))
}

# configure WAIT-TIMEOUT: starts the board anew, which then restarts after so many ms without a broker.
configure() {
    wait_timeout=$1
    part kill "$mac"
    board_config | put_board_file "$mac" config.json
    part start "$mac"
}

mkdir "$work/time"
the_time true
process_start "$work/time.record" "$work/time.log" python3 "$root/test/system/time_server.py" "$work/time"
records+=("$work/time.record")
eventually 10 "the time server" test -s "$work/time/ntp-port"
proxied_board_up --status-interval 200 --board-network-open --board-argument epoch=0 \
    --board-argument "dns=10.0.2.2@$(cat "$work/time/dns-port")" \
    --board-argument "ntp-port=$(cat "$work/time/ntp-port")"
eventually 20 "$mac online" device_has "$mac" '$.online' 1
expect_equal "the name that it asked for" "dns pool.ntp.org" \
    "$(grep '^dns' "$work/time/requests" | sort -u)"

step "answers that are none"
from=$(end_of_console)
part kill "$mac"
before=$(connections)
the_time silence
: >"$work/time/requests"
configure 2000
for way in silence kiss zero origin stranger client short long garbage; do
    the_time "$way"
    eventually 20 "asked for '$way'" asked "$way" 1
    restarted=$(restarts)
    eventually 20 "a restart after '$way'" has_restarted "$restarted"
    expect_equal "connections after '$way'" "$before" "$(connections)"
    ! console_says "$from" '^online\|^error' || fail "its clock is set after '$way'"
done

step "wrong times"
# wrong SECONDS RESULT
wrong() {
    the_time "at $1"
    eventually 20 "the time $1" asked "at $1" 1
    eventually 20 "$2" console_says "$from" "^error result=$2 "
    restarted=$(restarts)
    eventually 20 "a restart, with its event" has_restarted "$restarted"
}
wrong 86400 certificate-not-yet-valid
wrong 2208988800 certificate-expired
! console_says "$from" '^online' || fail "it is online by a wrong time"

step "the time is right again"
the_time true
configure 20000
eventually 20 "$mac online" console_says "$from" '^online'
for result in certificate-not-yet-valid certificate-expired; do
    eventually 20 "$result" has_event "$mac" "value ->> 'result' = '$result'"
done
expect_equal "crashes" 0 "$(grep -c crash "$SANDBOX_LOG/$mac.log" || true)"

step "what an open network opens"
expect_match "the broker as 10.0.2.2" '^error result=certificate-name ' \
    "$(first_error_with 10.0.2.2 "$(cat "$work/broker/port")")"
