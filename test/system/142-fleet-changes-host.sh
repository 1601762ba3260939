#!/usr/bin/env bash
# A fleet's broker moves to another address: devices are told of both, then of the new one alone, and the
# old one goes away. A tenth of them sleeps through the beginning, sketches know one broker at a time, and
# the daemon is killed; nobody is lost.
# Takes 600 s at most.
# shellcheck source=test/system/fleet_lib.sh
. "$(dirname "$0")/fleet_lib.sh"

patience=$((120 + 2 * ${HOST_FLEET:-4}))
read -r -a fragments <<<"${HOST_SKETCHES:-1024}"
read -r old_port new_port < <(python3 -c 'import socket
ports = [socket.socket() for _ in range(2)]
for port in ports: port.bind(("127.0.0.1", 0))
print(*(port.getsockname()[1] for port in ports))')

fleet_up "${HOST_FLEET:-4}" "${HOST_BOARDS:-0}" --board-port "$old_port" --board-port "$new_port"

# forward NAME PORT: an address of the broker.
forward() {
    process_start "$work/$1.record" "$work/$1.log" \
        socat "TCP-LISTEN:$2,bind=127.0.0.1,fork,reuseaddr" "TCP:localhost:$SANDBOX_MQTT_PORT"
    records+=("$work/$1.record")
}
# configuration PORT [SECOND-PORT]: what the daemon serves from now on as config.json.
configuration() {
    sed -i -e "s/^mqttport = .*/mqttport = $1/" -e '/^mqtt[a-z]*2 = /d' "$sandbox/etc/secureesp.conf"
    [ $# -eq 1 ] ||
        sed -i "/^mqttport = /a mqttserver2 = localhost\nmqttport2 = $2" "$sandbox/etc/secureesp.conf"
    process_signal "$sandbox/run/daemon" HUP
    eventually 10 "the new configuration" is_served "$1" "${2:-}"
}
is_served() {
    get "${awake[0]}" /config.json && [ "$(sqlite3 :memory: "select json_extract(c, '\$.mqttport') || ' ' ||
        coalesce(json_extract(c, '\$.mqttport2'), '') from (select readfile('$work/answer') as c)")" = "$1 $2" ]
}
# order NAME MAC...: leaves lines "ID MAC" in $work/orders.
order() {
    local mac
    for mac in "${@:2}"; do
        echo "$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"$1\"}")" '$[0].id') $mac"
    done >>"$work/orders"
}
# Of the orders: those that have not ended stay; who did not do it stands in $work/again.
have_ended() {
    local id mac state
    : >"$work/open"
    while read -r id mac; do
        state=$(json_get "$(api "/commands/$id")" '$.state')
        case $state in
        queued | sent | accepted) echo "$id $mac" >>"$work/open" ;;
        done) ;;
        *) echo "$mac" >>"$work/again" ;;
        esac
    done <"$work/orders"
    mv "$work/open" "$work/orders"
    [ ! -s "$work/orders" ]
}
# tell NAME MAC...: until each has done it. What a daemon that dies has not written is asked for again.
tell() {
    local macs=("${@:2}") attempt
    for ((attempt = 0; attempt < 5; attempt++)); do
        : >"$work/again"
        order "$1" "${macs[@]}"
        [ "${KILLS:-0}" -eq 0 ] || daemon_dies "$KILLS"
        eventually "$patience" "they have ended: $1" have_ended
        mapfile -t macs <"$work/again"
        [ "${#macs[@]}" -gt 0 ] || return 0
    done
    fail "$1 is not done by ${macs[*]}"
}
# move: they take the configuration that is served, one first.
move() {
    tell config "$1"
    tell reboot "$1"
    eventually 60 "$1 online" device_has "$1" '$.online' 1
    KILLS=1 tell config "${@:2}"
    tell reboot "${@:2}"
}
# files_name PORT MAC...: that their configuration does.
files_name() {
    local mac
    for mac in "${@:2}"; do
        case " ${boards[*]} " in *" $mac "*) board_file "$mac" config.json ;; *) flash_file "$mac" config.json ;; esac \
            >"$work/flash.json"
        grep -q "\"mqttport\": *$1\b" "$work/flash.json" || fail "$mac has $(<"$work/flash.json")"
    done
}

forward old "$old_port"
forward new "$new_port"
step "a fleet at the old address"
fleet_stop
for mac in "${awake[@]}" "${sleepers[@]}"; do
    flash_file "$mac" config.json | sed -E "s/(\"mqttport\": *)[0-9]+/\1$old_port/" >"$work/flash.json"
    put_flash_file "$mac" config.json <"$work/flash.json"
done
for mac in "${boards[@]}"; do
    board_file "$mac" config.json | sed -E "s/(\"mqttport\": *)[0-9]+/\1$old_port/" >"$work/flash.json"
    put_board_file "$mac" config.json <"$work/flash.json"
done
configuration "$old_port"
fleet_start
fleet_sketches "${fragments[@]}"
moving=("${awake[@]}" "${boards[@]}" "${sketches[@]}")
all=("${moving[@]}" "${sleepers[@]}")
eventually "$patience" "all ${#all[@]} online" are_online "${#all[@]}"

step "they are told of both"
fall_asleep
configuration "$old_port" "$new_port"
move "${moving[@]}"

step "and of the new one first"
configuration "$new_port" "$old_port"
move "${moving[@]}"

step "who slept comes to the old one, and follows"
wake_up
eventually "$patience" "all ${#all[@]} online" are_online "${#all[@]}"
move "${sleepers[@]}"

step "the old one goes away: nobody is lost"
process_stop "$work/old.record"
configuration "$new_port"
move "${all[@]}"
part stop broker
part start broker
part wait daemon
eventually "$patience" "all ${#all[@]} online" are_online "${#all[@]}"
fleet_stop
files_name "$new_port" "${awake[@]}" "${sleepers[@]}" "${boards[@]}"
