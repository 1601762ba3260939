#!/usr/bin/env bash
# New Wi-Fi networks for a site: sealed for each board, canaries first, whatever kills the daemon; and
# neither a network's name nor its password is anywhere on the way.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

database=$sandbox/state/secureesp.db
ssid='Neue Halle mit Nummer 7'
password='sesame, sesame, open: 42 "times"'
password2=$(printf 'ab%.0s' {1..32})

# board_up MAC: a board that hears; its commands stand in $work/MAC.heard. What it says comes from another
# client, since the broker would end one of two connections with the same certificate.
board_up() {
    : >"$work/$1.heard"
    process_start "$work/$1.record" "$work/$1.heard" stdbuf -oL mosquitto_sub -h localhost \
        -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i "$1" -q 1 -c -d \
        --cert "$SANDBOX_PKI/devices/$1.crt" --key "$SANDBOX_PKI/devices/$1.key" \
        -t "/command/$1/#" -F '%t %p'
    records+=("$work/$1.record")
    eventually 20 "$1 has subscribed" grep -q '^Subscribed' "$work/$1.heard"
}

report() {
    local mac
    for mac; do
        tester_publish "/status/$mac" -m '{"espimage": "BOARD-1", "uptimemillis": 60000}'
    done
}

# says MAC ID RESULT DETAIL: the outcome.
says() {
    tester_publish "/event/$1" -q 1 -m \
        "{\"event\": \"command\", \"command\": \"wifi\", \"id\": $2, \"result\": \"$3\", \"detail\": \"$4\"}"
}

heard() {
    [ "$(grep -c "^/command/$1/wifi " "$work/$1.heard")" -ge "${2:-1}" ]
}

# sealed_for MAC: of the last command.
sealed_for() {
    json_get "$(grep "^/command/$1/wifi " "$work/$1.heard" | tail -n 1 | cut -d ' ' -f 2-)" '$.sealed'
}

# opened MAC BOARD: what the board of that key makes of it.
opened() {
    sealed_for "$1" | base64 -d | open-wifi "$SANDBOX_PKI/devices/$2.key" "$2"
}

# state MAC: of its command in $batch. command_of MAC: its number.
state() {
    of_batch "$1" '$.state'
}
command_of() {
    of_batch "$1" '$.id'
}
of_batch() {
    api "/wifi/$batch" >"$work/batch.json"
    sqlite3 :memory: "select value ->> '$2' from json_each(readfile('$work/batch.json'), '\$.devices')
        where value ->> '\$.mac' = '$1'"
}
is_in() {
    [ "$(state "$1")" = "$2" ]
}

# set_networks OPTION...: the order of $work/networks; $batch is its number.
set_networks() {
    expect_exit 0 secureesp wifi set --networks "$work/networks" --json "$@"
    batch=$(json_get "$(grep '^{' <<<"$output")" '$.batch')
}

# not_in FILE...: neither name nor password, in any of the forms in which they were on their way.
not_in() {
    local file text
    for file; do
        for text in "$ssid" "$password" "$password2" 'sesame, open' 'mit Nummer 7' \
            "$(printf %s "$ssid" | od -An -v -tx1 | tr -d ' \n')" \
            "$(printf %s "$password" | base64 | cut -c 1-20)"; do
            ! grep -qaF -e "$text" "$file" || fail "$file has '$text'"
        done
    done
}

restart_daemon() {
    part kill daemon
    part start daemon
}

sandbox_up --devices 1
macs=("$(mac_of 101)" "$(mac_of 102)" "$(mac_of 103)")
rsa=$(mac_of 104)
sketch=$(mac_of 105)
new_device "${macs[@]}" "$sketch"
tester_up
secureesp pki device "$SANDBOX_PKI" "$rsa" --rsa >/dev/null
secureesp pki client "$SANDBOX_PKI" ear --role listener >/dev/null
process_start "$work/ear.record" "$work/wire" stdbuf -oL mosquitto_sub -h localhost \
    -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i ear \
    --cert "$SANDBOX_PKI/clients/ear.crt" --key "$SANDBOX_PKI/clients/ear.key" -t '#' -F '%t %p'
records+=("$work/ear.record")
for mac in "${macs[@]}" "$rsa"; do
    board_up "$mac"
    tester_publish "/event/$mac" -q 1 -m '{"event": "boot", "result": "ok", "image": "BOARD-1"}'
