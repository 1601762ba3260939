#!/usr/bin/env bash
# What the download server refuses: with one line that says why, or before any answer.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 0
new_device "$mac" "$(mac_of 2)"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"
name=$(image_name 00.00.01)

step "400: curimage"
refuses "$mac" 400 "/firmware.bin"
refuses "$mac" 400 "/firmware.bin?curimage="
refuses "$mac" 400 "/firmware.bin?curimage=noversion"
refuses "$mac" 400 "/firmware.bin?curimage=BOARD-"
refuses "$mac" 400 "/firmware.bin?curimage=-00.00.01"
refuses "$mac" 400 "/firmware.bin?curimage=BOARD-1..2"
refuses "$mac" 400 "/firmware.bin?curimage=BOARD%0A-1.2"
refuses "$mac" 400 "/firmware.bin?curimage=$(printf 'B%.0s' {1..80})-1"
refuses "$mac" 400 "/firmware.bin?image=$name"

step "403: what belongs to another device"
refuses "$mac" 403 "/$(mac_of 2).crt"
refuses "$mac" 403 "/$(mac_of 2).key"
refuses "$mac" 403 "/$(mac_of 2).key.der"
refuses "$mac" 403 "/$(mac_of 99).key" # whether it exists or not

step "404: no such board, image or file"
refuses "$mac" 404 "/firmware.bin?curimage=OTHER_BOARD-00.00.01"
refuses "$mac" 404 "/firmware.bin?curimage=$(image_name 00.00.00)"
refuses "$mac" 404 "/nothing.txt"
refuses "$mac" 404 "/"
refuses "$mac" 404 "/secureesp.db"
for path in /../../etc/passwd /..%2f..%2fetc/passwd "/%2e%2e/ca.key" "/..%2fca.key" "/ca.key" \
    "//ca.crt/.." "/$mac.crt%00.key" "/devices/$mac.key"; do
    get "$mac" "$path" --path-as-is
    expect_match "status of $path" '^40[04]$' "$status"
    ! grep -q -e 'PRIVATE KEY' -e 'root:' "$work/answer" || fail "$path gave a secret away"
done

step "405: what is neither GET nor HEAD"
for method in POST PUT DELETE PATCH OPTIONS; do
    refuses "$mac" 405 /ca.crt -X "$method"
    expect_match "allow for $method" GET "$(header allow)"
done

step "416: outside the file"
refuses "$mac" 416 /ca.crt -H "Range: bytes=100000-"
expect_equal content-range "bytes */$(stat -c %s "$SANDBOX_PKI/ca.crt")" "$(header content-range)"

# --- certificates that are not accepted: no answer at all

# no_answer WHAT CREDENTIALS
no_answer() {
    get_with "$2" /ca.crt
    expect_match "$1" '^curl ' "$status"
    expect_equal "bytes for $1" 0 "$(stat -c %s "$work/answer")"
}

# issue NAME SUBJECT DAYS-OPTIONS...: $work/NAME.crt and .key, signed by the sandbox's CA.
issue() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" \
        -subj "$2" -out "$work/$1.csr" 2>/dev/null
    openssl x509 -req -in "$work/$1.csr" -CA "$SANDBOX_PKI/ca.crt" -CAkey "$SANDBOX_PKI/ca.key" \
        -set_serial "$RANDOM" -out "$work/$1.crt" "${@:3}" -extfile <(
            printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n'
            printf 'extendedKeyUsage=%s\n' "${usage:-clientAuth}"
        ) 2>/dev/null
}

step "a certificate of our CA is accepted, as a check of what follows"
issue good "/CN=$mac" -days 10
get_with "$work/good" /ca.crt
expect_equal "a good one" 200 "$status"

step "certificates of another CA, expired, with a CN that is no MAC, for a server, none"
secureesp pki init "$work/other" >/dev/null
secureesp pki device "$work/other" "$mac" >/dev/null
no_answer "unknown CA" "$work/other/devices/$mac"
grep -q 'refused client address=127.0.0.1 reason="certificate is not signed' \
    "$SANDBOX_LOG/daemon.log" || fail "no line tells who was refused, and why"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/self.key" \
    -subj "/CN=$mac" -days 10 -out "$work/self.crt" 2>/dev/null
no_answer "self-signed" "$work/self"
ago 172800 issue expired "/CN=$mac" -days 1
no_answer "expired" "$work/expired"
issue name "/CN=secureespd" -days 10
no_answer "a CN that is no MAC" "$work/name"
issue upper "/CN=84F3EB000001" -days 10
get_with "$work/upper" /ca.crt
expect_equal "a CN in upper case is that device's" 200 "$status"
get_with "$work/upper" "/$(mac_of 2).key"
expect_equal "and no other's" 403 "$status"
issue longer "/CN=${mac}0" -days 10
no_answer "a CN that is too long" "$work/longer"
usage=serverAuth issue server "/CN=$mac" -days 10
no_answer "a server's certificate" "$work/server"
no_answer "the daemon's own" "$SANDBOX_PKI/servers/secureespd"
for version in 1.2 1.3; do
    refused=$(counter download_refused)
    code=0
    curl -s --max-time 10 "--tlsv$version" --tls-max "$version" --cacert "$SANDBOX_PKI/ca.crt" \
        "$SANDBOX_URL/ca.crt" >"$work/answer" || code=$?
    if [ "$code" -eq 0 ] || [ -s "$work/answer" ]; then fail "no certificate, but an answer"; fi
    is_counted() {
        [ "$(counter download_refused)" -gt "$refused" ]
    }
    eventually 10 "a client without a certificate is counted, TLS $version" is_counted
done

step "TLS 1.1 is refused"
! openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -tls1_1 -cipher DEFAULT@SECLEVEL=0 \
    -cert "$SANDBOX_PKI/devices/$mac.crt" -key "$SANDBOX_PKI/devices/$mac.key" \
    </dev/null 2>/dev/null | grep -q 'Cipher    : [A-Z]' || fail "TLS 1.1 was accepted"
get "$mac" /ca.crt
expect_equal "the server still answers" 200 "$status"
