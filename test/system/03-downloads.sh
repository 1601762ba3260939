#!/usr/bin/env bash
# Each row of the contract's download table, as devices of both kinds ask.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
pki=
sandbox_up --devices 0
pki=$SANDBOX_PKI
new_device "$mac" "$(mac_of 2)"
publish_image "$SANDBOX_IMAGE"
second=$(make_image 00.00.02 1 1 300000)
publish_image "$second"

# serves PATH FILE: the answer is that file, with its length and its SHA-256 as ETag.
serves() {
    get "$mac" "$1"
    expect_equal "status of $1" 200 "$status"
    cmp "$2" "$work/answer" || fail "$1 differs from $2"
    expect_equal "length of $1" "$(stat -c %s "$2")" "$(header content-length)"
    expect_equal "etag of $1" "\"$(sha256_of "$2")\"" "$(header etag)"
    expect_equal "transfer-encoding of $1" "" "$(header transfer-encoding)"
}

step "PEM files"
serves /ca.crt "$pki/ca.crt"
serves "/$mac.crt" "$pki/devices/$mac.crt"
get "$mac" "/$mac.key"
expect_equal "status of a key that nobody hands out" 404 "$status"
expect_match "and its text" "is not handed out" "$(<"$work/answer")"
hand_over_key "$mac"
serves "/$mac.key" "$pki/devices/$mac.key"
get "$mac" "/$mac.key"
expect_equal "status of a key that was fetched" 410 "$status"
get "$mac" "/$mac.key.der"
expect_equal "in its other form, too" 410 "$status"
get "$mac" "/$mac.key" --head
expect_equal "HEAD" 410 "$status"
! grep -q -e '-----BEGIN' "$work/answer" || fail "it left"

step "DER, appended to the suffix and instead of it"
openssl x509 -in "$pki/ca.crt" -outform DER -out "$work/ca.der"
openssl x509 -in "$pki/devices/$mac.crt" -outform DER -out "$work/crt.der"
serves /ca.crt.der "$work/ca.der"
serves /ca.der "$work/ca.der"
serves "/$mac.crt.der" "$work/crt.der"
serves "/$mac.der" "$work/crt.der"
hand_over_key "$mac"
get "$mac" "/$mac.key" --head
expect_equal "HEAD takes nothing" 200 "$status"
get "$mac" "/$mac.key.der"
expect_equal "status of the key" 200 "$status"
openssl pkey -in "$work/answer" -inform DER -pubout -out "$work/public" ||
    fail "the key's DER is no key"
openssl x509 -in "$pki/devices/$mac.crt" -noout -pubkey >"$work/expected"
cmp "$work/expected" "$work/public" || fail "the key's DER is another key"

step config.json
get "$mac" /config.json
expect_equal "status of config.json" 200 "$status"
config=$(cat "$work/answer")
expect_equal length "${#config}" "$(header content-length)"
expect_equal downloadserver localhost "$(json_get "$config" '$.downloadserver')"
expect_equal downloadport "$SANDBOX_HTTPS_PORT" "$(json_get "$config" '$.downloadport')"
expect_equal mqttport "$SANDBOX_MQTT_PORT" "$(json_get "$config" '$.mqttport')"
expect_equal mqtttls 1 "$(json_get "$config" '$.mqtttls')"
expect_equal statusinterval 1000 "$(json_get "$config" '$.statusinterval')"

step "one device's own configuration; port as text, path without its slash"
cat >>"$sandbox/etc/secureesp.conf" <<TEXT
[config.json $(mac_of 2)]
statusinterval = 10000
downloadpath = download
TEXT
process_signal "$sandbox/run/daemon" HUP
own_interval() {
    get "$(mac_of 2)" /config.json
    [ "$(json_get "$(cat "$work/answer")" '$.statusinterval')" = 10000 ]
}
eventually 10 "its own interval" own_interval
get "$mac" /config.json
expect_equal "the other's interval" 1000 "$(json_get "$(cat "$work/answer")" '$.statusinterval')"

step "firmware.bin: the next image, or 304"
name=$(image_name 00.00.01)
serves "/firmware.bin?curimage=$name" "$second"
get "$mac" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "status for the newest" 304 "$status"
expect_equal "bytes for the newest" 0 "$(stat -c %s "$work/answer")"

step HEAD
get "$mac" "/firmware.bin?curimage=$name" --head
expect_equal "status of HEAD" 200 "$status"
expect_equal "length of HEAD" "$(stat -c %s "$second")" "$(header content-length)"
etag=$(header etag)
expect_equal "etag of HEAD" "\"$(sha256_of "$second")\"" "$etag"

