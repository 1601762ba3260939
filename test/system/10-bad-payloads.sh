#!/usr/bin/env bash
# Payloads are foreign bytes: what is bad is counted, logged once, and harms nothing.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 6)
sandbox_up --devices 1
new_device "$mac"
name=0

# A status that is good, with a name of its own, and that must arrive after whatever came before.
good_status_arrives() {
    name=$((name + 1))
    publish_text "$mac" "/status/$mac" "{\"uptimemillis\": 1000, \"espname\": \"good-$name\"}"
    eventually 10 "a good status after: $1" device_has "$mac" '$.name' "good-$name"
}

bad() {
    device "$mac" '$.bad_payloads'
}

# is_bad WHAT: $work/payload is counted and changes nothing; the daemon goes on.
is_bad() {
    local before
    before=$(bad)
    publish "$mac" "/status/$mac" "$work/payload"
    good_status_arrives "$1"
    expect_equal "bad payloads after: $1" $((before + 1)) "$(bad)"
}

good_status_arrives "the start"
expect_equal "bad payloads at first" 0 "$(bad)"

step "no JSON object"
for text in '' ' ' '[]' '[{"uptimemillis": 1}]' '"text"' '17' 'null' 'true' '{' '{"a":' '{"a": 1} x' \
    "{'a': 1}" '{"a": 1,}' 'hello'; do
    printf '%s' "$text" >"$work/payload"
    is_bad "'$text'"
done
printf '{"espname": "a\0b"}' >"$work/payload"
is_bad "a NUL"

step "no UTF-8"
for bytes in '\xff' '\xc3' '\xc0\xaf' '\xed\xa0\x80' '\xf4\x90\x80\x80'; do
    # shellcheck disable=SC2059  # the format is the bytes
    printf "{\"espname\": \"$bytes\"}" >"$work/payload"
    is_bad "bytes $bytes"
done

step "size: 4096 bytes are read, 4097 are not"
# filled SIZE: a good object of that size.
filled() {
    local head='{"uptimemillis": 2000, "espname": "large", "x": "'
    printf '%s%s"}' "$head" "$(head -c $(($1 - ${#head} - 2)) /dev/zero | tr '\0' x)" >"$work/payload"
    expect_equal "size of the payload" "$1" "$(stat -c %s "$work/payload")"
}
filled 4097
is_bad "4097 bytes"
filled 12000
is_bad "12000 bytes"
before=$(bad)
filled 4096
publish "$mac" "/status/$mac" "$work/payload"
eventually 10 "4096 bytes" device_has "$mac" '$.name' large
expect_equal "bad payloads after 4096 bytes" "$before" "$(bad)"

step "depth"
printf '{"a": %s%s}' "$(printf '[%.0s' {1..1500})" "$(printf ']%.0s' {1..1500})" >"$work/payload"
publish "$mac" "/status/$mac" "$work/payload"
good_status_arrives "1500 arrays within each other"

step "any type in any member: only that member is lost"
members=(uptimemillis maxmillis mqttmillis espname espimage espbuild espip rssi espfreeheap errormessage)
for member in "${members[@]}"; do
    for value in '[]' '{}' 'null' 'true' '"text"' '1.5' '-1' '1e300' '99999999999999999999' '4294967296' \
        '[[[{"a": [1]}]]]' '"\u0000"' '"\ud800"' '""'; do
        printf '{"%s": %s, "build": "x"}' "$member" "$value"
        echo
    done
done >"$work/lines"
# One message for each line.
mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
    --cert "$SANDBOX_PKI/devices/$mac.crt" --key "$SANDBOX_PKI/devices/$mac.key" \
    -i "test-lines" -t "/status/$mac" -l <"$work/lines"
good_status_arrives "wrong types"
publish_text "$mac" "/status/$mac" \
    '{"uptimemillis": "x", "espname": "kept", "rssi": [], "espfreeheap": -5, "espip": "10.0.0.9"}'
eventually 10 "the good members" device_has "$mac" '$.name' kept
expect_equal "a text" 10.0.0.9 "$(device "$mac" '$.ip')"
expect_equal "a list as rssi" "" "$(device "$mac" '$.rssi')"
expect_equal "a negative heap" "" "$(device "$mac" '$.free_heap_bytes')"

step "duplicates: one of them counts, or the whole is bad"
publish_text "$mac" "/status/$mac" '{"espname": "one", "espname": "two", "rssi": -1, "rssi": -2}'
good_status_arrives duplicates

step "counters that wrap"
other=$(mac_of 61)
new_device "$other"
publish_text "$other" "/status/$other" '{"uptimemillis": 4294967295, "mqttmillis": 4294967295}'
eventually 10 "the largest uptime" device_has "$other" '$.uptime_ms' 4294967295
publish_text "$other" "/status/$other" '{"uptimemillis": 500, "mqttmillis": 500}'
eventually 10 "the uptime behind the wrap" device_has "$other" '$.uptime_ms' 500
expect_equal "a wrap is no restart" 0 "$(device "$other" '$.reboots')"
expect_equal "and no second device" "" "$(device "$other" '$.shared_identity_at_ms')"

step "escapes in a log line"
publish_text "$mac" "/event/$mac" '{"event": "error", "detail": "line\nforged: yes \u001b[31m"}'
good_status_arrives "an event with control characters"
! grep -q '^forged' "$SANDBOX_LOG/daemon.log" || fail "a log line was forged"

step "topics that are none"
topics=$(counter bad_topics)
tester_up
tester_publish /status/nobody -m '{}'
good_status_arrives "a topic without a MAC"
expect_equal "bad topics" "$((topics + 1))" "$(counter bad_topics)"

step "bad events"
for text in '[]' '{"event": []}' '{"event": "command", "id": "x", "result": {}}' '{}' \
    '{"event": "command", "id": 999999999, "result": "ok"}' '{"event": "command", "id": -1}'; do
    publish_text "$mac" "/event/$mac" "$text"
done
good_status_arrives "bad events"

step "logged once for the device and hour, and the daemon is the same one"
lines=$(grep -c "bad.*$mac\|$mac.*bad" "$SANDBOX_LOG/daemon.log" || true)
expect_match "lines about bad payloads" '^[12]$' "$lines" # 2 if the hour changed meanwhile
expect_equal "starts of the daemon" "$(cut -d ' ' -f 1 "$sandbox/run/daemon")" "$(process_pid "$sandbox/run/daemon")"
expect_equal integrity ok "$(sqlite3 "$SANDBOX_DB" 'pragma integrity_check')"
eventually 10 "the other device is fine" device_has "$(mac_of 1)" '$.online' 1
