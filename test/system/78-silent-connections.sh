#!/usr/bin/env bash
# 1,500 connections to the broker that never say a word, from one address and from one /64: they get
# as many places as the rules of nftables that we install leave to one of them, and nobody else
# notices.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

# A network of its own: the rules are the machine's.
own_namespace --net "no network of its own"
PATH=$PATH:/usr/sbin:/sbin
as_root ip link set lo up
for network in fd00:1:2:3 fd00:1:2:4; do
    for last in 1 2 3; do
        as_root ip -6 address add "$network::$last/64" dev lo nodad
    done
done
sandbox_up --devices 1
mac=$(mac_of 1)
sed "s/dport 8883/dport $SANDBOX_MQTT_PORT/" "$root/server/etc/mosquitto/secureesp.nft" >"$work/rules"
as_root nft -f "$work/rules"
as_root nft -f "$work/rules" # a second time, as when the broker starts again
bound=1000           # as the rules have it
count=1500

# stay_open ADDRESS...: so many connections in turns from these addresses, as long as its input is
# open. Says "CLOSED closed, OPEN open".
stay_open() {
    coproc flood { exec python3 -B "$root/test/system/silent_crowd.py" "$SANDBOX_MQTT_PORT" \
        "$count" "$@"; }
    # shellcheck disable=SC2154  # coproc's
    read -r -t 60 line <&"${flood[0]}" || fail "the crowd ended"
    echo "$*: $line"
}
# shellcheck disable=SC2154  # coproc's
leave() {
    local input=${flood[1]} pid=$flood_PID
    exec {input}>&-
    wait "$pid"
}
# A board that comes anew while they are there.
comes() {
    mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/84f3eb0000aa.crt" \
        --key "$SANDBOX_PKI/devices/84f3eb0000aa.key" -t /status/84f3eb0000aa -m '{}'
}
new_device 84f3eb0000aa
reports() {
    json_get "$(api "/devices/$mac")" '$.last_seen_ms'
}
has_reported_since() {
    [ "$(reports)" -gt "$1" ]
}

step "one IPv4 address"
stay_open 127.0.0.2
expect_equal "what came of them" "$((count - bound)) closed, $bound open" "$line"
expect_exit 0 comes
eventually 20 "a device goes on reporting" has_reported_since "$(reports)"
leave

step "afterwards that address comes again"
count=1
opens() {
    stay_open 127.0.0.2
    leave
    [ "$line" = "0 closed, 1 open" ]
}
eventually 30 "a place for it" opens
count=1500

step "addresses of one /64 share its places"
process_start "$work/listener.record" "$work/listener.log" python3 -B -c "
import socket, time
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind(('::', $SANDBOX_MQTT_PORT))
s.listen(4096)
time.sleep(600)"
records+=("$work/listener.record")
listens() {
    [ -n "$(ss -H -6 -t -l -n "sport = :$SANDBOX_MQTT_PORT")" ]
}
eventually 10 "a listener" listens
stay_open fd00:1:2:3::1 fd00:1:2:3::2 fd00:1:2:3::3
expect_equal "what came of them" "$((count - bound)) closed, $bound open" "$line"
count=10
leave
stay_open fd00:1:2:4::1
expect_equal "another /64" "0 closed, 10 open" "$line"
leave
