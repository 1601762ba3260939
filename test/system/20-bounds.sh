#!/usr/bin/env bash
# Connections, time and sizes are bounded, and a handshake without a request costs nothing lasting.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/privilege.sh
. "$root/test/system/privilege.sh"

need_root "which sockets the daemon has is not told"
mac=$(mac_of 1)
# So that memory that was freed is used again.
export ASAN_OPTIONS=quarantine_size_mb=1
sandbox_up --devices 0
new_device "$mac"
part stop daemon
sed -i 's/^\[download\]$/[download]\ntimeout_s = 3\nmax_connections_per_address = 6\nmax_connections_per_certificate = 50/' \
    "$sandbox/etc/secureesp.conf"
part start daemon

# Opens a connection that says nothing; its standard input is kept open by a sleep.
idle_connection() {
    sleep 60 | openssl s_client -quiet -connect "localhost:$SANDBOX_HTTPS_PORT" -tls1_2 \
        -CAfile "$SANDBOX_PKI/ca.crt" -cert "$SANDBOX_PKI/devices/$mac.crt" \
        -key "$SANDBOX_PKI/devices/$mac.key" >/dev/null 2>&1
}
export -f idle_connection
export mac
open_connections() {
    sockets_of "$(process_pid "$sandbox/run/daemon")"
}

step "connections per address"
quiet=$(open_connections)
for i in 1 2 3 4 5 6; do
    process_start "$work/idle$i.record" /dev/null bash -c idle_connection
    records+=("$work/idle$i.record")
done
sleep 1
get "$mac" /ca.crt
expect_equal "the seventh" 200 "$status"
expect_equal "refused" 0 "$(counter download_refused_connections)"
expect_equal "of the six, which ask nothing, made room" 1 "$(counter download_made_room)"

step "they are closed in time, and there is room again"
answers_again() {
    get "$mac" /ca.crt
    [ "$status" = 200 ]
}
eventually 10 "room again" answers_again
no_more_than_before() {
    [ "$(open_connections)" -le "$quiet" ]
}
eventually 10 "the sockets are closed" no_more_than_before

step "a client that sends a byte a second does not hold its place"
started=$SECONDS
{
    for ((i = 0; i < 30; i++)); do
        printf 'G' || break
        sleep 1
    done
} 2>/dev/null | timeout 40 openssl s_client -quiet -connect "localhost:$SANDBOX_HTTPS_PORT" \
    -tls1_2 -cert "$SANDBOX_PKI/devices/$mac.crt" -key "$SANDBOX_PKI/devices/$mac.key" \
    >"$work/answer" 2>/dev/null || true
[ $((SECONDS - started)) -lt 15 ] || fail "a slow client was borne for $((SECONDS - started)) s"

step "large headers and bodies"
get "$mac" /ca.crt -H "X-Large: $(head -c 70000 /dev/zero | tr '\0' x)"
expect_match "a header of 70 KB" '^(413|431|400|curl .*)$' "$status"
head -c 3000000 /dev/zero >"$work/large"
get "$mac" /ca.crt --data-binary "@$work/large"
expect_match "a body of 3 MB" '^(405|413|curl .*)$' "$status"
large_body=$(api /images -X POST --data-binary "@$work/large" -w '%{http_code}' -o /dev/null)
expect_match "an image of 3 MB" '^413$' "$large_body"
get "$mac" "/$(head -c 9000 /dev/zero | tr '\0' x)"
expect_match "a long path" '^(404|414|431|400|413|curl .*)$' "$status"
get "$mac" /ca.crt
expect_equal "the server still answers" 200 "$status"

step "handshakes without a request"
memory() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(process_pid "$sandbox/run/daemon")/status"
}
handshakes() {
    local i
    for ((i = 0; i < $1; i++)); do
        openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -tls1_2 -no_ticket \
            -cert "$SANDBOX_PKI/devices/$mac.crt" -key "$SANDBOX_PKI/devices/$mac.key" \
            </dev/null >/dev/null 2>&1 || true
    done
}
handshakes 50
before=$(memory)
handshakes 250
after=$(memory)
# Sessions that may be resumed are kept, in bounds.
[ $((after - before)) -lt 8000 ] || fail "250 handshakes took $((after - before)) KB"
eventually 10 "the sockets are closed" no_more_than_before
get "$mac" /ca.crt
expect_equal "the server still answers" 200 "$status"

step "connections that say nothing at all, not even TLS"
for ((i = 0; i < 6; i++)); do
    # shellcheck disable=SC2034  # held, not used
    exec {silent}<>"/dev/tcp/127.0.0.1/$SANDBOX_HTTPS_PORT"
done
eventually 12 "room again" answers_again
