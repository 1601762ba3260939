#!/usr/bin/env bash
# Handshakes without end, by one certificate and by many, cost the daemon no lasting memory, and none
# but their own sessions; certificates that are too long get in nowhere.
export VARIANT=release # ASan keeps what was freed
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

release_make all
load_up

# client MAC OPTION...: what OpenSSL's client sees of one request.
client() {
    printf 'GET /download/ca.crt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
        timeout 20 openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -ign_eof -tls1_2 -no_ticket \
            -CAfile "$SANDBOX_PKI/ca.crt" -cert "$SANDBOX_PKI/devices/$1.crt" \
            -key "$SANDBOX_PKI/devices/$1.key" "${@:2}" >"$work/client" 2>&1 || true
}

step "one certificate, 2,500 handshakes"
other=$(mac_of 900)
new_device "$other"
mv "$SANDBOX_PKI/devices/$other".* "$work" # what follows does not show it
client_of() {
    ln -sf "$work/$other.crt" "$work/$other.key" "$SANDBOX_PKI/devices/"
    client "$other" "$@"
    rm "$SANDBOX_PKI/devices/$other".*
}
client_of -sess_out "$work/session"
polls full 2 500 >/dev/null # what threads take once
before=$(memory_kb "$daemon")
polls full 2 2500
one=$(($(memory_kb "$daemon") - before))
echo "memory: $one KB more"
[ "$one" -lt 4000 ] || fail "2,500 handshakes of a certificate take $one KB"
client_of -sess_in "$work/session"
grep -q '^Reused, TLSv1.2' "$work/client" || fail "another client's session is gone"

step "64 certificates, 2,500 handshakes"
for ((i = 100; i < 163; i++)); do
    macs+=("$(mac_of "$i")")
done
new_device "${macs[@]}"
polls full 2 2500
many=$(($(memory_kb "$daemon") - before))
echo "memory: $many KB more"
[ "$many" -lt 8000 ] || fail "2,500 handshakes of 64 certificates take $many KB"

step "certificates that are too long"
# issue NAME BYTES: by the fleet's CA, with a comment of so many bytes.
issue() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" \
        -subj "/CN=$load_mac" -out "$work/$1.csr" 2>/dev/null
    openssl x509 -req -in "$work/$1.csr" -CA "$SANDBOX_PKI/ca.crt" -CAkey "$SANDBOX_PKI/ca.key" \
        -set_serial "$RANDOM" -out "$work/$1.crt" -days 2 -extfile <(
            printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n'
            printf 'nsComment=%s\n' "$(head -c "$2" /dev/zero | tr '\0' x)"
        ) 2>/dev/null
}
second=0
second_is_over() {
    [ "$EPOCHSECONDS" -gt $((second + 1)) ]
}
for bytes in 4000 8000 16000; do
    issue long "$bytes"
    wait_until 5 second_is_over
    before=$(counter download_refused)
    get_with "$work/long" /ca.crt
    case $bytes in
    4000) expect_equal "a certificate of $bytes bytes" 200 "$status" ;;
    *)
        expect_match "a certificate of $bytes bytes" '^curl ' "$status"
        expect_equal "counted" 1 $(($(counter download_refused) - before))
        second=$EPOCHSECONDS # a line a second
        ;;
    esac
done
grep -q 'refused client address=127.0.0.1 reason="[0-9]* certificates of [0-9]* bytes, 6144 at most"' \
    "$sandbox/log/daemon.log" || fail "no line for a long certificate"
grep -q 'refused client address=127.0.0.1 reason="a message, such as its certificates, is longer than 12288 bytes"' \
    "$sandbox/log/daemon.log" || fail "no line for a longer one"
