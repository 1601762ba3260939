#!/usr/bin/env bash
# What happens to devices is streamed as it is committed: resumed without a loss, bounded, and in
# nobody's way.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

streams=()
# stream FILE QUERY [CURL-OPTION...]: in the background; its id is the last of streams.
stream() {
    : >"$1"
    curl -sN -D "$1.head" --unix-socket "$SECUREESP_SOCKET" "${@:3}" \
        "http://localhost/api/v1/events$2" >"$1" 2>/dev/null &
    streams+=($!)
    eventually 10 "a stream begins" grep -q '^:' "$1"
}

close_streams() {
    local id
    for id in "${streams[@]}"; do
        kill "$id" 2>/dev/null || true
        wait "$id" 2>/dev/null || true
    done
    streams=()
}

# Of the events; comments and gaps have ids, too.
ids() {
    awk '/^id: /{id = $2} /^data: {"at_ms"/{print id}' "$@"
}

all_ids() {
    sqlite3 "$SECUREESP_DATABASE" "select id from events where id > $1 order by id"
}

# happen: an event of the second device, which nobody runs.
happened=0
happen() {
    happened=$((happened + 1))
    publish_text "$other" "/event/$other" "{\"event\": \"error\", \"result\": \"number-$happened\"}" -q 1
}

has_told() {
    grep -q "number-$happened\"" "$1"
}

# try QUERY [CURL-OPTION...]: what a stream is answered, status and type.
try() {
    curl -s --max-time 3 -o "$work/refusal" -w '%{http_code} %{content_type}' \
        --unix-socket "$SECUREESP_SOCKET" "${@:2}" "http://localhost/api/v1/events$1" || true
}

has_room() {
    [[ $(try "") = 200* ]]
}

sandbox_up --devices 1
SECUREESP_DATABASE=$(find "$sandbox" -name '*.db' | head -n 1)
mac=$(mac_of 1)
other=84f3eb0000a2
new_device "$other"
eventually 30 "the device is online" device_has "$mac" '$.online' 1

step "an event is told when it is committed"
before=$(sqlite3 "$SECUREESP_DATABASE" 'select coalesce(max(id), 0) from events')
stream "$work/a" ""
expect_match "its type" "text/event-stream" "$(cat "$work/a.head")"
happen
eventually 5 "it is told" has_told "$work/a"
expect_match "whose it is" "\"mac\": ?\"$other\"" "$(cat "$work/a")"

step "a filter"
stream "$work/mac" "?mac=$mac"
stream "$work/kind" "?event=error"
expect_exit 0 secureesp command --wait "$mac" config
happen
eventually 5 "of that kind" has_told "$work/kind"
eventually 5 "of that device" grep -q '^id: ' "$work/mac"
expect_equal "of another device" 0 "$(grep -c "$other" "$work/mac" || true)"
expect_equal "of another kind" 0 "$(grep '^data: {' "$work/kind" | grep -vc '"event": *"error"' || true)"

step "a filter of devices goes by what they are when it is sent"
stream "$work/tag" "?filter=tag%3Dcellar&filter=mac%3D$other"
happen
eventually 5 "another stream tells it" has_told "$work/a"
sleep 1 # and this one has looked at it
expect_exit 0 secureesp devices tag "$other" --add cellar
happen
eventually 5 "the tagged device" has_told "$work/tag"
expect_equal "what came before" 0 "$(grep -c "number-$((happened - 1))\"" "$work/tag" || true)"

step "changes, too, where they are asked for"
stream "$work/changes" "?changes=1&event=none"
expect_exit 0 secureesp devices tag "$other" --add attic
eventually 5 "it is told" grep -q '^event: change' "$work/changes"
change=$(sed -n '/^event: change/{n;s/^data: //p}' "$work/changes")
expect_equal "what" "tag device $other" \
    "$(json_get "$change" '$.verb') $(json_get "$change" '$.kind') $(json_get "$change" '$.object')"
