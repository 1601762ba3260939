#!/usr/bin/env bash
# A device that is revoked is out at once, whatever it holds, and stays out; nobody else notices; it
# comes back when it is readmitted, with the certificate that may.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

ours=$(mac_of 1) # virtual, started by the sandbox
honest=$(mac_of 2)
held=$(mac_of 3)
sketch_mac=$(sketch_mac 512)
sandbox_up --devices 2
pki=$SANDBOX_PKI
list=$sandbox/state/broker/revoked
new_device "$held" "$sketch_mac"
tester_up
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1 900000)"

# hold MAC NAME: a client of the download server that holds all that it can.
hold() {
    mkdir -p "$work/$2"
    rm -f "$work/$2"/{held,go}
    process_start "$work/$2.record" "$work/$2/says" python3 "$root/test/system/held_client.py" \
        "$SANDBOX_HTTPS_PORT" "$pki/ca.crt" "$pki/devices/$1" "$work/$2" "$(image_name 00.00.01)"
    records+=("$work/$2.record")
    eventually 20 "$2 holds what it can" test -e "$work/$2/held"
}
# let_go NAME: what it gets now.
let_go() {
    touch "$work/$1/go"
    process_wait_end "$work/$1.record" 40 || fail "$1 does not end"
}
says() {
    sed -n "s/^$2 //p" "$work/$1/says"
}
# hears MAC NAME: a device that hears its commands.
hear() {
    process_start "$work/$2.record" "$work/$2.log" stdbuf -oL mosquitto_sub -h localhost \
        -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" --cert "$pki/devices/$1.crt" \
        --key "$pki/devices/$1.key" -i "$1" -t "/command/$1/#" -d -F 'heard %t'
    records+=("$work/$2.record")
    eventually 10 "$2 has subscribed" grep -q '^Subscribed' "$work/$2.log"
}
broker_number() {
    json_get "$(api /status)" '$.revocations.broker.number'
}
same_number() {
    [ "$(broker_number)" = "$(json_get "$(api /status)" '$.revocations.number')" ]
}
# let_in MAC, shut_out MAC: by both servers, in a new connection.
let_in() {
    get "$1" /config.json
    expect_equal "$1 at the download server" 200 "$status"
    publish_text "$1" "/event/$1" '{"event": "boot"}' -i "$1" 2>/dev/null || fail "$1 at the broker"
}
shut_out() {
    get "$1" /config.json
    expect_match "$1 at the download server" '^curl|^403' "$status"
    ! publish_text "$1" "/event/$1" '{"event": "boot"}' -i "$1" >/dev/null 2>&1 ||
        fail "$1 at the broker"
}

step "with all that it holds"
eventually 20 "ours online" device_has "$ours" '$.online' 1
hold "$held" thief
hold "$honest" beside
hear "$held" thief-mqtt
tester_publish "/event/$held" -m '{"event": "boot"}' -q 1
eventually 10 "the thief online" device_has "$held" '$.online' 1
part stop "$honest" # its place at the broker is its client's now
hear "$honest" beside-mqtt
for name in reboot config; do
    api /commands --data "{\"mac\": \"$held\", \"command\": \"$name\"}" >/dev/null
done
expect_exit 0 secureesp devices revoke "$held"
echo "$output"
expect_match "what it says" "$held: revoked \(keyCompromise\); known certificates: 1; 2 commands ended" "$output"
expect_match "when" 'download server: [a-z0-9. ]* \(2 connections ended\); broker: [a-z0-9. ]* \(1 connection ended\)' "$output"
let_go thief
expect_equal "its kept connection" ended "$(says thief kept)"
read -r got _ size <<<"$(says thief download)"
[ "$got" -lt "$size" ] || fail "its download was not cut: $got of $size"
expect_equal "resumed by ticket" "403 True ended" "$(says thief ticket)"
expect_equal "resumed by ID" "403 True ended" "$(says thief id)"
expect_match "anew" '^alert .*CERTIFICATE_REVOKED' "$(says thief full)"
shut_out "$held"

step "at once in the list, with its reason"
expect_match list "$held +revoked" "$(secureesp devices list)"
expect_equal "those that are" "$held" "$(secureesp devices list --state revoked | awk 'NR > 1 { print $1 }')"
expect_match show 'REVOKED \(revoked\).*keyCompromise' "$(secureesp devices show "$held" | tr '\n' ' ')"
serial=$(openssl x509 -in "$pki/devices/$held.crt" -noout -serial | sed 's/^serial=//' | tr A-F a-f)
expect_match "its certificate" "$serial .*keyCompromise" "$(secureesp devices show "$held")"
expect_equal events 1 "$(event_count "$held" "json_extract(value, '$.event') = 'revoked'")"
for i in 0 1; do
    command=$(api "/commands?mac=$held")
    expect_equal "state of its command" failed "$(json_get "$command" "\$[$i].state")"
    expect_equal "result of its command" revoked "$(json_get "$command" "\$[$i].result")"
