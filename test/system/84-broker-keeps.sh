#!/usr/bin/env bash
# What devices say while the daemon is away waits at the broker as it is installed: more of them all
# than a broker keeps by itself, also if the broker is killed meanwhile; and of each no more than its
# share.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

each=200 # what a device may say at once
devices=6
events=$((devices * each)) # a broker without our configuration keeps 1000
sandbox_up --devices 0
macs=()
for ((i = 0; i < 2 * devices + 2; i++)); do
    macs+=("$(mac_of $((11 + i)))")
done
new_device "${macs[@]}"

# say_as MAC FIRST LAST: its events, each with its number. Who is shut out meanwhile tries for good: not
# here.
say_as() {
    seq -f '{"event": "error", "result": "timeout", "detail": "number %.0f"}' "$2" "$3" |
        timeout 20 mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
            --cert "$SANDBOX_PKI/devices/$1.crt" --key "$SANDBOX_PKI/devices/$1.key" \
            -q 1 -t "/event/$1" -l
}
# say FIRST-DEVICE FIRST: of six devices, one after the other.
say() {
    local k
    for ((k = 0; k < devices; k++)); do
        say_as "${macs[$1 + k]}" $(($2 + k * each)) $(($2 + (k + 1) * each - 1))
    done
}
kept() {
    sqlite3 -readonly "$sandbox/state/secureesp.db" \
        "select count(distinct detail) from events where detail like 'number %'"
}
are_kept() {
    [ "$(kept)" -eq "$1" ]
}
is_saved() {
    [ "$sandbox/state/mosquitto.db" -nt "$work/said" ]
}

step "events before"
say_as "${macs[0]}" 1 1
eventually 20 "the daemon hears" are_kept 1

step "the daemon is away, and the broker is killed once it has saved"
part stop daemon
say 1 2
touch "$work/said"
eventually 60 "the broker saves" is_saved
part kill broker
part start broker
part start daemon
eventually 60 "all are there" are_kept $((events + 1))

step "stopped and started, without a minute to save"
part stop daemon
say $((devices + 1)) $((events + 2))
part stop broker
part start broker
part start daemon
eventually 60 "all are there" are_kept $((2 * events + 1))

step "one that says too much keeps nobody else's out"
part stop daemon
greedy=${macs[2 * devices + 1]}
for ((i = 0; i < 4; i++)); do
    say_as "$greedy" 100001 100200 >/dev/null 2>&1 || break # it is parted with
done
expect_match "why" "$greedy is shut out for a while .messages-per-second" "$(cat "$sandbox/log/broker.log")"
say_as "${macs[1]}" 200001 200010
part start daemon
others() {
    [ "$(sqlite3 -readonly "$sandbox/state/secureesp.db" \
        "select count(*) from events where detail like 'number 2000__'")" -eq 10 ]
}
eventually 60 "the others' are there" others