done
report "${macs[@]}" "$rsa" "$sketch"
for mac in "${macs[@]}" "$rsa" "$sketch"; do
    eventually 20 "$mac" device_has "$mac" '$.online' 1
done
for mac in "${macs[@]}" "$rsa"; do
    eventually 20 "event of $mac" has_event "$mac" "value ->> '$.event' = 'boot'"
done
cat >"$work/networks" <<END
network={
	ssid="old hall"
	psk=$password2
}
network={
	ssid="$ssid"
	#psk="a comment, as wpa_passphrase writes it"
	psk="$password"
	priority=5
}
END

step "who cannot take them is named, and then nobody gets them"
expect_exit 1 secureesp wifi set "${macs[@]}" "$rsa" "$sketch" --networks "$work/networks"
expect_match "RSA" "$rsa: the key of its certificate is not on P-256" "$output"
expect_match "a sketch" "$sketch: it does not know the command" "$output"
expect_match "nobody" "2 of 5 devices cannot be given networks, so none is" "$output"
expect_equal "batches" '[]' "$(tr -d '\n ' <<<"$(api /wifi)")"
expect_exit 1 secureesp wifi set "${macs[0]}" "$(mac_of 999)" --networks "$work/networks"
expect_match "unknown" "$(mac_of 999): the device is unknown" "$output"
expect_exit 1 secureesp command "${macs[0]}" wifi
expect_match "what to do" "secureesp wifi set" "$output"
expect_exit 2 secureesp wifi set "${macs[0]}" --ssid a --networks "$work/networks"
expect_exit 2 secureesp wifi set --networks "$work/networks"
expect_exit 2 secureesp wifi set --all --networks "$work/networks"
expect_match "it asks" "there are [0-9]+ devices; without a terminal to ask at, --yes" "$output"
expect_exit 2 secureesp wifi set --state online --networks "$work/networks"
expect_match "it asks" "devices? meets? the filter; without a terminal to ask at, --yes" "$output"
expect_exit 1 secureesp wifi set "${macs[0]}" --networks "$work/nothing"
sed 's/psk="/pskk="/' "$work/networks" >"$work/bad"
expect_exit 1 secureesp wifi set "${macs[0]}" --networks "$work/bad"
expect_match "where" "line 8: " "$output"
[[ $output != *sesame* ]] || fail "it repeats the password"

step "a canary that does not move keeps the others from it"
set_networks "${macs[@]}" "$rsa" "$sketch" --skip
expect_match "left out" "$sketch: it does not know" "$output"
eventually 20 "the canary's command" heard "${macs[0]}"
expect_equal "what the canary reads" "$(printf '%s\t%s\n' "$ssid" "$password" "old hall" "$password2")" \
    "$(opened "${macs[0]}" "${macs[0]}" | tail -n +2)"
expect_exit 1 opened "${macs[0]}" "${macs[1]}"
sealed_for "${macs[0]}" | base64 -d >"$work/sealed"
! open-wifi "$SANDBOX_PKI/devices/${macs[0]}.key" "${macs[1]}" <"$work/sealed" 2>/dev/null ||
    fail "it is not bound to the MAC"
expect_equal "the second" waiting "$(state "${macs[1]}")"
expect_equal "payloads" 3 "$(sqlite3 "$database" 'select count(*) from command_payloads')"
says "${macs[0]}" "$(command_of "${macs[0]}")" trial-failed 'no network of that name'
for mac in "${macs[@]:1}"; do
    eventually 20 "$mac is told" is_in "$mac" failed
    expect_match "why" "a canary did not move: ${macs[0]} failed: no network of that name" \
        "$(of_batch "$mac" '$.detail')"
    ! heard "$mac" || fail "$mac heard of it"
done
expect_equal "payloads" 0 "$(sqlite3 "$database" 'select count(*) from command_payloads')"
expect_match "the list" "${macs[1]} +rest +failed .*held" "$(secureesp wifi status "$batch")"
expect_match "the orders" " 3 +0 +0 +0 +3" "$(secureesp wifi status)"

