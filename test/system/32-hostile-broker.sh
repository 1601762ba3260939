#!/usr/bin/env bash
# The broker is replaced by one that sends malformed packets, garbage, endless bytes or half a
# handshake: daemon and devices survive, without haste, and go on when the real one is back.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

# So that memory that was freed is used again.
export ASAN_OPTIONS=quarantine_size_mb=1
sandbox_up --devices 2
daemon=$(process_pid "$sandbox/run/daemon")
pki=$SANDBOX_PKI

# attack NAME: what connections made from now on get.
attack() {
    echo "$1" >"$work/attack.new"
    mv "$work/attack.new" "$work/attack"
}
met() {
    grep -c -x -e "$1" "$work/connections" || true
}
# Those that end before the client's certificate is seen might be anybody's: as many as there are
# clients, three, and one more.
has_met() {
    [ "$(met "$1 secureespd")" -ge 1 ] || [ "$(met "$1 -")" -ge 4 ]
}
# $computed: what the daemon computed (ms) while little came from the broker. What comes without end
# takes as much as the machine gives.
every_attack() {
    local name before
    : >"$work/connections"
    while read -r name; do
        [ "$name" != stalls ] || continue
        before=$(cpu_ms "$daemon")
        attack "$name"
        for ((i = 0; i < 60; i++)); do
            process_signal "$sandbox/run/daemon" HUP # that it need not wait for its next attempt
            ! wait_until 1 has_met "$name" || break
        done
        has_met "$name" || fail "the daemon has not met $name"
        [[ $name == endless-* ]] || computed=$((computed + $(cpu_ms "$daemon") - before))
    done < <(python3 "$root/test/system/hostile_broker.py" --list)
}

step "the broker is replaced"
part kill broker
mark_log
attack close-at-once
process_start "$work/broker.record" "$work/broker.log" python3 "$root/test/system/hostile_broker.py" \
    "$work" "$SANDBOX_MQTT_PORT" "$pki/ca.crt" "$pki/servers/mosquitto.crt" \
    "$pki/servers/mosquitto.key"
records+=("$work/broker.record")
eventually 10 "the hostile broker" test -e "$work/listens"
for mac in "$(mac_of 1)" "$(mac_of 2)"; do
    expect_match "a command meanwhile" '^202 [0-9]+$' "$(order "$mac" config)"
done

step "every attack"
started=$SECONDS
computed=0
memory=$(memory_kb "$daemon")
every_attack
grown=$(($(memory_kb "$daemon") - memory))
echo "$((SECONDS - started)) s; the daemon computed $computed ms and grew by $grown KB"
# What it did not free, the leak sanitizer finds when it ends.
[ "$grown" -lt 60000 ] || fail "it keeps what it was sent"
[ "$computed" -lt $(((SECONDS - started) * 300)) ] || fail "it computes all the time"
tail -n "+$((log_mark + 1))" "$SANDBOX_LOG/daemon.log" |
    sed -n 's/.*not connected.*reason="\(.*\)"$/    \1/p' | sort | uniq -c
expect_equal "reasons that say nothing" 0 "$(log_since 'not connected .*reason=""')"

step "it takes its time"
attack close-after-tls
sleep 1
: >"$work/connections"
mark_log
cpu=$(cpu_ms "$daemon")
sleep 35
cpu=$(($(cpu_ms "$daemon") - cpu))
said=$(met 'close-after-tls secureespd')
echo "attempts in 35 s: $said; lines in the log: $(log_since 'not connected'); computed: $cpu ms"
expect_between "attempts in 35 s" 1 3 "$said" # it has met so many by now that it waits for 30 s
expect_between "lines in the log" 0 3 "$(log_since 'not connected')"
[ "$cpu" -lt 3500 ] || fail "it computes all the time"

step "it does not wait for ever for the end of a handshake"
part stop "$(mac_of 1)" "$(mac_of 2)"
attack stalls
: >"$work/connections"
process_signal "$sandbox/run/daemon" HUP
gave_up() {
    [ "$(met 'stalls -')" -ge 1 ]
}
eventually 75 "that it gives up" gave_up
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
expect_equal "connected" 0 "$(json_get "$(api /status)" '$.broker.connected')"
part start "$(mac_of 1)" "$(mac_of 2)"

step "the real broker is back"
process_stop "$work/broker.record"
part start broker
part wait daemon
for i in 1 2; do
    mac=$(mac_of $i)
    process_pid "$sandbox/run/$mac" >/dev/null || fail "device $mac has ended"
    eventually 60 "$mac online" device_has "$mac" '$.online' 1
    eventually 60 "the command meanwhile" command_has_ended \
        "$(json_get "$(api "/commands?mac=$mac")" '$[0].id')"
    expect_equal "the command meanwhile" "done" \
        "$(json_get "$(api "/commands?mac=$mac")" '$[0].state')"
done
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
