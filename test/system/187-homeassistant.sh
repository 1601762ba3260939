#!/usr/bin/env bash
# Home Assistant: devices are announced, updated and restarted by it, and taken away; it may do nothing else.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sketch=$(mac_of 30)
sandbox_up --devices 1
new_device "$sketch"
publish_image "$SANDBOX_IMAGE"
for name in hass hass-ui; do
    secureesp pki client "$SANDBOX_PKI" "$name" --role homeassistant >/dev/null
done

# as NAME COMMAND OPTION...: mosquitto_sub or _pub by that certificate.
as() {
    timeout 60 "$2" -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i "$1" \
        --cert "$SANDBOX_PKI/clients/$1.crt" --key "$SANDBOX_PKI/clients/$1.key" "${@:3}"
}
press() {
    as hass-ui mosquitto_pub -q 1 -t "secureesp/$1/$2" -m "$2"
}
# listen: as Home Assistant does when it starts; what it hears comes to $work/heard.
listens=0
listen() {
    listens=$((listens + 1))
    : >"$work/heard"
    process_start "$work/hass.record" "$work/heard" stdbuf -oL mosquitto_sub -h localhost \
        -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i hass \
        --cert "$SANDBOX_PKI/clients/hass.crt" --key "$SANDBOX_PKI/clients/hass.key" \
        -t 'homeassistant/#' -t 'secureesp/+/state' -t 'secureesp/+/availability' -t secureesp/availability -F '%t %p'
    records+=("$work/hass.record")
}
# last TOPIC: what was heard there last.
last() {
    sed -n "s|^$1 ||p" "$work/heard" | tail -n 1
}
count_of() {
    grep -c "^$1 " "$work/heard" || true
}
config_of() {
    last "homeassistant/device/secureesp_$1/config"
}
config_has() {
    [ "$(json_get "$(config_of "$1")" "$2")" = "$3" ]
}
state_has() {
    [ "$(json_get "$(last "secureesp/$1/state")" "$2")" = "$3" ]
}
is_announced() {
    [ -n "$(config_of "$1")" ]
}
is_gone() {
    [ -z "$(retained "$1")" ]
}
# retained MAC: what the broker keeps of it.
retained() {
    as hass-ui mosquitto_sub -W 1 --retained-only -F '%t' -t "homeassistant/device/secureesp_$1/config" \
        -t "secureesp/$1/state" -t "secureesp/$1/availability" 2>/dev/null || true
}
announces() {
    sed -i '/^\[homeassistant\]/,/^$/d' "$sandbox/etc/secureesp.conf"
    printf '[homeassistant]\nenabled = %s\n\n' "$1" >>"$sandbox/etc/secureesp.conf"
    part stop daemon
    part start daemon
    part wait daemon
}
check_schema() {
    expect_exit 0 python3 -B "$root/test/system/homeassistant_check.py" "$work/heard"
}

step "off, nothing is said"
listen
sleep 2
expect_equal "what is heard" "" "$(cat "$work/heard")"

step "each device is announced"
announces yes
eventually 20 "an announcement" is_announced "$mac"
check_schema
expect_equal "devices" "1 devices" "$output"
config=$(config_of "$mac")
expect_equal "identifier" "secureesp_$mac" "$(json_get "$config" '$.device.identifiers[0]')"
expect_equal "connection" "mac $(sed 's/../&:/g; s/:$//' <<<"$mac")" \
    "$(json_get "$config" '$.device.connections[0][0]') $(json_get "$config" '$.device.connections[0][1]')"
expect_equal "model and version" "$board $(image_name 00.00.01)" \
    "$(json_get "$config" '$.device.model') $(json_get "$config" '$.device.sw_version')"
expect_equal "components" "connectivity heap restart restarts rssi update" \
    "$(sqlite3 :memory: "select group_concat(key, ' ') from (select key from json_each('$config', '\$.components') order by key)")"
expect_equal "orders go to" "secureesp/$mac/install secureesp/$mac/restart" \
    "$(json_get "$config" '$.components.update.command_topic') $(json_get "$config" '$.components.restart.command_topic')"
expect_equal "there" online "$(last "secureesp/$mac/availability")"
expect_equal "installed, latest" "$(image_name 00.00.01) $(image_name 00.00.01)" "$(
    json_get "$(last "secureesp/$mac/state")" '$.installed_version') $(
    json_get "$(last "secureesp/$mac/state")" '$.latest_version')"

# schema_notices SED-SCRIPT: what is wrong is found.
schema_notices() {
    sed "$1" "$work/heard" >"$work/wrong"
    ! cmp -s "$work/heard" "$work/wrong" || fail "nothing is changed by $1"
    expect_exit 1 python3 -B "$root/test/system/homeassistant_check.py" "$work/wrong"
}
schema_notices 's/"unique_id"/"uniq_id"/'
schema_notices 's/"origin"/"o"/'
schema_notices 's/value_json.rssi }}/value_json.rssi }}{{ 1 }}/'
schema_notices 's/"dBm"/"cm"/'
schema_notices 's/"in_progress":false/"in_progress":0/'

