#!/usr/bin/env bash
# The daemon is killed again and again under load: the database stays whole, and every command that
# was answered is in it.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

lift_bounds
sandbox_up --devices 3
taken=()
step "load: statuses without a pause"
new_device "$(mac_of 50)"
flood() {
    local i=0
    while :; do
        i=$((i + 1))
        printf '{"uptimemillis": %d, "espname": "flood", "rssi": -%d}\n' $((i * 10)) $((i % 90))
        [ $((i % 50)) -ne 0 ] || sleep 0.05
    done | mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$(mac_of 50).crt" \
        --key "$SANDBOX_PKI/devices/$(mac_of 50).key" -i flood -t "/status/$(mac_of 50)" -l
}
export -f flood mac_of
process_start "$work/flood.record" "$work/flood.log" bash -c flood
records+=("$work/flood.record")
eventually 15 "the flood arrives" device_has "$(mac_of 50)" '$.name' flood

for round in 1 2 3 4 5 6; do
    step "round $round"
    for ((i = 0; i < 5; i++)); do
        answer=$(api /commands --data '{"all": true, "command": "reboot"}')
        mapfile -t ids < <(sqlite3 :memory: "select value ->> '\$.id' from json_each('$answer')")
        [ "${#ids[@]}" -ge 4 ] || fail "commands were not taken: $answer"
        taken+=("${ids[@]}")
    done
    [ "$round" -ne 3 ] || publish_image "$SANDBOX_IMAGE"
    part kill daemon
    expect_equal "integrity after round $round" ok \
        "$(sqlite3 "$SANDBOX_DB" 'pragma integrity_check')"
    part start daemon
    for id in "${taken[@]}"; do
        text=$(api "/commands/$id")
        [ "$(json_get "$text" '$.id')" = "$id" ] || fail "command $id is lost: $text"
    done
done
expect_equal "the image that was published" 1 "$(json_count "$(api /images)" '$' \
    "value ->> '\$.state' = 'published'")"
process_stop "$work/flood.record"

step "and it goes on"
eventually 60 "devices report" device_has "$(mac_of 1)" '$.online' 1
left=$(find "$sandbox/state/images" -type f -name '*.*')
expect_equal "unfinished files" "" "$left"
