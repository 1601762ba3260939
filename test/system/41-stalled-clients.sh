#!/usr/bin/env bash
# Clients that stop in the middle - of the handshake, wherever that may be, of a request, of an
# answer - cost the daemon no processor time.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

load_settings+=('handshake_timeout_s = 30')
load_up
window_ms=1500

for kind in tcp record_header half_hello hello certificate resumption handshake half_request unread; do
    slow_start 8 "$kind"
    sleep 0.2 # for what the daemon does about what they have sent
    expect_between "$kind: connections" 8 9 "$(counter download_open)"
    before=$(cpu_ms "$daemon")
    sleep "$((window_ms / 1000)).$((window_ms % 1000))"
    took=$(($(cpu_ms "$daemon") - before))
    echo "$kind: $took ms of $window_ms ms"
    [ $((took * 10)) -lt "$window_ms" ] || fail "$kind: the daemon turns in circles"
    slow_stop
done

step "afterwards"
eventually 10 "no connection is left" counter_is download_open 0
get "$load_mac" /ca.crt
expect_equal "a good request" 200 "$status"
