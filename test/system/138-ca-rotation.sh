#!/usr/bin/env bash
# The CA changes under a fleet: virtual devices, of which a tenth sleeps through the beginning, and
# sketches as those in the field. The daemon is killed in each phase; nobody is lost, and who has a
# certificate of the old CA alone is let in no more.
# Takes 900 s at most.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

fleet=${ROTATION_FLEET:-3}
patience=$((180 + 6 * fleet)) # seconds for a phase: 16 devices are at it at a time
read -r -a fragments <<<"${ROTATION_SKETCHES:-1024}"
boards=${ROTATION_BOARDS:-0} # emulated ones
awake=()
sleepers=()
for ((i = 1; i <= fleet; i++)); do
    if [ "$i" -le $((fleet - (fleet + 9) / 10)) ]; then awake+=("$(mac_of "$i")"); else sleepers+=("$(mac_of "$i")"); fi
done
for ((i = 1; i <= boards; i++)); do awake+=("$(board_mac_of "$i")"); done
sandbox_up --devices "$fleet" --emulated "$boards"
pki=$SANDBOX_PKI
# What a daemon that died was told, and did not write, is not waited for for long.
sed -i 's/^\[mqtt\]/[commands]\nsent_timeout_s = 20\n\n[mqtt]/' "$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
part wait daemon
sleeper=${sleepers[0]}
# More than 20 share one process (scripts/sandbox).
run_fleet() { # NAME FIRST COUNT
    process_start "$work/$1.record" "$work/$1.log" \
        virtual-esp --dir "$sandbox/devices" --mac "$2" --count "$3"
    records+=("$work/$1.record")
}
fall_asleep() {
    if [ "$fleet" -le 20 ]; then
        part stop "${sleepers[@]}"
    else
        part stop devices
        run_fleet awake "${awake[0]}" $((fleet - ${#sleepers[@]}))
    fi
}
wake_up() {
    if [ "$fleet" -le 20 ]; then
        part start "${sleepers[@]}"
    else
        run_fleet sleepers "$sleeper" "${#sleepers[@]}"
    fi
}
sketches=()
for fragment in "${fragments[@]}"; do sketches+=("$(sketch_mac "$fragment")"); done
new_device "${sketches[@]}"
make_sketch_image 00.00.08.g 1 1
# A board whose sketch ends for want of a server starts again, with the files that it has by then.
cat >"$work/board.sh" <<'TEXT'
trap 'kill "$sketch" 2>/dev/null; exit 0' TERM
while :; do
    for file in "$1"/*.next; do
        [ ! -e "$file" ] || mv "$file" "${file%.next}"
    done
    "${@:2}" &
    sketch=$!
    wait "$sketch" || true
    sleep 1
done
TEXT
for fragment in "${fragments[@]}"; do
    make_sketch "$fragment"
    sketch_command "$fragment" 00.00.08.g
    process_start "$work/$fragment.pid" "$work/sketch-$fragment.log" \
        bash "$work/board.sh" "$work/sketch-$fragment" "${sketch[@]}"
    records+=("$work/$fragment.pid")
    await "$fragment" '^online commands=0 '
done
old=$(openssl x509 -in "$pki/ca.crt" -noout -fingerprint)
cp -r "$pki" "$work/old-pki" # a thief's copy

# all_have WHAT MAC...: what they have by now.
all_have() {
    local macs
    macs=$(printf "'%s'," "${@:2}")
    api /rotation >"$work/rotation.json"
    [ "$(sqlite3 :memory: "select count(*) from json_each(readfile('$work/rotation.json'), '$.devices')
        where json_extract(value, '$.has') = '$1'
            and json_extract(value, '$.mac') in (${macs%,})")" -eq $(($# - 1)) ]
}
# Daemon and broker as the operator is told to.
reload_daemon() {
    process_signal "$sandbox/run/daemon" HUP
}
restart_broker() {
    part stop broker
    part start broker
    part wait daemon
}
# The daemon dies between any two of its steps, again and again while the devices are at it.
kill_daemon() {
    local i
    for ((i = 0; i < $1; i++)); do
        sleep 1.$((RANDOM % 10))
        part kill daemon
        # its threads may hold the state for a moment longer than it is there
        part start daemon || { sleep 2 && part start daemon; }
        part wait daemon
    done
}

step "a second CA"
fall_asleep
expect_match "start" "restart the broker" "$(secureesp pki rotate start "$pki")"
expect_match "again" "restart the broker" "$(secureesp pki rotate start "$pki")"
expect_equal "CAs in ca.crt" 2 "$(grep -c BEGIN "$pki/ca.crt")"
expect_exit 1 secureesp pki rotate issue "$pki"
expect_match "too early" "does not trust both CAs: reload it" "$output"
restart_broker
reload_daemon
kill_daemon 3
all=("${awake[@]}" "${sketches[@]}")
eventually "$patience" "they trust both" all_have both "${all[@]}"
expect_equal "CAs on a sketch" 2 "$(grep -c BEGIN "$work/sketch-${fragments[0]}/ca.crt")"
expect_equal "CAs on a device" 2 "$(flash_file "$(mac_of 1)" ca.crt | grep -c BEGIN)"

step "who sleeps holds it up"
expect_exit 1 secureesp pki rotate issue "$pki"
expect_match "who, and why" "$sleeper .*trusts the old CA alone" "$output"
expect_match "the list" "$sleeper +old .*is lost: trusts the old CA alone" "$(secureesp pki rotate status)"
expect_equal "a server's CA" "$old" "$(openssl x509 -in "$work/old-pki/ca.crt" -noout -fingerprint)"
openssl verify -CAfile "$work/old-pki/ca.crt" "$pki/servers/mosquitto.crt" >/dev/null || fail "it was exchanged"
wake_up
all+=("${sleepers[@]}")
eventually "$patience" "all trust both" all_have both "${all[@]}"

step "certificates of the new CA"
secureesp pki rotate issue "$pki"
secureesp pki rotate issue "$pki"
openssl verify -CAfile "$pki/next/ca.crt" "$pki/servers/mosquitto.crt" >/dev/null || fail "not of the new CA"
expect_match "not before the servers show theirs" "reload it" "$(secureesp pki rotate status)"
expect_exit 1 secureesp pki rotate finish "$pki"
expect_match "why" "would be lost" "$output"
reload_daemon
restart_broker
kill_daemon 3
eventually "$patience" "they show certificates of the new CA" all_have new "${all[@]}"

step "the old one goes"
secureesp pki rotate finish "$pki"
expect_equal "CAs in ca.crt" 1 "$(grep -c BEGIN "$pki/ca.crt")"
[ ! -e "$pki/next" ] || fail "the new CA has not moved"
reload_daemon
restart_broker
kill_daemon 1
is_over() {
    [ "$(json_get "$(api /rotation)" '$.phase')" = none ]
}
eventually "$patience" "all trust the new one alone" is_over
for fragment in "${fragments[@]}"; do
    cmp "$pki/ca.crt" "$work/sketch-$fragment/ca.crt" || fail "the CA of sketch $fragment"
done
for ((i = 1; i <= fleet; i++)); do
    cmp "$pki/ca.crt" <(flash_file "$(mac_of "$i")" ca.crt) || fail "the CA of $(mac_of "$i")"
done
all_online() {
    api '/devices?state=online' >"$work/online.json"
    [ "$(json_count "$(<"$work/online.json")" '$')" -eq "${#all[@]}" ]
}
eventually 60 "all ${#all[@]} online" all_online

step "who has the old CA's certificates alone stays out"
get_with "$work/old-pki/devices/$(mac_of 1)" /config.json
expect_match "at the download server" '^(403|curl )' "$status"
! mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" -i "$(mac_of 1)" -q 1 \
    --cert "$work/old-pki/devices/$(mac_of 1).crt" --key "$work/old-pki/devices/$(mac_of 1).key" \
    -t "/status/$(mac_of 1)" -m '{}' 2>/dev/null || fail "let in at the broker"

stranger=84f3eb0fffff
step "a new device has a certificate of the new CA"
new_device "$stranger"
openssl verify -CAfile "$pki/ca.crt" "$pki/devices/$stranger.crt" >/dev/null || fail "of which CA?"
get_with "$pki/devices/$stranger" /config.json
expect_equal "it is let in" 200 "$status"
