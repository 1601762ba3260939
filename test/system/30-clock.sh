#!/usr/bin/env bash
# The daemon's clock is set back an hour and forward a year, and right again: no device is lost, none
# seems to restart, no command expires, nothing is deleted by its age.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

library=$root/build/$VARIANT/bin/clock-offset.so
export CLOCK_OFFSET_FILE=$work/clock
set_clock() {
    echo "$1" >"$work/clock.new"
    mv "$work/clock.new" "$work/clock"
}

# Certificates of yesterday, that are valid an hour ago.
yesterday() {
    LD_PRELOAD=$library ASAN_OPTIONS=verify_asan_link_order=0 \
        "$root/build/$VARIANT/bin/secureesp" pki "$@" >/dev/null
}
set_clock -86400
yesterday init "$sandbox/pki"
yesterday device "$sandbox/pki" "$(mac_of 1)" "$(mac_of 2)" "$(mac_of 3)"
for name in mosquitto secureespd; do
    yesterday server "$sandbox/pki" "$name" --dns localhost --ip 127.0.0.1
done
sandbox_up --devices 3 --status-interval 200

# Only the daemon's wall clock is moved from here on.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
start_daemon() {
    LD_PRELOAD=$library process_start "$sandbox/run/daemon" "$SANDBOX_LOG/daemon.log" \
        secureespd --config "$sandbox/etc/secureesp.conf"
    part wait daemon
    daemon=$(process_pid "$sandbox/run/daemon")
}
sed -i 's/^offline_after_s = .*/offline_after_s = 5/' "$sandbox/etc/secureesp.conf"
part stop daemon
set_clock +0
start_daemon
started=$SECONDS

database() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "$1"
}
# is_ahead SECONDS: the clock of the daemon of the true one, by the last report of a device.
is_ahead() {
    local off=$((($(device "$(mac_of 1)" '$.last_seen_ms') - $(date +%s%3N)) / 1000 - $1))
    [ "${off#-}" -le 2 ]
}
is_online() {
    device_has "$1" '$.online' 1
}
is_offline() {
    device_has "$1" '$.online' 0
}
reboots() {
    database 'select group_concat(reboots) from devices'
}
state_of() {
    json_get "$(api "/commands/$1")" '$.state'
}
is_in_state() {
    [ "$(state_of "$1")" = "$2" ]
}

# Newest by arrival, whatever its time says; one may arrive between the two looks.
shows_newest_event_first() {
    [ "$(json_get "$(api "/devices/$1")" '$.events[0].at_ms')" = "$(database "select at_ms from
        events where device = $((16#$1)) order by id desc limit 1")" ]
}

# set_and_check SECONDS-AHEAD
set_and_check() {
    local i silent in_hand
    silent=$(mac_of 2) # with a command in hand
    process_signal "$sandbox/run/$silent" STOP
    in_hand=$(order "$silent" config)
    in_hand=${in_hand#* }
    eventually 10 "a command in hand" is_in_state "$in_hand" sent
    mark_log
    set_clock "$1"
    eventually 10 "the daemon goes by it" is_ahead "$1"
    expect_equal "lines about it" 1 "$(log_since 'clock was set')"
    for ((i = 0; i < 60; i++)); do # with the pauses, longer than offline_after_s
        is_online "$(mac_of 1)" || fail "a device that reports counts as offline"
        sleep 0.1
    done
    eventually 5 "that a silent device is silent" is_offline "$silent"
    expect_equal "restarts" "$restarts" "$(reboots)"
    expect_equal "the command that waits" queued "$(state_of "$waits")"
    expect_equal "the command in hand" sent "$(state_of "$in_hand")"
    process_signal "$sandbox/run/$silent" CONT
    eventually 20 "the command in hand is done" is_in_state "$in_hand" "done"
    eventually 10 "it is online" is_online "$silent"
    for i in 1 2 3; do
        expect_equal "$(mac_of $i)" "done ok" "$(command_device "$(mac_of $i)" config)"
    done
    eventually 10 "the newest event shown first" shows_newest_event_first "$(mac_of 3)"
    expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
}
year=31536000

step "what is there before"
publish_image "$SANDBOX_IMAGE"
make_sleeper "$(mac_of 9)"
waits=$(order "$(mac_of 9)" config)
waits=${waits#* }
restarts=$(reboots)
new_device "$(mac_of 7)" --days 30

step "back an hour, and right again"
set_and_check -3600
set_and_check +0

step "forward a year"
get "$(mac_of 7)" /ca.crt
expect_equal "a certificate that holds for a month" 200 "$status"
kept=$(database 'select max(id) from statuses')
statuses_kept() {
    database "select count(*) from statuses where id <= $kept"
}
set_and_check "+$year"
mark_log
get "$(mac_of 7)" /ca.crt
expect_match "a certificate that held for a month" '^curl ' "$status"
eventually 5 "a word about it" log_has 'refused client address=127.0.0.1 reason=.*(expired|ended|not valid)'
get "$(mac_of 1)" /ca.crt
expect_equal "one that holds for longer" 200 "$status"
while [ $((SECONDS - started)) -lt 63 ]; do # each minute the daemon deletes what is too old
    sleep 0.5
done
expect_equal "statuses of before" "$kept" "$(statuses_kept)"

step "right again"
set_and_check +0
get "$(mac_of 7)" /ca.crt
expect_equal "the certificate that holds for a month" 200 "$status"
expect_equal "statuses of before" "$kept" "$(statuses_kept)"

step "started with a clock that is a year ahead, and set right"
part stop daemon
kept=$(database 'select max(id) from statuses')
events=$(database 'select count(*) from events')
mark_log
set_clock "+$year"
start_daemon
eventually 5 "it doubts the clock" log_has 'the clock and the newest status differ'
eventually 10 "a device is online" is_online "$(mac_of 1)"
set_clock +0
eventually 10 "the daemon goes by it" is_ahead 0
for i in 1 2 3; do
    expect_equal "$(mac_of $i)" "done ok" "$(command_device "$(mac_of $i)" config)"
done
expect_equal "statuses of before" "$kept" "$(statuses_kept)"
[ "$(database 'select count(*) from events')" -ge "$events" ] || fail "events are deleted"
expect_equal "images" 1 "$(json_count "$(api /images)" '$')"
expect_equal integrity ok "$(database 'pragma integrity_check')"