step "ranges"
size=$(stat -c %s "$second")
# range HEADER-VALUE OFFSET LENGTH
range() {
    get "$mac" "/firmware.bin?curimage=$name" -H "Range: $1"
    expect_equal "status of range $1" 206 "$status"
    expect_equal "range $1" "bytes $2-$(($2 + $3 - 1))/$size" "$(header content-range)"
    expect_equal "length of range $1" "$3" "$(header content-length)"
    cmp <(tail -c +$(($2 + 1)) "$second" | head -c "$3") "$work/answer" || fail "bytes of range $1"
}
range "bytes=0-0" 0 1
range "bytes=1000-1999" 1000 1000
range "bytes=$((size - 5))-" $((size - 5)) 5
range "bytes=-7" $((size - 7)) 7
range "bytes=100-99999999" 100 $((size - 100))
get "$mac" "/firmware.bin?curimage=$name" -H "Range: bytes=10-19" -H "If-Range: $etag"
expect_equal "If-Range that matches" 206 "$status"
get "$mac" "/firmware.bin?curimage=$name" -H "Range: bytes=10-19" -H 'If-Range: "other"'
expect_equal "If-Range of another version" 200 "$status"
expect_equal "all of it then" "$size" "$(stat -c %s "$work/answer")"

step "Arduino's HTTPUpdate checks x-MD5"
get "$mac" "/firmware.bin?curimage=$name" -H "x-ESP8266-STA-MAC: $mac" -H "x-ESP8266-mode: sketch"
expect_equal x-MD5 "$(md5sum "$second" | cut -d ' ' -f 1)" "$(header x-md5)"
get "$mac" "/firmware.bin?curimage=$name"
expect_equal "x-MD5 for others" "" "$(header x-md5)"

step "as the deployed client speaks"
get "$mac" "/firmware.bin?curimage=$name" -A ESP8266HTTPClient -H "Connection: close"
expect_equal status 200 "$status"
expect_match "connection" '^[Cc]lose$' "$(header connection)"
connects=$(curl -sS --tls-max 1.2 --cacert "$pki/ca.crt" --cert "$pki/devices/$mac.crt" \
    --key "$pki/devices/$mac.key" -A ESP8266HTTPClient -w '%{http_code} %{num_connects};' \
    -o /dev/null -o /dev/null "$SANDBOX_URL/ca.crt" "$SANDBOX_URL/$mac.crt")
expect_equal "two requests on one connection" "200 1;200 0;" "$connects"

step "resumption by session ID"
s_client() {
    openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -tls1_2 -no_ticket \
        -CAfile "$pki/ca.crt" -cert "$pki/devices/$mac.crt" -key "$pki/devices/$mac.key" \
        "$@" </dev/null 2>&1
}
s_client -sess_out "$work/session" >/dev/null
s_client -sess_in "$work/session" | grep -q '^Reused, TLSv1.2' || fail "the session was not resumed"

# small_records LENGTH OPTION...: the image arrives, and no record is longer than was negotiated.
small_records() {
    local length=$1
    shift
    printf 'GET /download/firmware.bin?curimage=%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' \
        "$name" | openssl s_client -quiet -connect "localhost:$SANDBOX_HTTPS_PORT" -tls1_2 "$@" \
        -maxfraglen "$length" -CAfile "$pki/ca.crt" -cert "$pki/devices/$mac.crt" \
        -key "$pki/devices/$mac.key" -ign_eof 2>"$work/s_client" >"$work/answer" ||
        fail "a record is longer than $length: $(tail -n 1 "$work/s_client")"
    expect_match "answer in small records" '200 OK' "$(head -n 1 "$work/answer")"
    cmp <(tail -c "$(stat -c %s "$second")" "$work/answer") "$second" || fail "the image is not complete"
}

all_small_records() {
    local length
    for length in 512 1024 2048 4096; do
        step "max_fragment_length $length, TLS 1.2, $1 certificate"
        small_records "$length" -no_ticket
        small_records "$length"
    done
}
all_small_records P-256
# Its certificate is longer than 512 bytes.
secureesp pki server "$pki" secureespd --dns localhost --ip 127.0.0.1 --rsa --force >/dev/null
process_signal "$sandbox/run/daemon" HUP
is_rsa() {
    s_client | grep -q 'Server public key is 2048 bit'
}
eventually 10 "the RSA certificate is shown" is_rsa
all_small_records RSA-2048
