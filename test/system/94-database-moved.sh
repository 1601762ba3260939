#!/usr/bin/env bash
# The database is moved away, removed, emptied or replaced under the running daemon, or is new beside
# filled images: nothing goes on in silence, and nothing is lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 1
mac=$(mac_of 1)
state=$sandbox/state
[ -e "$state/secureesp.db" ] || state=$(dirname "$(find "$sandbox" -name secureesp.db)")
db=$state/secureesp.db
publish_image "$(make_image 00.00.02 1 1)"

refuses_to_write() {
    local text
    text=$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"config\"}")
    [[ $(json_get "$text" '$.error.message') =~ $1 ]]
}
# said REGEX: in the daemon's log, since the last mark.
lines=0
mark() {
    lines=$(wc -l <"$SANDBOX_LOG/daemon.log")
}
said() {
    tail -n "+$((lines + 1))" "$SANDBOX_LOG/daemon.log" | grep -Eq "$1"
}
# is_noticed WHAT REGEX
is_noticed() {
    eventually 5 "$1 is in the log" said "error store: .*$2"
    eventually 15 "$1 is told to who writes" refuses_to_write "$2"
    eventually 15 "$1 is counted" is_counted "$2"
}
# is_counted REGEX: or the status itself says why it cannot be read.
is_counted() {
    local text count
    text=$(api /status)
    count=$(json_get "$text" '$.counters.store_retried')
    [ "${count:-0}" -gt 0 ] || [[ $(json_get "$text" '$.error.message') =~ $1 ]]
}
is_whole() {
    expect_equal "$1: integrity" ok "$(sqlite3 "$db" 'pragma integrity_check')"
    expect_equal "$1: images" 1 "$(json_count "$(api /images)" '$')"
    expect_equal "$1: a command" "done ok" "$(command_device "$mac" config)"
}

step "moved away, and back"
mark
mv "$db" "$db.away"
is_noticed "a move" "was moved to $db.away"
mv "$db.away" "$db"
eventually 15 "it writes again" said 'store: writes again'
is_whole "moved back"

step "removed: a copy of all is saved"
mark
rm "$db"
is_noticed "a removal" 'was removed or replaced'
eventually 15 "a copy" said 'was saved path=.*rescued'
part stop daemon
mv "$db.rescued" "$db"
rm -f "$db"-wal "$db"-shm
part start daemon
is_whole "from the copy"

step "its log is removed"
mark
rm "$db-wal"
is_noticed "a log that is gone" 'wal or -shm was removed'
part stop daemon
part start daemon
is_whole "after its log was gone"

step "emptied, or overwritten by something else"
part stop daemon
cp "$db" "$work/backup"
for how in emptied overwritten; do
    part start daemon
    mark
    eventually 30 "the device is followed" device_has "$mac" '$.online' 1
    if [ "$how" = emptied ]; then
        : >"$db"
    else
        head -c 40000 /dev/zero >"$db"
    fi
    is_noticed "a database that was $how" 'was emptied or overwritten'
    part stop daemon
    rm -f "$db"-wal "$db"-shm
    cp "$work/backup" "$db"
done

step "nobody uses it, and still it is noticed: written over by an equal or newer copy"
part stop "$mac"
is_idle_noticed() {
    eventually 5 "$1 is in the log" said "error store: .*$2"
    eventually 15 "$1 is in the status" status_says "$2"
}
status_says() {
    secureesp status 2>&1 | grep -Eq "(CANNOT BE WRITTEN: |^secureesp: ).*$1"
}
# has_written N: so many transactions more.
has_written() {
    [ "$(counter store_batches)" -ge $((batches + $1)) ]
}
for how in equal newer; do
    part start daemon
    sqlite3 -cmd '.timeout 5000' "$db" 'pragma wal_checkpoint(truncate)' >/dev/null # by the rules: nobody minds
    batches=$(counter store_batches)
    eventually 15 "it has looked at the file since" has_written 2
    cp "$db" "$work/copy"
    [ "$how" = equal ] || sqlite3 "$work/copy" 'pragma user_version' 'create table t (x)' 'drop table t'
    mark
    cp "$work/copy" "$db"
    is_idle_noticed "an $how copy" 'another program wrote over .*put a backup in its place'
    refuses_to_write 'another program wrote over' || fail "it goes on writing"
    part stop daemon
    rm -f "$db"-wal "$db"-shm
    cp "$work/backup" "$db"
done
part start daemon
! grep -q 'another program' <(tail -n 3 "$SANDBOX_LOG/daemon.log") || fail "it still complains"
is_running_well() {
    secureesp status | grep -Eq '^database +writable$'
}
eventually 15 "the status says that it is written" is_running_well

step "likewise its folder, renamed"
mark
mv "$state" "$state.away"
is_idle_noticed "a folder that was renamed" 'was moved to .*state.away/secureesp.db under the daemon'
mv "$state.away" "$state"
eventually 15 "it writes again" said 'store: writes again'
part stop daemon
part start "$mac"

step "new beside filled images: it does not start"
mv "$db" "$work/moved"
expect_exit 1 secureespd --config "$sandbox/etc/secureesp.conf" --check-config
expect_match "what --check-config says" 'missing or empty, but .*images holds images' "$output"
expect_exit 1 secureespd --config "$sandbox/etc/secureesp.conf"
expect_match "what starting says" 'missing or empty, but .*images holds images' "$output"
[ ! -e "$db" ] || fail "it made a new database all the same"
mv "$work/moved" "$db"
part start daemon
is_whole "with the right one"