step "what an app adds to its status"
app='{"uptimemillis": 1000, "espimage": "ESP8266_MEASURE-01.00.00", "espname": "a \"name\"",
 "rssi": -61, "temperature": 21.5, "count": 7, "door": true, "mode": "it says {{ 1 }}", "it'"'"'s }} {% x %}": 1, "more": {"a": 1}}'
publish_text "$sketch" "/status/$sketch" "$app"
eventually 20 "the sketch" is_announced "$sketch"
check_schema
config=$(config_of "$sketch")
expect_equal "name" 'a "name"' "$(json_get "$config" '$.device.name')"
expect_equal "kinds" "sensor binary_sensor sensor measurement" "$(
    json_get "$config" '$.components.app_temperature.platform') $(
    json_get "$config" '$.components.appflag_door.platform') $(
    json_get "$config" '$.components.app_mode.platform') $(
    json_get "$config" '$.components.app_count.state_class')"
expect_equal "its topics are its own" "secureesp/$sketch/state" \
    "$(json_get "$config" '$.components.app_temperature.state_topic')"
expect_equal "values" "21.5 7 ON it says {{ 1 }}" "$(
    json_get "$(last "secureesp/$sketch/state")" '$.app.temperature') $(
    json_get "$(last "secureesp/$sketch/state")" '$.app.count') $(
    json_get "$(last "secureesp/$sketch/state")" '$.app.door') $(
    json_get "$(last "secureesp/$sketch/state")" '$.app.mode')"
expect_equal "rssi" -61 "$(json_get "$(last "secureesp/$sketch/state")" '$.rssi')"
before=$(count_of "homeassistant/device/secureesp_$sketch/config")
publish_text "$sketch" "/status/$sketch" "${app/21.5/22.5}"
eventually 10 "the next value" state_has "$sketch" '$.app.temperature' 22.5
said=$(count_of "secureesp/$sketch/state")
publish_text "$sketch" "/status/$sketch" "${app/21.5/22.5}"
sleep 2.5
expect_equal "what is as it was" "$said" "$(count_of "secureesp/$sketch/state")"
expect_equal "announced once" "$before" "$(count_of "homeassistant/device/secureesp_$sketch/config")"
publish_text "$sketch" "/status/$sketch" '{"uptimemillis": 9000, "espimage": "ESP8266_MEASURE-01.00.00", "temperature": 23}'
eventually 10 "what it says no more" state_has "$sketch" '$.app.temperature' 23
expect_equal "door" "" "$(json_get "$(last "secureesp/$sketch/state")" '$.app.door')"
publish_text "$sketch" "/status/$sketch" '{"uptimemillis": 1000, "espimage": "ESP8266_MEASURE-02.00.00", "temperature": 23}'
eventually 10 "another image without it" config_has "$sketch" '$.components.appflag_door.unique_id' ""
expect_equal "taken away" binary_sensor "$(json_get "$(config_of "$sketch")" '$.components.appflag_door.platform')"
check_schema

step "an update"
publish_image "$(make_image 00.00.02 1 1)"
eventually 10 "it is offered" state_has "$mac" '$.latest_version' "$(image_name 00.00.02)"
secureesp devices hold "$mac" --reason test >/dev/null
eventually 10 "held" state_has "$mac" '$.latest_version' "$(image_name 00.00.01)"
press "$mac" install
refused() {
    [ "$(counter homeassistant_refused)" -ge "$1" ]
}
eventually 10 "it is refused" refused 1
expect_match "why" "Held by an operator" "$(json_get "$(last "secureesp/$mac/state")" '$.release_summary')"
expect_equal "commands" 0 "$(json_count "$(api "/commands?mac=$mac")" '$')"
secureesp devices unhold "$mac" >/dev/null
eventually 10 "free" state_has "$mac" '$.latest_version' "$(image_name 00.00.02)"
expect_equal "why no more" "" "$(json_get "$(last "secureesp/$mac/state")" '$.release_summary')"
press "$mac" install
eventually 60 "it is installed" state_has "$mac" '$.installed_version' "$(image_name 00.00.02)"
eventually 20 "it has ended" state_has "$mac" '$.in_progress' 0
grep "^secureesp/$mac/state" "$work/heard" | grep -q '"in_progress":true,"update_percentage":[0-9]' ||
    fail "no progress was told"
expect_equal "commands" "flash done firmware done" "$(
    sqlite3 :memory: "select group_concat(value ->> '\$.command' || ' ' || (value ->> '\$.state'), ' ') from json_each('$(
        api "/commands?mac=$mac")')")"
