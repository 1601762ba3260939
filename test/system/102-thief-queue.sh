#!/usr/bin/env bash
# While the daemon is away, somebody with a stolen device's certificate says as much as the network
# takes. What other devices say of their commands meanwhile waits for the daemon all the same, across a
# restart of the broker, too.
# Runs alone.
export VARIANT=release # memory and times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/thief_lib.sh
. "$root/test/system/thief_lib.sh"

count=20
thief_up 0
macs=()
for ((i = 0; i < count; i++)); do macs+=("$(printf '84f3eb00b0%02x' "$i")"); done
new_device "${macs[@]}"

step "devices with commands that they have received"
ids=()
for mac in "${macs[@]}"; do
    publish_text "$mac" "/status/$mac" '{"uptimemillis": 1000}'
    eventually 10 "$mac reports" device_has "$mac" '$.online' 1
    ids+=("$(json_get "$(secureesp command "$mac" config --json)" '$[0].id')")
done
is_sent() {
    [ "$(json_get "$(api "/commands/$1")" '$.state')" = sent ]
}
for id in "${ids[@]}"; do
    eventually 10 "command $id is sent" is_sent "$id"
done
# outcome I: what the I-th says of it.
outcome() {
    publish_text "${macs[$1]}" "/event/${macs[$1]}" "{\"event\": \"command\", \"command\": \"config\",
        \"id\": ${ids[$1]}, \"result\": \"ok\"}" -q 1
}

step "the daemon is away, and the thief speaks"
part stop daemon
memory=$(memory_kb "$broker")
forget_peak "$broker"
outcome 0
for kind in event status will; do
    thief_start "${at_broker[@]}" flood "$kind" 1 300
    for ((i = 1; i < count / 2; i++)); do
        [ $((i % 3)) != "$(case $kind in event) echo 0 ;; status) echo 1 ;; *) echo 2 ;; esac)" ] ||
            outcome "$i"
    done
    sleep "${THIEF_QUEUE_S:-5}"
    thief_stop
    echo "$kind: $thief_said"
done
thief_start "${at_broker[@]}" flood event 1 4000
for ((i = count / 2; i < count - 1; i++)); do
    outcome "$i"
done
sleep 2
thief_stop
echo "broker: $memory KB before, $(peak_kb "$broker") KB at most"
grows_at_most "the broker" 40000 $(($(peak_kb "$broker") - memory))

step "the broker restarts"
part stop broker
echo "mosquitto.db: $(stat -c %s "$sandbox/state/mosquitto.db") bytes"
grows_at_most "mosquitto.db" 10000 $(($(stat -c %s "$sandbox/state/mosquitto.db") / 1024))
part start broker
outcome $((count - 1))

step "the daemon is back: nobody's outcome is lost"
part start daemon
lost=0
for id in "${ids[@]}"; do
    wait_until 20 command_has_ended "$id" || true
    [ "$(json_get "$(api "/commands/$id")" '$.result')" = ok ] || lost=$((lost + 1))
done
[ "$lost" -eq 0 ] || complain "$lost outcomes of $count were lost"
thief_is_back
thief_verdict
