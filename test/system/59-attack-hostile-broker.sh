#!/usr/bin/env bash
# Attack: the broker sends packets of every type that are malformed, too large, out of order or
# unasked, floods of commands, and commands whose payload is none. See attack_broker.py, which is the
# broker and judges what the device says to it.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# A virtual device is attacked, since there are so many connections; ATTACK_TARGET=board takes a board.
export ATTACK_TARGET=${ATTACK_TARGET:-virtual}
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1 --device-setting retrytimeout=100 # that it comes back at once

step "the broker is the attacker's, every attack"
part stop broker
process_start "$work/broker.record" "$work/broker.log" python3 "$here/attack_broker.py" \
    "$attacker" "$SANDBOX_MQTT_PORT" "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/servers/mosquitto.crt" \
    "$SANDBOX_PKI/servers/mosquitto.key" "$target" "$running"
records+=("$work/broker.record")
process_wait_end "$work/broker.record" 200 || fail "the attacks do not end: $(tail "$work/broker.log")"
cat "$work/broker.log"
expect_match "the attacks" ' attacks, 0 failed$' "$(tail -n 1 "$work/broker.log")"

step "the real broker is back"
part start broker
part wait daemon
eventually 60 "the device back" device_has "$target" '$.online' 1
expect_equal "the image that runs" "$first" "$(device "$target" '$.image')"
remember
holds "the attacks"
updates_to 00.00.02 1 1