last=$(sed -n 's/^id: //p' "$work/changes" | tail -n 1)
expect_match "both numbers" '^[0-9]+\.[0-9]+$' "$last"
expect_exit 0 secureesp devices tag "$other" --remove attic
stream "$work/changes2" "?changes=1&event=none" -H "Last-Event-ID: $last"
eventually 5 "only the next" grep -q '^event: change' "$work/changes2"
expect_equal "its number" $((${last#*.} + 1)) \
    "$(json_get "$(sed -n '/^event: change/{n;s/^data: //p}' "$work/changes2")" '$.number')"
expect_equal "where nobody asks" 0 "$(grep -c '^event: change' "$work/a" || true)"

step "the newest, to the end or going on"
expect_match "status" "^200 " "$(try "?newest=2&event=error&follow=0")"
expect_equal "two of a kind" "$(sqlite3 "$SECUREESP_DATABASE" "select id from (select id from
    events where kind = 'error' order by id desc limit 2) order by id")" "$(ids "$work/refusal")"
expect_match "that end" "^200 " "$(try "?follow=0")"
expect_equal "none" "" "$(ids "$work/refusal")"
stream "$work/newest" "?newest=1000&event=error"
happen
eventually 5 "what comes then" has_told "$work/newest"
expect_equal "all" "$happened" "$(ids "$work/newest" | wc -l)"
expect_equal "nothing is missing" 0 "$(grep -c '^event: gap' "$work/newest" || true)"

step "a comment shows that it lives"
has_comments() {
    [ "$(grep -c '^:' "$work/none")" -ge 2 ]
}
stream "$work/none" "?event=none"
eventually 20 "a comment" has_comments

step "the daemon's end ends the streams at once"
begun=$(date +%s%N)
part stop daemon
lasted=$((($(date +%s%N) - begun) / 1000000))
[ "$lasted" -lt 4000 ] || fail "it took $lasted ms"
for id in "${streams[@]}"; do
    wait "$id" || fail "a stream was broken off instead of ended"
done
streams=()

step "resumed after that: none is lost, none comes twice"
last=$(ids "$work/a" | tail -n 1)
part start daemon
part wait daemon
happen
happen
stream "$work/b" "" -H "Last-Event-ID: $last"
happen
eventually 10 "the last is told" has_told "$work/b"
expect_equal "all of them, in order" "$(all_ids "$before")" "$(ids "$work/a" "$work/b")"
expect_equal "nothing is missing" 0 "$(grep -c '^event: gap' "$work/b" || true)"
close_streams

step "what is kept no more is said"
sqlite3 "$SECUREESP_DATABASE" "delete from events where id <= $last"
stream "$work/c" "" -H "Last-Event-ID: 0"
eventually 5 "the rest" has_told "$work/c"
expect_equal "that some are missing" "event: gap" "$(grep -m 1 '^event' "$work/c")"
expect_equal "which" "{\"after\": 0, \"next\": $(all_ids 0 | head -n 1)}" \
    "$(sed -n '/^event: gap/{n;s/^data: //p}' "$work/c")"
expect_equal "from the oldest" "$(all_ids 0)" "$(ids "$work/c")"
stream "$work/d" "" -H "Last-Event-ID: 999999999"
expect_match "one of another database" '"after": 999999999' "$(cat "$work/d")"
close_streams

step "the newest events go with their device, and their ids are not given again"
stream "$work/e" ""
for _ in $(seq 6); do
    happen
done
eventually 5 "they are told" has_told "$work/e"
last=$(ids "$work/e" | tail -n 1)
expect_equal "the last is of the other" "$last" "$(all_ids 0 | tail -n 1)"
expect_equal "it is forgotten" 1 "$(json_get "$(api "/devices/$other/forget?force=1" -X POST)" '$.forgotten')"
expect_equal "it has gone" "" "$(all_ids $((last - 1)))"
stream "$work/h" "?follow=0" -H "Last-Event-ID: $((last - 1))"
eventually 5 "that it was removed, at once" grep -q '^event: gap' "$work/h"
happen
eventually 5 "what comes then is told" has_told "$work/e"
stream "$work/f" "" -H "Last-Event-ID: $last"
eventually 5 "and to who comes back" has_told "$work/f"
[ "$(all_ids 0 | tail -n 1)" -gt "$last" ] || fail "an id was given again"
expect_equal "all of them" "$(all_ids "$last")" "$(ids "$work/f")"
expect_equal "nothing is missing" 0 "$(grep -c '^event: gap' "$work/e" "$work/f" | grep -vc ':0' || true)"
stream "$work/g" "" -H "Last-Event-ID: $((last - 2))"
eventually 5 "it is told" has_told "$work/g"
expect_equal "that two are missing" "{\"after\": $((last - 2)), \"next\": $((last + 1))}" \
    "$(sed -n '/^event: gap/{n;s/^data: //p}' "$work/g")"
close_streams

step "what is no id, no device or no parameter is refused"
for id in x -1 1x 1234567890123456789; do
    expect_equal "the id $id" "400 application/problem+json" "$(try "" -H "Last-Event-ID: $id")"
done
expect_match "a filter" "^filter, column 6: " "$(try "?filter=rssi%3Cx" >/dev/null; json_get "$(cat "$work/refusal")" '$.detail')"
expect_equal "too many" "400 application/problem+json" "$(try "?newest=1001")"
expect_equal "no device" "400 application/problem+json" "$(try "?mac=x")"
expect_equal "no parameter" "400 application/problem+json" "$(try "?x=1")"

step "so many, and no more; others are answered meanwhile"
for i in $(seq 32); do
    stream "$work/s$i" ""
done
expect_equal "one more" "503 application/problem+json" "$(try "")"
for i in $(seq 20); do
    api /status --max-time 3 >"$work/status" || fail "no answer beside 32 streams"
done
happen
for i in $(seq 32); do
    eventually 5 "stream $i tells it" has_told "$work/s$i"
done

step "one that ends makes room"
kill "${streams[0]}"
eventually 15 "there is room" has_room
close_streams
