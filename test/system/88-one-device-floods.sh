#!/usr/bin/env bash
# One device says as much as it can, past the broker's own bounds: it costs the daemon a bounded amount
# of rows and bytes, what it means is taken all the same, and a device beside it loses nothing.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

honest=$(mac_of 1)
teller=$(mac_of 2) # another honest one, of which we say what it says
bad=$(mac_of 7)
worse=$(mac_of 8)
sandbox_up --devices 1
tester_up
publish_image "$SANDBOX_IMAGE"
new_device "$teller"
make_sleeper "$bad"
long=$(printf 'x%.0s' {1..250})

database() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "$1"
}
# rows TABLE MAC [CONDITION]
rows() {
    database "select count(*) from $1 where device = $((0x$2)) and (${3:-1})"
}
bytes() {
    cat "$SANDBOX_DB" "$SANDBOX_DB-wal" | wc -c
}
# flood TOPIC COUNT LINE [LINE]: the two lines in turn, as fast as the broker takes them.
flood() {
    awk -v n="$2" -v a="$3" -v b="${4:-$3}" 'BEGIN { for (i = 0; i < n; i++) print i % 2 ? b : a }' |
        tester_publish "$1" -l -q "${quality:-0}"
}
counter_is_still() {
    local before=$said
    said=$(($(counter statuses) + $(counter events) + $(counter wills) + $(counter left_out_messages)))
    [ "$said" = "$before" ] && [ "$(counter store_queued)" = 0 ]
}
# Waits until the daemon has heard and stored all; the sandbox's device says something each second.
settle() {
    said=
    eventually 60 "the daemon has heard all" counter_is_still
}
# tell FIRST LAST: the teller's events, each with its number.
tell() {
    seq -f '{"event": "error", "result": "timeout", "detail": "number %.0f"}' "$1" "$2" |
        mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
            --cert "$SANDBOX_PKI/devices/$teller.crt" --key "$SANDBOX_PKI/devices/$teller.key" \
            -q 1 -t "/event/$teller" -l
}
told() {
    [ "$(database "select count(distinct detail) from events where device = $((0x$teller))
        and detail like 'number %'")" = "$1" ]
}