done
expect_exit 1 secureesp command "$held" reboot
expect_match "a new command" "is revoked, and gets no commands" "$output"
expect_exit 0 secureesp command --all config --yes
expect_match "one to all" "1 revoked device is left out" "$output"
! grep -q "$held" <<<"$output" || fail "the command to all: $output"

step "what still comes in its name is no sign of life"
ignored=$(counter revoked_messages)
tester_publish "/status/$held" -m '{"uptimemillis": 7}' -q 1
tester_publish "/event/$held" -m '{"event": "boot"}' -q 1
tester_publish "/will/$held" -m '{}' -q 1
ignored_all() {
    [ "$(counter revoked_messages)" -eq $((ignored + 3)) ]
}
eventually 10 "three messages ignored" ignored_all
expect_equal online 0 "$(device "$held" '$.online')"
expect_equal reason revoked "$(device "$held" '$.reason')"

step "nobody else notices"
let_go beside
expect_equal "kept connection" 200 "$(says beside kept)"
read -r got _ size <<<"$(says beside download)"
expect_equal "download" "$size" "$got"
expect_equal "by ticket" "200 True 200" "$(says beside ticket)"
expect_equal "by ID" "200 True 200" "$(says beside id)"
expect_equal "anew" "200 False 200" "$(says beside full)"
! grep -q 'disconnect' "$work/beside-mqtt.log" || fail "the other's connection to the broker ended"
process_stop "$work/beside-mqtt.record"
part start "$honest"

step "a second time, with another reason, forgotten, and never heard of"
expect_exit 0 secureesp devices revoke "$held" --reason certificateHold
expect_match "again" 'is already revoked \(keyCompromise, since' "$output"
expect_exit 2 secureesp devices revoke "$held" --reason stolen
expect_exit 0 secureesp devices forget "$held"
expect_match "forgotten" "stays revoked" "$output"
expect_exit 1 secureesp devices show "$held"
expect_match "forgotten" "forgotten, but still revoked" "$output"
shut_out "$held"
expect_exit 0 secureesp devices revoke 84:F3:EB:99:99:99 --reason cessationOfOperation
expect_match "never heard of" "84f3eb999999: revoked .* it has never reported" "$output"
expect_match "in the list" "84f3eb999999 +revoked .* has never reported" "$(secureesp devices list)"
expect_match "alone" "REVOKED .it has never reported.*first seen, ago +- last seen, ago +-" \
    "$(secureesp devices show 84f3eb999999 | tr '\n' ' ')"

step "after a restart of the daemon, and of the broker, and of both"
part stop daemon
part start daemon
eventually 20 "the broker's word" same_number
shut_out "$held"
part stop broker
part start broker
eventually 40 "the broker's word" same_number
shut_out "$held"
let_in "$honest"

step "a sketch of the field and a device of ours, in the midst of their work"
make_sketch 512
start_sketch 512 00.00.08.g
await 512 '^online commands=0 '
eventually 10 "the sketch online" device_has "$sketch_mac" '$.online' 1
eventually 20 "ours online" device_has "$ours" '$.online' 1
for mac in "$sketch_mac" "$ours"; do
    expect_exit 0 secureesp devices revoke "$mac" --reason certificateHold
    expect_match "$mac" 'broker: [a-z0-9. ]* \(1 connection ended\)' "$output"
    expect_equal "$mac online" 0 "$(device "$mac" '$.online')"
done
eventually 10 "ours is told" grep -q 'refused the connection (code 5)' "$sandbox/log/$ours.log"

step "readmitted after a hold: with the certificates that they have"
for mac in "$sketch_mac" "$ours"; do
    expect_exit 0 secureesp devices readmit "$mac"
    expect_match "$mac" 'readmitted, with the certificate that it has' "$output"
done
eventually 60 "ours is back" device_has "$ours" '$.online' 1
let_in "$sketch_mac"
expect_exit 0 secureesp devices readmit "$ours"
expect_match "again" "is not revoked" "$output"
expect_exit 1 secureesp devices readmit 84f3eb888888
expect_match "a MAC that nobody knows" "device 84f3eb888888 is not known" "$output"

step "readmitted after its key was stolen: with a new one only"
expect_exit 0 secureesp devices readmit "$held"
expect_match "what it needs" "issue a new one" "$output"
shut_out "$held"
expect_match "why" "certificate $serial of device $held is revoked" \
    "$(get "$held" /config.json --tls-max 1.2 2>&1; grep "$serial" "$sandbox/log/daemon.log" | tail -n 1)"
secureesp pki device --force "$pki" "$held" >/dev/null
let_in "$held"

step "the broker is away: it is told when it is back"
part stop broker
expect_exit 1 secureesp devices revoke "$held"
expect_match "what it says" 'broker: NOT YET: .*uses the list' "$output"
get "$held" /config.json
expect_match "the download server" '^curl|^403' "$status"
part start broker
eventually 40 "the broker's word" same_number
shut_out "$held"

