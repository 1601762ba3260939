#!/usr/bin/env bash
# Places at the download server and at the broker: connections that say nothing, or go no further,
# from six addresses and from the honest devices' own, as behind a router; downloads that crawl;
# handshakes without end, with certificates as large as the server takes. Honest devices find a place
# at once, and bytes are bounded as places are.
# Runs alone.
# Takes 600 s at most.
export VARIANT=release # memory and times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/thief_lib.sh
. "$root/test/system/thief_lib.sh"

release_make build/release/test/bench/tls_load
thief_up 10
at_server=(python3 -B "$root/test/system/thief_https.py")
# Not the devices' own, 127.0.0.1.
six=(127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.5 127.0.0.6 127.0.0.7)
export THIEF_FOLDER=$work

# takes WHAT DAEMON-KB BROKER-KB COMMAND...
takes() {
    step "$1"
    beside "$1" "${@:4}"
    grows_at_most "the daemon beside: $1" "$2" "$daemon_grown"
    grows_at_most "the broker beside: $1" "$3" "$broker_grown"
}
takes "silent connections to the download server from six addresses" 60000 20000 \
    "${at_server[@]}" silent "$SANDBOX_HTTPS_PORT" 1000 1000 "${six[@]}"
eventually 20 "their places are free" counter_is download_waiting 0
takes "handshakes that do not go on, from six addresses" 60000 20000 \
    "${at_server[@]}" stalled "$SANDBOX_HTTPS_PORT" all 500 500 "${six[@]}"
eventually 20 "their places are free" counter_is download_waiting 0

# same_address WHAT COMMAND...: from the address of the honest devices, who are not refused.
same_address() {
    local before
    before=$(counter download_refused_connections)
    takes "$1, from the devices' address" 40000 20000 "${@:2}"
    expect_equal "refused" "$before" "$(counter download_refused_connections)"
    eventually 20 "their places are free" few_are_open
}
few_are_open() {
    [ "$(counter download_open)" -lt 15 ]
}
same_address "silent connections to the download server" \
    "${at_server[@]}" silent "$SANDBOX_HTTPS_PORT" 1000 1000 127.0.0.1
same_address "half of what a handshake begins with" \
    "${at_server[@]}" stalled "$SANDBOX_HTTPS_PORT" 100 1000 1000 127.0.0.1
same_address "handshakes that do not go on" \
    "${at_server[@]}" stalled "$SANDBOX_HTTPS_PORT" all 1000 500 127.0.0.1
same_address "handshakes of one certificate, which asks nothing" \
    "${at_server[@]}" handshakes @thief 250 127.0.0.1
# 42 KB each, mostly of TLS: how many there may be from an address is for a packet filter to say.
takes "silent connections to the broker" 20000 160000 \
    "${at_server[@]}" silent "$SANDBOX_MQTT_PORT" 500 1000 "${six[@]}"
takes "downloads at 820 bytes a second by one certificate" 40000 20000 \
    "${at_server[@]}" downloads @thief "/download/firmware.bin?curimage=$(image_name 00.00.01)" 20 820
takes "handshakes with large chains" 40000 20000 \
    "${at_server[@]}" chains @thief 1000000 60000

step "handshakes without end"
before=$(memory_kb "$daemon")
nice -n 19 "$root/build/release/test/bench/tls_load" --port "$SANDBOX_HTTPS_PORT" \
    --ca "$SANDBOX_PKI/ca.crt" --devices "$SANDBOX_PKI/devices" --path /download/ca.crt --expect 200 \
    --mode full --threads 2 --count "${THIEF_HANDSHAKES:-1500}"
echo "daemon: $before KB before, $(memory_kb "$daemon") KB after ${THIEF_HANDSHAKES:-1500} handshakes"
grows_at_most "the daemon" "${THIEF_HANDSHAKES_KB:-12000}" $(($(memory_kb "$daemon") - before))

step "afterwards the places are free"
eventually 20 "few connections are left" few_are_open
thief_verdict
