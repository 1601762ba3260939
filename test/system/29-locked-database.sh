#!/usr/bin/env bash
# Another process holds the database's lock: who waits for a change hears so in seconds, all else goes
# on, and what devices said meanwhile is stored afterwards, also if the daemon is killed.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

mac=$(mac_of 1)
sleeper=$(mac_of 9)
sandbox_up --devices 3 --status-interval 100
daemon=$(process_pid "$sandbox/run/daemon")
publish_image "$SANDBOX_IMAGE"
make_sleeper "$sleeper"

step "for two seconds: a command waits and is taken"
started=${EPOCHREALTIME/./}
hold 'BEGIN IMMEDIATE;'
(sleep 2 && echo 'ROLLBACK;' >&8) &
said=$(order "$sleeper" config)
wait $!
expect_match "a command" '^202 [0-9]+$' "$said"
echo "it took $(((${EPOCHREALTIME/./} - started) / 1000)) ms"
let_go

step "for longer: refused in seconds, with the reason"
mark_log
hold 'BEGIN IMMEDIATE;'
started=$SECONDS
for i in 1 2; do
    expect_match "a command" '^503 database: database is locked: .*fuser' "$(order "$sleeper" config)"
done
[ $((SECONDS - started)) -le 14 ] || fail "two refusals took $((SECONDS - started)) s"
expect_exit 1 secureesp command "$sleeper" config
expect_match "what secureesp says" 'database is locked' "$output"

step "what needs no lock goes on"
get "$mac" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "a device on the latest image" 304 "$status"
expect_equal "devices known" 4 "$(json_count "$(api /devices)" '$')"
waiting=$(counter store_queued)
[ "$waiting" -gt 100 ] || fail "statuses of seconds are to wait, and $waiting jobs do"
echo "jobs that wait: $waiting"
said=$(log_since 'locked|cannot write|failed')
expect_equal "lines in the log" 1 "$said"

step "the lock is gone"
let_go
is_taken() {
    [[ $(order "$sleeper" config) == 202* ]]
}
eventually 10 "a command is taken" is_taken
eventually 5 "a word about it in the log" log_has 'writes again'
# Every status since the daemon's start, and none twice.
all_are_stored() {
    [ "$(counter statuses)" = "$(sqlite3 -readonly "$SANDBOX_DB" 'select count(*) from statuses')" ]
}
process_signal "$sandbox/run/$(mac_of 2)" STOP
process_signal "$sandbox/run/$(mac_of 3)" STOP
expect_equal "$mac" "done ok" "$(command_device "$mac" config)"
process_signal "$sandbox/run/$mac" STOP
eventually 10 "every status is stored" all_are_stored
echo "statuses said, and stored: $(counter statuses)"
for i in 1 2 3; do
    process_signal "$sandbox/run/$(mac_of $i)" CONT
done
expect_equal "jobs that were lost" 0 "$(counter store_dropped)"
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"

step "a daemon that is killed meanwhile has lost no outcome"
process_signal "$sandbox/run/$mac" STOP
id=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"config\"}")" '$[0].id')
heard=$(counter events)
hold 'BEGIN IMMEDIATE;'
process_signal "$sandbox/run/$mac" CONT
has_heard() {
    [ "$(counter events)" -gt "$heard" ]
}
eventually 5 "the device has said what came of it" has_heard
part kill daemon
let_go
part start daemon
part wait daemon
expect_equal "the command" "done ok" "$(command_outcome "$id")"
daemon=$(process_pid "$sandbox/run/daemon")

step "a daemon that is started meanwhile comes up"
hold 'BEGIN IMMEDIATE;'
part kill daemon
part start daemon
expect_equal "devices known" 4 "$(json_count "$(api /devices)" '$')"
let_go
eventually 10 "a command is taken" is_taken
expect_equal integrity ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"

step "nobody else is let in: it says so and ends"
part stop daemon
hold 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;'
expect_exit 1 secureespd --config "$sandbox/etc/secureesp.conf"
expect_match "what it says" 'cannot start: .*secureesp.db: database: database is locked' "$output"
let_go
part start daemon
eventually 10 "a command is taken" is_taken
