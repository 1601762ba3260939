#!/usr/bin/env bash
# Payloads are foreign bytes: what is bad is counted, logged once, and harms nothing.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 6)
lift_bounds
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

# is_bad WHAT: $work/payload is counted and changes nothing else; the daemon goes on.
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

step "size: 4096 bytes are read, and of more the first 4096"
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

step "who speaks is seen: a first status that cannot be read, and the update that mends it"
secureesp keys list >/dev/null
made=0
# is_seen WHAT KEPT [REASON]: a device that nobody knows says $work/payload and nothing else. It is online, is offered the
# firmware command, and says what was wrong unless there is no REASON. KEPT is its status as JSON.
is_seen() {
    local device answer
    made=$((made + 1))
    device=$(mac_of $((4096 + made)))
    new_device "$device"
    publish "$device" "/status/$device" "$work/payload"
    eventually 10 "a device that says $1 is online" device_has "$device" '$.online' 1
    answer=$(api "/devices/$device")
    expect_equal "status of: $1" "$2" "$(json_get "$answer" '$.status')"
    expect_equal "why it is bad: $1" "${3:-}" "$(json_get "$answer" '$.faults[0].reason')"
    id=$(json_get "$(api /commands --data "{\"mac\": \"$device\", \"command\": \"firmware\"}")" '$[0].id')
    eventually 10 "the firmware command after: $1" command_is "$id" sent
}
command_is() {
    [ "$(json_get "$(api "/commands/$1")" '$.state')" = "$2" ]
}
# says BYTES KEPT [REASON]: the same of bytes as printf(1) has them.
says() {
    # shellcheck disable=SC2059  # the format is the bytes
    printf "$1" >"$work/payload"
    is_seen "$1" "${@:2}"
}
says '' '{}' empty
says '\0' '{}' 'not a JSON object'
says 'hello' '{}' 'not a JSON object'
says '{"rssi":nan,"espname":"x"}' '{"espname":"x"}' 'no JSON value'
says '{"a":-nan,"b":inf,"c":3}' '{"c":3}' 'no JSON value'
says '{"espname":"T\xfcr","rssi":-61}' '{"espname":"T�r","rssi":-61}' 'invalid UTF-8'
says '{"rssi":-61,"rssi":-62}' '{"rssi":-61}' 'a member occurs twice'
says '{"rssi":-61}\0' '{"rssi":-61}' 'something after the JSON object'
says '{"rssi":-61}\n' '{"rssi":-61}'
says '{"rssi":-61}garbage' '{"rssi":-61}' 'something after the JSON object'
says '\xef\xbb\xbf{"rssi":-61}' '{"rssi":-61}' 'something before the JSON object'
says '[{"rssi":-61}]' '{"rssi":-61}' 'something before the JSON object'
says "{'rssi':-61}" '{"rssi":-61}' 'no double quotes'
says '{rssi:-61}' '{"rssi":-61}' 'no double quotes'
says '{"rssi":-61,}' '{"rssi":-61}' 'a comma too many or too few'
says '{"rssi":-61 "a":1}' '{"rssi":-61,"a":1}' 'a comma too many or too few'
says '{"espname":"a\tb"}' '{"espname":"a\tb"}' 'a control character in a text'
says '{"espname":"a\0b"}' '{"espname":"a�b"}' 'a NUL in a text'
says '{"espname":"\\ud800"}' '{"espname":"�"}' 'half a character'
says '{"espname":"C:\\data","rssi":-61}' '{"espname":"C:\\data","rssi":-61}' 'an escape that JSON does not have'
says '{"rssi":"loud","espname":"x"}' '{"rssi":"loud","espname":"x"}' 'a value of another type than the member has'
says '{"rssi":-61.5,"uptimemillis":"5184000000","espfreeheap":4.1e4}' \
    '{"rssi":-61.5,"uptimemillis":"5184000000","espfreeheap":41000.0}'
expect_equal "a fraction" -62 "$(device "$(mac_of $((4096 + made)))" '$.rssi')"
expect_equal "an uptime of 64 bit as a text" 5184000000 "$(device "$(mac_of $((4096 + made)))" '$.uptime_ms')"
expect_equal "an exponent" 41000 "$(device "$(mac_of $((4096 + made)))" '$.free_heap_bytes')"
long=$(head -c 300 /dev/zero | tr '\0' e)
printf '{"espname":"measure","rssi":-61,"errormessage":"%s"}' "$long" | head -c 256 >"$work/payload"
is_seen "a status cut at 256 bytes" '{"espname":"measure","rssi":-61}' 'cut off'
filled 12000
is_seen "12000 bytes" '{"uptimemillis":2000,"espname":"large"}' \
    'longer than 4096 bytes, and the rest is not read'

step "what cannot be read is told at the device"
printf '{"temperature":nan,"espname":"x"}' >"$work/payload"
publish "$mac" "/status/$mac" "$work/payload"
eventually 10 "the fault" device_has "$mac" '$.faults[0].reason' 'no JSON value'
expect_equal "its position" 15 "$(device "$mac" '$.faults[0].position')"
expect_equal "its excerpt" '{"temperature":nan,"espname":"x"}' "$(device "$mac" '$.faults[0].excerpt')"
expect_equal "how often" "$(bad)" "$(device "$mac" '$.faults[0].count')"
expect_exit 0 secureesp devices show "$mac"
expect_match "devices show" 'cannot be read +status [0-9]+ times, last [0-9]+s ago: no JSON value at byte 15' "$output"
expect_match "devices show" '"temperature":nan' "$output"
expect_exit 0 secureesp devices show "$mac" --json
expect_equal "devices show --json" 15 "$(json_get "$output" '$.faults[0].position')"
expect_exit 0 secureesp devices list
expect_match "devices list" "$mac.*sends what cannot be read" "$output"

step "events and wills"
quiet=$(mac_of 62)
new_device "$quiet"
publish_text "$quiet" "/will/$quiet" garbage
printf '{"event":"error","detail":"T\xfcr"}' >"$work/payload"
publish "$mac" "/event/$mac" "$work/payload"
eventually 10 "an event in Latin-1" has_event "$mac" "value ->> 'event' = 'error' and value ->> 'detail' like 'T%r'"
expect_equal "a will is no sign of life" 404 \
    "$(api "/devices/$quiet" -o /dev/null -w '%{http_code}')"
printf 'garbage' >"$work/payload"
publish "$quiet" "/event/$quiet" "$work/payload"
eventually 10 "an event that cannot be read is one" device_has "$quiet" '$.online' 1
expect_equal "why it is online" event "$(device "$quiet" '$.reason')"
id=$(json_get "$(api /commands --data "{\"mac\": \"$quiet\", \"command\": \"firmware\"}")" '$[0].id')
eventually 10 "the command" command_is "$id" sent
printf '{"event":"command","id":%d,"result":"ok","detail":"the im' "$id" >"$work/payload"
publish "$quiet" "/event/$quiet" "$work/payload"
eventually 10 "an outcome that is cut off ends the command" command_is "$id" "done"
publish_text "$quiet" "/will/$quiet" '{"espname": nan'
eventually 10 "a garbled will is a will" device_has "$quiet" '$.reason' will

step "a MAC in upper case, in the certificate and so in the topics"
plain=$(mac_of 63)
spelled=$(tr a-f A-F <<<"$plain")
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$spelled" \
    -keyout "$SANDBOX_PKI/devices/$spelled.key" -out "$work/request" 2>"$work/openssl-error"
printf 'extendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:false\n' >"$work/extensions"
openssl x509 -req -in "$work/request" -CA "$SANDBOX_PKI/ca.crt" -CAkey "$SANDBOX_PKI/ca.key" -days 1 \
    -extfile "$work/extensions" -out "$SANDBOX_PKI/devices/$spelled.crt" 2>"$work/openssl-error"
odd=$(counter odd_topics)
publish_text "$spelled" "/status/$spelled" '{"rssi": -61}'
eventually 10 "it is that device" device_has "$plain" '$.online' 1
expect_equal "how it spells its MAC" "$spelled" "$(device "$plain" '$.spelling')"
expect_equal "it is counted" $((odd + 1)) "$(counter odd_topics)"
grep -q "spells its MAC in another way mac=$plain spelling=$spelled" "$SANDBOX_LOG/daemon.log" || fail "no line of it"
# hears OPTION...: subscribes as that device; the broker keeps what it sends meanwhile.
hears() {
    mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$spelled.crt" --key "$SANDBOX_PKI/devices/$spelled.key" \
        -c -i "$spelled" -q 1 -t "/command/$spelled/#" "$@"
}
hears -E
id=$(json_get "$(api /commands --data "{\"mac\": \"$plain\", \"command\": \"config\"}")" '$[0].id')
eventually 10 "the command" command_is "$id" sent
hears -v -C 1 -W 30 >"$work/heard" || fail "no command on the topic that it has subscribed"
expect_match "its command" "^/command/$spelled/config " "$(cat "$work/heard")"
get "$spelled" /config.json
expect_equal "its configuration" 200 "$status"

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