step "what the device said before it was stolen"
publish_text "$bad" "/status/$bad" '{"uptimemillis": 1000}'
eventually 10 "$bad is there" device_has "$bad" '$.online' 1
publish_text "$bad" "/event/$bad" '{"event": "boot", "detail": "the first"}' -q 1
id=$(json_get "$(api /commands --data "{\"mac\": \"$bad\", \"command\": \"config\"}")" '$[0].id')
sent() {
    [ "$(json_get "$(api "/commands/$id")" '$.state')" = sent ]
}
eventually 10 "its command is sent" sent
publish_text "$bad" "/event/$bad" \
    "{\"event\": \"command\", \"command\": \"config\", \"id\": $id, \"result\": \"ok\", \"detail\": \"first\"}" -q 1
expect_equal "its outcome" "done ok" "$(command_outcome "$id")"

step "it floods"
settle
before=$(bytes)
mark_log
# One after the other, since a second client of that name would take the first one's place.
{
    flood "/event/$bad" 3000 "{\"event\": \"boot\", \"detail\": \"$long\"}" \
        "{\"event\": \"command\", \"id\": 4711, \"result\": \"ok\", \"detail\": \"$long\"}"
    flood "/status/$bad" 3000 "{\"uptimemillis\": 1000, \"more\": \"$long$long$long\"}"
    flood "/status/$bad" 2000 "nonsense $long"
    flood "/will/$bad" 2000 '{}'
    flood "/event/$bad" 12000 "{\"event\": \"error\", \"detail\": \"$long\"}"
} &
flooding=$!
outcomes=
for ((i = 0; i < 5; i++)); do
    tell $((i * 40 + 1)) $((i * 40 + 40))
    outcomes+="$(command_device "$honest" config), "
done
wait "$flooding"
expect_equal "the commands of the device beside it" \
    "done ok, done ok, done ok, done ok, done ok, " "$outcomes"
eventually 30 "all that the other one said is stored" told 200
settle

step "what it costs (of QoS 0 the broker drops some for a slow reader)"
grown=$((($(bytes) - before) / 1000))
statuses=$(rows statuses "$bad")
errors=$(rows events "$bad" "kind in ('error', 'command') and command_id in (0, 4711)")
starts=$(rows events "$bad" "kind in ('boot', 'reboot')")
wills=$(rows events "$bad" "kind = 'will'")
echo "$statuses statuses, $errors errors, $starts starts, $wills wills; $grown KB more on the disk"
expect_between "statuses" 100 700 "$statuses"
expect_between "errors and outcomes of nothing" 500 2064 "$errors"
expect_between "starts" 50 564 "$starts"
expect_between "wills" 50 1064 "$wills"
[ "$grown" -lt 12000 ] || fail "the disk has $grown KB less"
expect_equal "the first start" 1 "$(rows events "$bad" "detail = 'the first'")"
expect_equal "the first outcome" 1 "$(rows events "$bad" "command_id = $id")"
expect_between "lines in the log" 1 30 "$(log_since "$bad")"
expect_equal "what was lost of others" 0 "$(counter store_dropped)"

step "it is shown"
shows() {
    [[ $(secureesp devices show "$bad") =~ 'left out'\ +[0-9]+\ $1\ since\ [^\ ]+,\ last\ [^\ ]+\ ago ]]
}
eventually 25 "what was left out of its history" shows statuses # what is new is told each 10 s
eventually 25 "what was not read at all" shows messages
expect_exit 0 secureesp devices list
expect_equal "devices that are marked" "$bad" "$(awk '/says too much/ { print $1 }' <<<"$output")"
[ "$(counter left_out_statuses)" -gt 0 ] || fail "no status counts as left out"
log_has "a device says too much mac=$bad left_out=statuses" || fail "the log does not say so"

step "what it means is taken all the same"
publish_text "$bad" "/status/$bad" '{"espimage": "ESP8266_BAD-00.00.09"}'
eventually 10 "its image is known" device_has "$bad" '$.image' ESP8266_BAD-00.00.09
id=$(json_get "$(api /commands --data "{\"mac\": \"$bad\", \"command\": \"config\"}")" '$[0].id')
eventually 10 "a command is sent" sent
publish_text "$bad" "/event/$bad" \
    "{\"event\": \"command\", \"command\": \"config\", \"id\": $id, \"result\": \"ok\"}" -q 1
expect_equal "its outcome" "done ok" "$(command_outcome "$id")"
expect_equal "its outcome in the history" 1 "$(rows events "$bad" "command_id = $id")"

step "while the database cannot be written it pushes out nobody"
in_hand=$(json_get "$(api /commands --data "{\"mac\": \"$teller\", \"command\": \"config\"}")" '$[0].id')
id=$in_hand
eventually 10 "a command of another is sent" sent
hold 'BEGIN IMMEDIATE;'
quality=1 flood "/status/$worse" 9000 '{}'
crowded() {
    [ "$(counter store_crowded)" -gt 0 ]
}
eventually 60 "it has its share of the queue" crowded
publish_text "$teller" "/event/$teller" \
    "{\"event\": \"command\", \"command\": \"config\", \"id\": $in_hand, \"result\": \"ok\"}" -q 1
tell 201 300
queued=$(counter store_queued)
echo "$queued jobs wait"
expect_between "jobs that wait" 3000 6000 "$queued"
let_go
expect_equal "the other's outcome" "done ok" "$(command_outcome "$in_hand")"
eventually 30 "all that it said is stored" told 300
expect_equal "what was lost of others" 0 "$(counter store_dropped)"
bad=$worse # of whom shows() speaks
eventually 25 "that is shown at the device" shows waiting
expect_equal integrity ok "$(database 'pragma integrity_check')"
