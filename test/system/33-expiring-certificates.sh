#!/usr/bin/env bash
# The certificates of broker and daemon expire while they run, and are renewed by SIGHUP under load: no
# connection is lost, and nobody is refused but who came while the old one was over.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

sandbox_up --devices 2 --status-interval 200
download_settings 'max_connections_per_certificate = 20' # all are of one
pki=$SANDBOX_PKI
poller=$(mac_of 8)
new_device "$poller"
publish_image "$SANDBOX_IMAGE"
daemon=$(process_pid "$sandbox/run/daemon")

# issue NAME [SECONDS]: a new certificate, and whoever uses it is told; valid for so long yet.
issue() {
    local environment=()
    [ -z "${2:-}" ] || echo "-$((86400 - $2))" >"$work/clock"
    [ -z "${2:-}" ] || environment=(LD_PRELOAD="$root/build/$VARIANT/bin/clock-offset.so"
        CLOCK_OFFSET_FILE="$work/clock"
        ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0")
    env "${environment[@]}" secureesp pki server "$pki" "$1" --dns localhost --ip 127.0.0.1 --force \
        ${2:+--days 1} >/dev/null
}
reload() {
    process_signal "$sandbox/run/broker" HUP
    process_signal "$sandbox/run/daemon" HUP
}
shows() {
    local port=$SANDBOX_HTTPS_PORT
    [ "$1" = secureespd ] || port=$SANDBOX_MQTT_PORT
    [ "$(openssl s_client -connect "localhost:$port" -cert "$pki/devices/$poller.crt" \
        -key "$pki/devices/$poller.key" </dev/null 2>/dev/null | openssl x509 -noout -serial)" = \
        "$(openssl x509 -in "$pki/servers/$1.crt" -noout -serial)" ]
}
both_show() {
    shows mosquitto && shows secureespd
}
is_connected() {
    [ "$(json_get "$(api /status)" '$.broker.connected')" = 1 ]
}
since_ms() {
    json_get "$(api /status)" '$.broker.since_ms'
}
# How often the devices have come to the broker.
arrivals() {
    cat "$SANDBOX_LOG"/84f3eb00000[12].log | grep -c ' online '
}
failures() {
    grep -c -E -e "$1" "$work/failures" || true
}
answered() { # KIND-COLUMN
    tail -n 1 "$work/polls" | cut -d ' ' -f "$1"
}
goes_on() { # KIND-COLUMN ANSWERED-BEFORE
    [ "$(answered "$1")" -gt $(($2 + 20)) ]
}

step "load"
process_start "$work/load.record" "$work/load.log" python3 "$root/test/system/poll_load.py" "$work" \
    "$SANDBOX_HTTPS_PORT" "$pki/ca.crt" "$pki/devices/$poller.crt" "$pki/devices/$poller.key" \
    "/download/firmware.bin?curimage=$(image_name 00.00.01)" 8 2
records+=("$work/load.record")
eventually 10 "the load" test -s "$work/polls"
eventually 20 "kept connections answer" goes_on 2 0
connected=$(since_ms)
arrived=$(arrivals)

step "renewed ten times"
for ((i = 0; i < 10; i++)); do
    issue mosquitto
    issue secureespd
    reload
    eventually 10 "the new certificates are shown" both_show
done
expect_equal "failed requests" 0 "$(failures .)"
expect_equal "the broker's connection" "$connected" "$(since_ms)"
expect_equal "arrivals of devices at the broker" "$arrived" "$(arrivals)"

step "both expire"
issue mosquitto 8
issue secureespd 8
expires=$(($(date +%s) + 7))
reload
eventually 5 "the new certificates are shown" both_show
is_refused() {
    [ "$(failures 'fresh .*expired')" -gt 0 ]
}
eventually 15 "new connections fail" is_refused
[ "$(date +%s)" -ge "$expires" ] || fail "they fail before the certificate ends"
kept=$(answered 2)
eventually 10 "kept connections go on" goes_on 2 "$kept"
expect_equal "the broker's connection" "$connected" "$(since_ms)"
expect_equal "arrivals of devices at the broker" "$arrived" "$(arrivals)"
expect_equal "kept connections that failed" 0 "$(failures ' kept ')"

step "renewed, under load"
issue mosquitto
issue secureespd
renewed=$(date +%s)
reload
eventually 10 "the new certificates are shown" both_show
fresh=$(answered 3)
eventually 10 "new connections are served" goes_on 3 "$fresh"
echo "answered: $(answered 2) on kept connections, $(answered 3) on new ones;" \
    "refused while it was over: $(failures .)"
expect_equal "kept connections that failed" 0 "$(failures ' kept ')"
expect_equal "failures but those that expiry explains" "" "$(awk -v from="$expires" \
    -v to="$((renewed + 2))" '$1 < from || $1 > to || !/certificate has expired/' "$work/failures")"
expect_equal "the broker's connection" "$connected" "$(since_ms)"
expect_equal "arrivals of devices at the broker" "$arrived" "$(arrivals)"
touch "$work/stop"
process_wait_end "$work/load.record" 30 || fail "the load does not end"

step "the daemon comes back with a certificate that is over"
mark_log
issue secureespd 1
process_signal "$sandbox/run/daemon" HUP
sleep 2
part kill broker
# Not by scripts/sandbox, which waits for an answer, and asks with the daemon's certificate.
broker_run "$sandbox/etc/mosquitto.conf"
refused_by_broker() {
    log_has 'not connected .*reason=".*certificate.*expired'
}
eventually 40 "the log says that it has expired" refused_by_broker
order "$(mac_of 1)" config >"$work/ordered"
expect_match "a command meanwhile" '^202 [0-9]+$' "$(cat "$work/ordered")"
issue secureespd
process_signal "$sandbox/run/daemon" HUP
eventually 10 "renewed, it is connected at once" is_connected
expect_match "the command meanwhile" '^done' \
    "$(command_outcome "$(cut -d ' ' -f 2 "$work/ordered")")"
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
