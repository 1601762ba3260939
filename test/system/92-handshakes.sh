#!/usr/bin/env bash
# Handshakes that fail with the download server: the client gets the alert that says why, the operator
# a line and a counter.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0
mac=$(mac_of 9)
new_device "$mac"
secureesp pki init "$work/other" >/dev/null
secureesp pki device "$work/other" "$mac" >/dev/null

# issue NAME SUBJECT USAGE OPTION...: $work/NAME.crt and .key, signed by the sandbox's CA.
issue() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" \
        -subj "$2" -out "$work/$1.csr" 2>/dev/null
    openssl x509 -req -in "$work/$1.csr" -CA "$SANDBOX_PKI/ca.crt" -CAkey "$SANDBOX_PKI/ca.key" \
        -set_serial "$RANDOM" -out "$work/$1.crt" "${@:4}" -extfile <(
            printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=%s\n' "$3"
        ) 2>/dev/null
}
ago 172800 issue expired "/CN=$mac" clientAuth -days 1
issue nobody "/CN=somebody" clientAuth -days 2
issue server "/CN=$mac" serverAuth -days 2
ln -s "$SANDBOX_PKI/devices/$mac.crt" "$work/good.crt"
ln -s "$SANDBOX_PKI/devices/$mac.key" "$work/good.key"
ln -s "$work/other/devices/$mac.crt" "$work/other.crt"
ln -s "$work/other/devices/$mac.key" "$work/other.key"

# client CREDENTIALS|- OPTION...: what OpenSSL's client sees; it asks for a file if it gets through.
client() {
    local credentials=()
    [ "$1" = - ] || credentials=(-cert "$work/$1.crt" -key "$work/$1.key")
    printf 'GET %s/ca.crt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "/${SANDBOX_URL#https://*/}" |
        timeout 20 openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -ign_eof -msg \
            -CAfile "$SANDBOX_PKI/ca.crt" "${credentials[@]}" "${@:2}" >"$work/client" 2>&1 || true
}

# line REGEX: eventually a new one in the daemon's log.
lines=0
line() {
    tail -n "+$((lines + 1))" "$SANDBOX_LOG/daemon.log" | grep -Eq "$1"
}
mark() {
    lines=$(wc -l <"$SANDBOX_LOG/daemon.log")
}

step "who gets through, as a check of what follows"
for version in -tls1_2 -tls1_3; do
    client good $version
    grep -q 'HTTP/1.1 200' "$work/client" || fail "a good client, $version"
done

# expect_alert WHAT NUMBER COUNTER LINE CREDENTIALS OPTION...
expect_alert() {
    local what=$1 number=$2 counter=$3 line=$4 before
    before=$(counter "$counter")
    is_counted() {
        [ "$(counter "$counter")" -eq $((before + 1)) ]
    }
    # A line a second for each kind, at most.
    wait_until 3 second_is_over
    mark
    client "${@:5}"
    grep -Eq "Alert \[length 0002\], fatal" "$work/client" || fail "$what: no alert arrived"
    grep -EA1 "<<<.*Alert" "$work/client" | grep -q "^ *02 $(printf %02x "$number")" ||
        fail "$what: another alert: $(grep -A1 '<<<.*Alert' "$work/client")"
    eventually 10 "$what is counted as $counter" is_counted
    eventually 10 "a line for $what" line "$line"
    second=$EPOCHSECONDS
}
second=0
second_is_over() {
    [ "$EPOCHSECONDS" -gt $((second + 1)) ]
}

expect_both() {
    step "$1"
    expect_alert "$1, TLS 1.2" "$2" "${@:4}" -tls1_2
    expect_alert "$1, TLS 1.3" "$3" "${@:4}" -tls1_3
}
expect_both "no certificate" 40 116 download_refused_no_certificate \
    'refused client address=127.0.0.1 reason="no certificate"' -
expect_both "expired" 45 45 download_refused_expired \
    'refused client address=127.0.0.1 reason="certificate expired on' expired
expect_both "another CA" 48 48 download_refused_other_ca \
    'refused client address=127.0.0.1 reason="certificate is not signed' other
expect_both "a name that is no MAC" 49 49 download_refused \
    "refused client address=127.0.0.1 reason=\"common name 'somebody' is not a MAC" nobody