step "the broker hangs: nobody waits for it longer than two seconds"
let_in "$honest"
process_signal "$sandbox/run/broker" STOP
expect_exit 1 secureesp devices revoke "$honest" --reason certificateHold
expect_match "what it says" 'broker: NOT YET: it still uses list [0-9]*, not [0-9]*' "$output"
process_signal "$sandbox/run/broker" CONT
eventually 20 "the broker's word" same_number
shut_out "$honest"
expect_exit 0 secureesp devices readmit "$honest"

step "killed between database and list: the next start completes it"
number=$(json_get "$(api /status)" '$.revocations.number')
cp "$list" "$work/before"
until rm -f "$list" && mkdir "$list" 2>/dev/null; do :; done # the daemon writes it again meanwhile
expect_exit 1 secureesp devices revoke "$honest" --reason certificateHold
expect_match "what holds" "recorded, and the download server uses it, but the broker does not yet: .* tries again" "$output"
get "$honest" /config.json
expect_match "the download server" '^curl|^403' "$status"
expect_match "status" "CANNOT BE WRITTEN" "$(secureesp status)"
part kill daemon
rmdir "$list"
cp "$work/before" "$list" # as it was
expect_match "the list" "^number $number\$" "$(sed -n 2p "$list")"
part start daemon
expect_match "the list" "device $honest all" "$(cat "$list")"
eventually 20 "the broker's word" same_number
shut_out "$honest"

step "a list that somebody removes or changes is written again"
rm "$list"
eventually 10 "the list is back" grep -qs "device $honest all" "$list"
echo "number 1" >"$list"
eventually 10 "the list is back" grep -qs "device $honest all" "$list"
broker_error() {
    json_get "$(api /status)" '$.revocations.broker.error'
}
says_bad() {
    [ -n "$(broker_error)" ]
}
goes_by_it() {
    secureesp status | grep -q 'the broker uses it$'
}
until rm -f "$list" && mkdir "$list" 2>/dev/null; do :; done
eventually 20 "the broker says that it cannot read the list" says_bad
rmdir "$list"
eventually 20 "the list is back" grep -qs "device $honest all" "$list"
eventually 20 "the broker goes by the list again, as status says" goes_by_it
expect_equal "its mode" 644 "$(stat -c %a "$list")"
expect_equal "its folder's" 755 "$(stat -c %a "$(dirname "$list")")"
expect_equal "state_dir's" 711 "$(stat -c %a "$sandbox/state")"
expect_equal "open to others beside it" "" "$(find "$sandbox/state" -mindepth 1 -maxdepth 1 ! -name broker -perm /077)"
expect_exit 0 secureesp devices readmit "$honest"
let_in "$honest"

step "what it has left at the broker goes with it, though nobody else may take it away"
gone=$(mac_of 5)
other=$(mac_of 6)
new_device "$gone" "$other"
secureesp pki client "$pki" listener --role listener >/dev/null
# retained MAC: on how many of its topics the broker keeps something that it gives to who comes.
retained() {
    mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" --cert "$pki/clients/listener.crt" \
        --key "$pki/clients/listener.key" -i listener --retained-only -t "/+/$1" -t "/will/$1/will" -F %t -W 2 \
        2>/dev/null | wc -l
}
nothing_is_retained() {
    [ "$(retained "$1")" = 0 ]
}
leave() {
    local topic
    for topic in "/status/$1" "/event/$1" "/will/$1" "/will/$1/will"; do
        publish_text "$1" "$topic" '{"uptimemillis": 7}' -i "$1" -r -q 1
    done
    expect_equal "left by $1" 4 "$(retained "$1")"
    eventually 20 "the last of $1 is heard" device_has "$1" '$.reason' will
}
swept() {
    [ "$(sqlite3 "$SANDBOX_DB" 'select count(*) from retained')" = 0 ]
}
leave "$gone"
ignored=$(counter revoked_messages)
expect_exit 0 secureesp devices revoke "$gone" --reason certificateHold
eventually 20 "all is taken away" swept
expect_equal "echoes that count as its own" "$ignored" "$(counter revoked_messages)"
expect_exit 0 secureesp devices readmit "$gone" # else the broker gives what is its own to nobody
expect_equal "left by $gone" 0 "$(retained "$gone")"

step "likewise when it is forgotten, and what says so makes it known to nobody"
leave "$gone"
expect_exit 0 secureesp devices forget --force "$gone"
eventually 20 "all is taken away" swept
expect_equal "left by $gone" 0 "$(retained "$gone")"
expect_exit 1 secureesp devices show "$gone"

step "likewise when broker and daemon were away meanwhile"
leave "$gone"
leave "$other"
part stop broker
expect_exit 1 secureesp devices revoke "$other" --reason certificateHold
expect_exit 0 secureesp devices forget --force "$gone"
part stop daemon
part start broker
part start daemon
eventually 40 "all is taken away" swept
expect_exit 0 secureesp devices readmit "$other"
expect_equal "left by $gone" 0 "$(retained "$gone")"
expect_equal "left by $other" 0 "$(retained "$other")"
expect_exit 1 secureesp devices show "$gone"