rows=$(secureesp audit list --object "$mac" --json)
expect_equal "who gave it" 1 "$(sqlite3 :memory: "select count(*) from json_each('$rows') where
    value ->> '\$.who' = 'homeassistant' and value ->> '\$.user' = 'hass-ui' and value ->> '\$.verb' = 'order'
    and value ->> '\$.after.command' = 'firmware, flash'")"
check_schema

step "the restart button"
before=$(device "$mac" '$.reboots')
press "$mac" restart
restarted() {
    [ "$(device "$mac" '$.reboots')" -gt "$before" ]
}
eventually 30 "a restart" restarted
eventually 10 "it is told" state_has "$mac" '$.restarts' "$(device "$mac" '$.reboots')"

step "it may do nothing else"
as_ha_says() {
    as hass-ui mosquitto_pub -q 1 -t "$1" -m "$2" "${@:3}" 2>/dev/null || true
}
ids() {
    json_count "$(api /commands)" '$'
}
before=$(ids)
as_ha_says "/command/$mac/reboot" '{"id": 1}'
as_ha_says "/status/$mac" '{"uptimemillis": 1}'
as_ha_says "/event/$mac" '{"event": "boot"}'
as_ha_says "/broker/homeassistant" "{\"client\": \"x\", \"mac\": \"$mac\", \"order\": \"restart\"}"
as_ha_says "homeassistant/device/secureesp_$mac/config" '{}' -r
as_ha_says "secureesp/$mac/state" '{}' -r
as_ha_says "secureesp/$mac/availability" offline
as_ha_says "secureesp/$mac/flash" flash
as_ha_says "secureesp/$mac/restart" restart -r
as_ha_says "secureesp/ffffffffffff/restart" restart
eventually 10 "the last is refused" refused 2
expect_equal "commands" "$before" "$(ids)"
expect_equal "state" online "$(last "secureesp/$mac/availability")"
expect_equal "the device was not asked" 0 "$(json_count "[$(last "secureesp/$mac/state")]" '$' "value = '{}'")"
subscribed=$(as hass-ui mosquitto_sub -d -W 1 -t '#' -t '/status/+' -t '/event/+' -t '/will/+' -t "/command/$mac/#" \
    -t '/broker/#' -t 'secureesp/#' -t 'secureesp/+/install' -t 'homeassistant/#' 2>/dev/null | grep '^Subscribed' || true)
expect_equal "what it may subscribe" "Subscribed (mid: 1): 128, 128, 128, 128, 128, 128, 128, 128, 0" "$subscribed"

step "nor can a device announce anything"
publish_text "$sketch" "homeassistant/device/secureesp_$mac/config" '{"forged": 1}' -r
publish_text "$sketch" "secureesp/$mac/state" '{"forged": 1}' -r
publish_text "$sketch" "secureesp/$mac/install" install
sleep 1
! grep -q forged "$work/heard" || fail "a device announced"

step "Home Assistant starts anew"
before=$(count_of "homeassistant/device/secureesp_$mac/config")
as hass-ui mosquitto_pub -q 1 -t homeassistant/status -m online
announced_again() {
    [ "$(count_of "homeassistant/device/secureesp_$mac/config")" -gt "$before" ]
}
eventually 10 "it is announced again" announced_again
process_stop "$work/hass.record"
listen
eventually 10 "what is kept" is_announced "$sketch"
expect_equal "devices" "2 devices" "$(python3 -B "$root/test/system/homeassistant_check.py" "$work/heard")"

step "a broker that has lost everything, and a daemon that starts anew"
process_stop "$work/hass.record"
part stop broker
rm -f "$sandbox/state/mosquitto.db"
part start broker
listen
both_announced() {
    is_announced "$mac" && is_announced "$sketch"
}
eventually 40 "both" both_announced
check_schema
before=$(count_of "homeassistant/device/secureesp_$mac/config")
part kill daemon
is_there() {
    [ "$(last secureesp/availability)" = "$1" ]
}
eventually 10 "the daemon's will" is_there offline
part start daemon
part wait daemon
eventually 20 "it is announced again" announced_again
eventually 5 "it is there" is_there online
expect_equal "as it was" 1 \
    "$(grep "^homeassistant/device/secureesp_$mac/config" "$work/heard" | sort -u | wc -l)"

step "a device that is forgotten, and one that is shut out"
secureesp devices forget "$sketch" --force >/dev/null
eventually 10 "it is taken away" is_gone "$sketch"
eventually 5 "it was heard" test "$(config_of "$sketch")" = ""
secureesp devices revoke "$mac" >/dev/null
eventually 10 "it is taken away" is_gone "$mac"
secureesp devices readmit "$mac" >/dev/null
eventually 30 "it is there again" is_announced "$mac"

step "switched off, all is taken away"
announces no
eventually 20 "it is taken away" is_gone "$mac"
eventually 5 "nor is the daemon kept" is_there ""
expect_equal "devices" "0 devices" "$(python3 -B "$root/test/system/homeassistant_check.py" "$work/heard")"
