#!/usr/bin/env bash
# Requests that break the rules of HTTP, on the download server: each is refused with the status and
# a line that fit, nothing that hides behind one is answered, and nothing leaks.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 0
new_device "$mac"

requests=$(counter download_requests)
bad=$(counter download_bad_requests)
status=0
python3 -B "$root/test/system/request_zoo.py" tls "$SANDBOX_HTTPS_PORT" "$SANDBOX_PKI/ca.crt" \
    "$SANDBOX_PKI/devices/$mac.crt" "$SANDBOX_PKI/devices/$mac.key" || status=$?
expect_equal "exit status of the requests" 0 "$status"

step "afterwards"
get "$mac" /ca.crt
expect_equal "a good request" 200 "$status"
[ "$(counter download_requests)" -gt "$requests" ] || fail "nothing was counted"
[ "$(counter download_bad_requests)" -gt $((bad + 100)) ] || fail "the bad ones are not counted"
connections_end() {
    [ "$(counter download_open)" -eq 0 ]
}
eventually 10 "no connection is left" connections_end
