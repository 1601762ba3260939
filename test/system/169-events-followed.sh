#!/usr/bin/env bash
# Who follows events on the command line loses none when the daemon restarts; a client that takes
# nothing costs bounded memory, is let go, and holds up nobody.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

# follow FILE OPTION...: secureesp events in the background.
follow() {
    records+=("$1.record")
    # shellcheck disable=SC2016  # the inner shell's
    process_start "$1.record" "$1" bash -c 'err=$1 && shift && exec secureesp events --follow "$@" 2>"$err"' \
        - "$1.err" "${@:2}"
}

# stall FILE: a stream of all that there is, of which next to nothing is taken.
stall() {
    records+=("$1.record")
    process_start "$1.record" "$1" curl -sN --limit-rate 1 -D "$1.head" \
        --unix-socket "$SECUREESP_SOCKET" -H 'Last-Event-ID: 0' "http://localhost/api/v1/events"
    eventually 10 "stream $1 begins" grep -qs '^HTTP/1.1 200' "$1.head"
}

happened=0
happen() {
    happened=$((happened + 1))
    publish_text "$other" "/event/$other" "{\"event\": \"error\", \"result\": \"number-$happened\"}" -q 1
}

has_told() {
    grep -q "number-$happened\b" "$1"
}

# told FILE: the numbers that were told, in one line.
told() {
    sed -n 's/.*number-\([0-9]*\).*/\1/p' "$1" | paste -sd ' '
}

daemon_memory() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(process_pid "$sandbox/run/daemon")/status"
}

has_room() {
    [ "$(curl -s --max-time 2 -o "$work/room" -w '%{http_code}' --unix-socket "$SECUREESP_SOCKET" \
        "http://localhost/api/v1/events?follow=0")" = 200 ]
}

sandbox_up --devices 1
mac=$(mac_of 1)
other=84f3eb0000a2
new_device "$other"
eventually 30 "the device is online" device_has "$mac" '$.online' 1
for _ in 1 2 3; do
    happen
    eventually 5 "it is there" bash -c "secureesp events --lines 1 | grep -q 'number-$happened\b'"
done

step "the newest"
secureesp events -n 2 --event error >"$work/newest"
expect_equal "two" "2 3" "$(told "$work/newest")"
expect_match "a line" "^20[-0-9T:.Z]+ $other error result=number-2" "$(cat "$work/newest")"
expect_equal "of another device" "" "$(secureesp events "$mac" | grep "$other" || true)"
expect_equal "of whom the filter is met" 3 "$(secureesp events --filter "mac=$other" | grep -c number-)"
expect_equal "none" "" "$(secureesp events -n 0)"
secureesp events --json -n 1 --event error >"$work/json"
expect_equal "as JSON" "number-3 $other" "$(json_get "$(cat "$work/json")" '$.result') $(json_get "$(cat "$work/json")" '$.mac')"
expect_match "its id" '^[0-9]+$' "$(json_get "$(cat "$work/json")" '$.id')"

step "what is wrong is said"
expect_exit 2 secureesp events -n 1001
expect_exit 2 secureesp events no-mac
expect_exit 0 secureesp events --event erorr
expect_match "no such kind" "no kind of event is known as erorr" "$output"
for kind in error boot rollout; do
    expect_exit 0 secureesp events -n 0 --event "$kind"
    expect_equal "$kind is known" "" "$output"
done
expect_exit 1 secureesp events 84f3eb0000ff
expect_match "who" "no device 84f3eb0000ff" "$output"
expect_exit 124 timeout 1 secureesp events 84f3eb0000ff --follow
expect_exit 1 secureesp events --follow --filter 'rssi<x'
expect_match "where" "filter, column 6: " "$output"
expect_exit 1 secureesp --socket "$work/nobody" events --follow

step "followed through a restart of the daemon, none is lost and none comes twice"
follow "$work/text" -n 1 --event error
follow "$work/lines" -n 0 --event error --json
eventually 5 "the newest" has_told "$work/text"
sleep 1 # the other has begun, too: nothing shows it
happen
eventually 5 "the next" has_told "$work/text"
eventually 5 "the next" has_told "$work/lines"
part stop daemon
eventually 5 "it waits" grep -q "waiting for it" "$work/text.err"
publish_text "$other" "/event/$other" '{"event": "error", "result": "while-away"}' -q 1
part start daemon
part wait daemon
happen
eventually 20 "it goes on" has_told "$work/text"
eventually 20 "it goes on" has_told "$work/lines"
expect_equal "all" "3 4 5" "$(told "$work/text")"
expect_equal "all" "4 5" "$(told "$work/lines")"
expect_equal "told once that it waits" 1 "$(grep -c "waiting for it" "$work/text.err")"
expect_equal "one object a line" "$(wc -l <"$work/lines")" "$(grep -c '^{"at_ms".*}$' "$work/lines")"

step "interrupted, it ends"
process_stop "${records[@]}"
for signal in INT TERM; do
    expect_exit $((128 + $(kill -l "$signal"))) timeout --preserve-status -s "$signal" 1 \
        secureesp events -f
done
# shellcheck disable=SC2016  # the inner shell's
expect_exit 0 timeout 40 bash -c 'secureesp events -f -n 1 | head -n 1; [ "${PIPESTATUS[0]}" = 141 ]'

step "what was removed meanwhile is said"
part stop daemon
sqlite3 "$SANDBOX_DB" "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
    insert into events (device, at_ms, kind, command, command_id, result, image, detail)
    select $((0x$mac)), 1, 'error', '', 0, 'many', '', printf('%0120d', i) from n;
    delete from events where id = 2;
    update event_clock set newest = (select max(id) from events)"
part start daemon
part wait daemon
curl -sN --max-time 20 --unix-socket "$SECUREESP_SOCKET" -H 'Last-Event-ID: 1' \
    "http://localhost/api/v1/events?follow=0" >"$work/all"
expect_equal "one gap" '{"after": 1, "next": 3}' "$(sed -n '/^event: gap/{n;s/^data: //p}' "$work/all")"
size=$(wc -c <"$work/all")
[ "$size" -gt 4000000 ] || fail "only $size bytes are there to be taken"

step "clients that take nothing cost little, and hold up nobody"
before=$(daemon_memory)
follow "$work/good" -n 0 --event error
for i in $(seq 31); do
    stall "$work/stalled$i"
done
begun=$SECONDS
expect_equal "no room for more" 1 "$(has_room && echo 0 || echo 1)"
for i in 1 2 3 4 5; do
    api /status --max-time 3 >"$work/status" || fail "no answer beside them"
    happen
    eventually 5 "who listens is told" has_told "$work/good"
done
grown=$(($(daemon_memory) - before))
echo "31 clients that could take $((31 * size / 1000)) KB cost $grown KB"
# Freed memory counts, too, for a while: the sanitizer keeps it.
[ "$grown" -lt 120000 ] || fail "the daemon has grown by $grown KB"

step "after a minute they are let go"
eventually 90 "there is room" has_room
[ $((SECONDS - begun)) -ge 30 ] || fail "they had only $((SECONDS - begun)) s"
happen
eventually 5 "who listens stays" has_told "$work/good"
expect_equal "without a break" "" "$(cat "$work/good.err")"
