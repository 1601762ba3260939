#!/usr/bin/env bash
# The emulated board resumes its TLS sessions, as seen on the wire: after a reconnect and after a
# restart, not after a power cut, nor as somebody else or with another server; and servers that do not
# like it do not stop the board.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"
# shellcheck source=test/system/board_tls_lib.sh
. "$(dirname "$0")/board_tls_lib.sh"

# What the proxies see, from one call to the next.
declare -A seen=([broker]=0 [download]=0)
lines() {
    wc -l <"$work/$1/connections"
}
has_lines() {
    [ "$(lines "$1")" -ge "$2" ]
}
# next PROXY WHAT LINE...: the next connections, and there is no other.
next() {
    local proxy=$1 what=$2 expected
    shift 2
    expected=$(printf '%s\n' "$@")
    eventually 20 "$what: connections" has_lines "$proxy" $((seen[$proxy] + $#))
    eventually 20 "$what: online" is_online_again
    expect_equal "$what: $proxy" "$expected" \
        "$(tail -n "+$((seen[$proxy] + 1))" "$work/$proxy/connections")"
    seen[$proxy]=$(lines "$proxy")
}
# As often as its console says that it connects.
is_online_again() {
    [ "$(tail -n 1 "$SANDBOX_LOG/$mac.log" | grep -c '^online')" = 1 ]
}

full="relay: new full"
resumed="relay: resume abbreviated"
fallen_back="relay: resume full"

fetch_config() {
    expect_equal "config" "done ok" "$(command_device "$mac" config)"
}
reboot() {
    expect_equal "reboot" "done ok" "$(command_device "$mac" reboot)"
}

# Less than a TLS handshake may take.
wait_timeout=5000
# The broker's certificate bears its other name from the start.
PATH=$root/build/$VARIANT/bin:$PATH
mkdir -p "$sandbox"
secureesp pki init "$sandbox/pki" >/dev/null
secureesp pki server "$sandbox/pki" mosquitto --dns localhost --ip 127.0.0.1 --ip 10.0.2.100 >/dev/null
proxied_board_up --status-interval 200
next broker "the start" "$full"

step "reconnects"
mode broker relay
next broker "a lost connection" "$fallen_back" # which mosquitto does not take for a good end
fetch_config
next download "the first download" "$full"
next broker "back from a download" "$resumed"
fetch_config
next download "the second download" "$resumed"
next broker "back from a download" "$resumed"

step "a restart"
reboot
next broker "after a restart" "$resumed"
fetch_config
next download "after a restart" "$resumed"
next broker "back from a download" "$resumed"

step "a power cut"
part kill "$mac"
part start "$mac"
next broker "after a power cut" "$full"
fetch_config
next download "after a power cut" "$full"
next broker "back from a download" "$resumed"

step "servers that do not like it"
mode broker refuse-resumption
next broker "refused" "refuse-resumption: resume -" "refuse-resumption: new full"
expect_equal "errors, of the changes alone" 2 "$(grep -c "^error" "$SANDBOX_LOG/$mac.log")"
mode download refuse-resumption
fetch_config
next download "refused" "refuse-resumption: resume -" "refuse-resumption: new full"
next broker "back from a download" "refuse-resumption: new full" # it has learnt that
mode broker relay
mode download relay
next broker "a lost connection" "$full"
reboot
next broker "after a restart" "$resumed" # that may be different by now
mode broker stall-resumption
next broker "kept waiting until it restarts" "stall-resumption: resume -" "stall-resumption: new full"
expect_equal "restarts" 1 "$(grep -c 'backend unreachable' "$SANDBOX_LOG/$mac.log")"
mode broker relay
next broker "a lost connection" "$fallen_back"

step "another identity"
fetch_config
next download "a download" "$resumed"
next broker "back from a download" "$resumed"
secureesp pki device "$SANDBOX_PKI" "$mac" --force >/dev/null
hand_over_key "$mac"
process_signal "$sandbox/run/daemon" HUP
for file in cert key; do
    expect_equal "$file" "done ok" "$(command_device "$mac" $file)"
    next download "$file" "$resumed"
    next broker "back from a download" "$resumed"
done
reboot
next broker "with another certificate" "$full"
reboot
next broker "still with it" "$resumed"

step "another broker"
echo "mqttserver = 10.0.2.100" >>"$sandbox/etc/secureesp.conf" # its section is the last
process_signal "$sandbox/run/daemon" HUP
fetch_config
next download "with another certificate" "$full"
next broker "back from a download" "$resumed"
reboot
next broker "by another name" "$full"
reboot
next broker "still by it" "$resumed"
expect_match "its console" 'broker=10\.0\.2\.100:' "$(tail -n 1 "$SANDBOX_LOG/$mac.log")"
expect_equal "crashes" 0 "$(grep -c crash "$SANDBOX_LOG/$mac.log" || true)"