step "when it has moved the others follow, whatever kills the daemon"
set_networks "${macs[@]}"
restart_daemon
report "${macs[@]}"
eventually 30 "the canary's command" heard "${macs[0]}" 2
expect_equal "the second" waiting "$(state "${macs[1]}")"
restart_daemon
expect_equal "the canary" sent "$(state "${macs[0]}")"
expect_equal "the second" waiting "$(state "${macs[1]}")"
says "${macs[0]}" "$(command_of "${macs[0]}")" ok 'the network is in use'
eventually 20 "the canary has moved" is_in "${macs[0]}" "done"
part kill daemon
for mac in "${macs[@]:1}"; do
    expect_match "state of $mac" '^[01]$' \
        "$(sqlite3 "$database" "select state from commands where id = (select max(id) from commands where device = 0x$mac)")"
done
part start daemon
report "${macs[@]}"
for mac in "${macs[@]:1}"; do
    eventually 30 "$mac" heard "$mac"
    expect_match "what it reads" "$ssid" "$(opened "$mac" "$mac")"
    says "$mac" "$(command_of "$mac")" ok ''
    eventually 20 "$mac has moved" is_in "$mac" "done"
done
expect_equal "payloads" 0 "$(sqlite3 "$database" 'select count(*) from command_payloads')"
expect_match "the list" "${macs[0]} +first +moved" "$(secureesp wifi status "$batch")"
expect_match "the list" "${macs[2]} +rest +moved" "$(secureesp wifi status "$batch")"

step "one network, its password from standard input, and the database as it is while they wait"
printf '%s\n' "$password" | secureesp wifi set "${macs[@]}" "$sketch" --ssid "$ssid" --skip >"$work/output" 2>&1 ||
    fail "$(cat "$work/output")"
batch=$(sed -n 's/^batch \([0-9]*\):.*/\1/p' "$work/output")
expect_equal "the others wait" waiting "$(state "${macs[1]}")"
expect_exit 1 secureesp wifi set "${macs[1]}" --networks "$work/networks"
expect_match "one at a time" "secureesp command cancel $(command_of "${macs[1]}")" "$output"
sqlite3 "$database" ".backup $work/backup"
not_in "$database" "$database-wal" "$work/backup" "$work/wire" "$SANDBOX_LOG"/*.log "$work"/*.heard
expect_exit 0 secureesp command list
printf '%s\n' "$output" >"$work/list"
not_in "$work/list"
expect_match "the wire was heard" '"sealed": "' "$(cat "$work/wire")"

step "nor in the daemon's memory, once they are sealed"
# A body that does not fit its first buffer, and one that is refused.
many=$(for i in {1000..4999}; do printf '"%s", ' "$(mac_of "$i")"; done)
printf '{"networks": [{"ssid": "%s", "password": "sesame, sesame, open: 43"}], "macs": [%s]}' \
    "$ssid" "${many%, }" >"$work/body"
expect_match "many" "4000 of 4000 devices cannot be given networks" "$(api /wifi --data "@$work/body")"
printf '{"networks": [{"ssid": "%s", "password": "sesame, sesame, open: 44"}] x' "$ssid" >"$work/body"
expect_match "no JSON" '"the body is not a JSON object"' "$(api /wifi --data "@$work/body")"
daemon=$(process_pid "$sandbox/run/daemon")
status=0
# Not how they begin: a sanitizer overwrites that of what is given back.
seen=$(python3 "$root/test/system/memory_has.py" "$daemon" 'mit Nummer 7' 'open: 42 ' 'open: 43' \
    'open: 44' "${password2:16:32}" "${macs[0]}") || status=$?
if [ "$status" -eq 2 ]; then
    echo "which this user may not look into"
else
    expect_equal "what can be seen" "${macs[0]}" "$seen"
fi

step "a canary that is cancelled, or whose device is forgotten, has not moved"
canary=${macs[0]}
expect_exit 0 secureesp command cancel "$batch"
eventually 20 "the others are told" is_in "${macs[2]}" failed
expect_match "why" "a canary did not move: $canary cancelled" "$(of_batch "${macs[2]}" '$.detail')"
set_networks "${macs[@]}"
expect_exit 0 secureesp devices forget "${macs[0]}" --force
expect_equal "the others" failed "$(state "${macs[1]}")"
expect_match "why" "the device was forgotten" "$(of_batch "${macs[1]}" '$.detail')"

step "a device that is revoked gets none"
expect_exit 0 secureesp devices revoke "${macs[1]}"
expect_exit 1 secureesp wifi set "${macs[1]}" --networks "$work/networks"
expect_match "why" "the device is revoked" "$output"
not_in "$SANDBOX_LOG"/*.log "$work/wire" "$database"
