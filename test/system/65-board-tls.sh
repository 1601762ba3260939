#!/usr/bin/env bash
# TLS as it must be, on the emulated board: whatever is wrong with a server or breaks the connection is
# refused or survived, and named when the board is back at its own broker.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"
# shellcheck source=test/system/board_tls_lib.sh
. "$(dirname "$0")/board_tls_lib.sh"

# broker_with [MODE RESULT DETAIL]...: meets one after the other at its broker, then its own, and names
# each in an event, and the last one in its status. DETAIL is SQL's LIKE pattern.
broker_with() {
    local since modes=() expected=("$@")
    since=$(newest_event)
    while [ $# -gt 0 ]; do modes+=("$1") && shift 3; done
    mode broker "${modes[@]}" relay
    set -- "${expected[@]}"
    while [ $# -gt 0 ]; do
        eventually 20 "a connection with '$1'" met broker "$1:.*"
        eventually 20 "$2, '$3' after '$1'" has_event "$mac" "value ->> 'result' = '$2' and
            value ->> 'detail' like '$3' and value ->> 'at_ms' > $since"
        [ $# -gt 3 ] || eventually 10 "the status after '$1'" has_error "$3"
        shift 3
    done
}
newest_event() {
    json_get "$(api "/devices/$mac")" '$.events[0].at_ms'
}
has_error() {
    [ "$(sqlite3 :memory: "select '$(device "$mac" '$.error')' like '$1'")" = 1 ]
}

# cut_off MODE...: meets these cuts at its broker, and says so.
cut_off() {
    local since
    since=$(newest_event)
    mode broker "$@" relay
    eventually 30 "a connection with '${*: -1}'" met broker "${*: -1}:.*"
    eventually 20 "an event" has_event "$mac" "value ->> 'at_ms' > $since and
        value ->> 'detail' = 'localhost: closed during the handshake'"
    eventually 10 "online" device_has "$mac" '$.online' 1
}
count_console() {
    grep -c -F -e "$1" "$SANDBOX_LOG/$mac.log" || true
}

# download_with MODE RESULT DETAIL: a command meets that at the download server and says so.
download_with() {
    local outcome
    mode download "$1"
    outcome=$(command_device "$mac" config)
    expect_equal "config with '$1'" "failed $2" "$outcome"
    met download "$1:.*" || fail "it has not met '$1'"
    expect_equal "the detail with '$1'" 1 "$(json_count "$(api "/commands?mac=$mac")" '$' \
        "key = 0 and value ->> 'detail' like '$3'")"
}

# issue NAME DNS OFFSET-SECONDS: a server's certificate that is valid for a day from now, or from then.
issue() {
    echo "$3" >"$work/clock"
    env LD_PRELOAD="$root/build/$VARIANT/bin/clock-offset.so" CLOCK_OFFSET_FILE="$work/clock" \
        ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" \
        secureesp pki server "$pki" "$1" --dns "$2" --days 1 >/dev/null
    install_certificate "$pki" "$1"
}
install_certificate() {
    cp "$1/servers/$2".{crt,key} "$work/broker"
    cp "$1/servers/$2".{crt,key} "$work/download"
}

proxied_board_up --status-interval 200
pki=$SANDBOX_PKI
other=$work/other
secureesp pki init "$other" >/dev/null
secureesp pki server "$other" untrusted --dns localhost >/dev/null
install_certificate "$other" untrusted
issue good localhost 0
issue misnamed other.example 0
issue expired localhost -864000
issue future localhost 864000
# The same key throughout, so that with the chain the message is too large to be received at once.
cat "$work/broker/good.crt" "$pki/ca.crt" "$pki/ca.crt" "$pki/ca.crt" "$pki/ca.crt" "$pki/ca.crt" \
    >"$work/broker/long.crt"
cp "$work/broker/good.key" "$work/broker/long.key"

step "the download server"
download_with "serve untrusted" certificate-untrusted "localhost: its certificate is not signed by our CA"
download_with "serve misnamed" certificate-name "localhost: its certificate is for another host"
download_with "serve expired" certificate-expired "localhost: its certificate has expired"
download_with "serve future" certificate-not-yet-valid "localhost: its certificate is not yet valid"
download_with "serve good ca=$other/ca.crt" tls-failed "localhost: refused us (TLS alert)"
download_with "serve good no-client" http-status "%404%"
download_with "cut server 1 7" tls-failed "localhost: closed during the handshake"
download_with oversize tls-failed "localhost: session broken"
mode download relay
expect_equal "config, undisturbed" "done ok" "$(command_device "$mac" config)"

step "a broker that is not ours"
broker_with \
    "serve untrusted" certificate-untrusted "localhost: its certificate is not signed by our CA" \
    "serve misnamed" certificate-name "localhost: its certificate is for another host" \
    "serve expired" certificate-expired "localhost: its certificate has expired" \
    "serve future" certificate-not-yet-valid "localhost: its certificate is not yet valid"

step "one that does not want us, or speaks another TLS"
broker_with \
    "serve good ca=$other/ca.crt" tls-failed "localhost: refused us (TLS alert)" \
    "serve good max=1.1" tls-failed "localhost: refused us (TLS alert)" \
    "serve good min=1.3" tls-failed "localhost: refused us (TLS alert)" \
    old-version tls-failed "localhost: handshake failed"
# A message longer than its buffer: the generations of Mbed TLS have another name for it each.
too_long=-28800 # -0x7080
[ ! -e "$root/build/lx106/src/mbedtls/include/mbedtls/build_info.h" ] || too_long=-28928 # -0x7100
broker_with \
    "serve long" tls-failed "localhost: handshake failed" \
    "serve good no-client" mqtt-refused "broker: refused the connection (code 5)" \
    oversize tls-failed "localhost: session broken"
for code in 48 40 70 -28288 "$too_long" -28928; do # alerts, and what Mbed TLS says
    has_event "$mac" "value ->> 'result' = 'tls-failed' and value ->> 'code' = $code" ||
        fail "no event has the code $code"
done

step "cut off at every flight"
closed=$(count_console "closed during the handshake")
lost=$(count_console "connection lost")
# The broker sends seven records (three hellos, two for its certificate and key, ChangeCipherSpec,
# Finished), the board six: after the last it is the broker's turn again.
cut_off "cut server 0 0" "cut server 0 7" "cut server 1 7" "cut server 2 7"
cut_off "cut server 3 7" "cut server 4 7" "cut server 5 0" "cut server 6 7"
cut_off "cut client 0 0" "cut client 1 0" "cut client 2 0" "cut client 3 0"
cut_off "cut client 4 0" "cut client 5 0" "cut client 6 0" "cut server 7 0"
expect_equal "handshakes that were cut off" $((closed + 15)) \
    "$(count_console "closed during the handshake")"
expect_equal "connections that were cut off after it, or by the change to an attack" \
    $((lost + 4 + 1)) "$(count_console "connection lost")"
expect_equal "restarts" 0 "$(count_console "backend unreachable")"
expect_equal "crashes" 0 "$(count_console "crash")"

step "its network is closed"
expect_match "10.0.2.2" '^error result=connect-failed detail="10.0.2.2: ' \
    "$(first_error_with 10.0.2.2 "$SANDBOX_MQTT_PORT")"
proxy_start elsewhere
expect_match "another port" '^error result=connect-failed detail="10.0.2.100: ' \
    "$(first_error_with 10.0.2.100 "$(cat "$work/elsewhere/port")")"
expect_equal "connections elsewhere" "" "$(cat "$work/elsewhere/connections")"