expect_both "a server's certificate" 42 42 download_refused \
    'refused client address=127.0.0.1 reason="certificate is not for client' server

step "nothing in common"
expect_alert "TLS 1.1" 70 download_bad_handshakes \
    'handshake failed address=127.0.0.1 reason="no version' good -tls1_1 -cipher DEFAULT@SECLEVEL=0
expect_alert "other ciphers, TLS 1.2" 40 download_bad_handshakes \
    'handshake failed address=127.0.0.1 reason=' good -tls1_2 -cipher AES128-GCM-SHA256
expect_alert "other ciphers, TLS 1.3" 40 download_bad_handshakes \
    'handshake failed address=127.0.0.1 reason=' good -tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256
expect_alert "other groups" 40 download_bad_handshakes \
    'handshake failed address=127.0.0.1 reason=' good -tls1_2 -groups P-521

step "max_fragment_length: each that there is, and what is none"
for bytes in 512 1024 2048 4096; do
    client good -tls1_2 -maxfraglen "$bytes"
    grep -q 'HTTP/1.1 200' "$work/client" || fail "a client that takes $bytes bytes at once"
done
# expect_raw WHAT NUMBER VERSION CIPHERS COMPRESSIONS EXTENSIONS: the alert for a ClientHello by hand.
expect_raw() {
    local before
    before=$(counter download_bad_handshakes)
    raw_is_counted() {
        [ "$(counter download_bad_handshakes)" -eq $((before + 1)) ]
    }
    wait_until 3 second_is_over
    mark
    expect_equal "$1: alert" "$2" \
        "$(python3 -B "$root/test/system/raw_hello.py" "$SANDBOX_HTTPS_PORT" "${@:3}")"
    eventually 10 "$1 is counted" raw_is_counted
    eventually 10 "a line for $1" line 'handshake failed address=127.0.0.1 reason='
    second=$EPOCHSECONDS
}
# supported_groups and signature_algorithms with P-256, and then another.
usual=000a00040002001700_0d000400020403
usual=${usual//_/}
expect_raw "a fragment length that there is none of" 47 0303 c02b 00 "${usual}0001000105"
expect_raw "fragment length 0" 47 0303 c02b 00 "${usual}0001000100"
expect_raw "compression without none" 47 0303 c02b 01 "$usual"
expect_raw "SSL 3" 70 0300 c02b 00 "$usual"
expect_raw "no cipher of ours" 40 0303 0005 00 "$usual"
expect_raw "an extension that ends beyond the message" 50 0303 c02b 00 "${usual}000100ff05"

step "what the client does: it refuses this server, speaks no TLS, goes away"
for version in 1.2 1.3; do
    before=$(counter download_refused_by_client)
    eventually 3 "a second" second_is_over
    mark
    expect_exit 60 curl -sS --max-time 10 "--tlsv$version" --tls-max "$version" \
        --cacert "$work/other/ca.crt" "$SANDBOX_URL/ca.crt"
    is_refused() {
        [ "$(counter download_refused_by_client)" -gt "$before" ]
    }
    eventually 10 "a client that refuses the server, $version" is_refused
    line 'client refuses this server.s certificate address=.* reason="(it sends alert 48|what it sends cannot)' ||
        fail "no line for a client that refuses the server, $version"
    second=$EPOCHSECONDS
done
before=$(counter download_bad_handshakes)
mark
curl -s --max-time 10 "http://localhost:$SANDBOX_HTTPS_PORT/ca.crt" >"$work/client" || true
is_no_tls() {
    [ "$(counter download_bad_handshakes)" -gt "$before" ]
}
eventually 10 "HTTP without TLS is counted" is_no_tls
line 'handshake failed address=127.0.0.1 reason=".*: this server needs TLS 1.2 or 1.3' ||
    fail "no line for HTTP without TLS"
before=$(counter download_broken_handshakes)
mark
(exec 3<>"/dev/tcp/127.0.0.1/$SANDBOX_HTTPS_PORT")
is_broken() {
    [ "$(counter download_broken_handshakes)" -gt "$before" ]
}
eventually 10 "a connection that ends is counted" is_broken
line 'handshake failed address=.* reason="the connection ended' || fail "no line for an end"
client good
grep -q 'HTTP/1.1 200' "$work/client" || fail "the server answers no more"
