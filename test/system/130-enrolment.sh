#!/usr/bin/env bash
# Devices get their certificates by EST: who is let, who waits, who is refused, with curl and openssl
# and with strongSwan's client; and a claim certificate opens nothing else.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"

sandbox_up --devices 1
pki=$SANDBOX_PKI
known=$(mac_of 1)
claim=$claims/claim
make_claims

step "without a port there is nothing, and the configuration says what is missing"
expect_match "status" "enrolment +off" "$(secureesp status)"
expect_exit 1 secureesp enrolments open --for 1h
expect_match "why" "enrolment is off" "$output"
cp "$sandbox/etc/secureesp.conf" "$work/bad.conf"
printf '[enrolment]\nport = 8444\n' >>"$work/bad.conf"
expect_exit 1 secureespd --check-config --config "$work/bad.conf"
expect_match "what is missing" "needs claim_ca" "$output"
printf 'claim_ca = %s\n' "$pki/ca.crt" >>"$work/bad.conf"
expect_exit 1 secureespd --check-config --config "$work/bad.conf"
expect_match "a CA that opens everything" "make another CA for claims" "$output"

signer_up
enrolment_on listed 'retry_after_s = 1'
expect_match "status" "enrolment +policy listed; 0 waiting" "$(secureesp status)"

step "the CA and the attributes are for everybody"
ask_est '' cacerts
expect_equal cacerts 200 "$status"
expect_equal "its lines" 1 "$(grep -c '' "$work/est-answer")"
base64 -d "$work/est-answer" | openssl pkcs7 -inform DER -print_certs | sed -n '/BEGIN/,/END/p' >"$work/ca.crt"
expect_equal "the CA" "$(openssl x509 -in "$pki/ca.crt")" "$(<"$work/ca.crt")"
ask_est '' cacerts -H 'Accept: application/pkix-cert'
expect_equal "as it is" "$(openssl x509 -in "$pki/ca.crt")" "$(openssl x509 -inform DER -in "$work/est-answer")"
ask_est '' csrattrs
expect_match "what a request should have" "id-ecPublicKey.*prime256v1.*ecdsa-with-SHA256" \
    "$(base64 -d "$work/est-answer" | openssl asn1parse -inform DER | tr '\n' ' ')"

step "who is not registered gets nothing"
first=$(mac_of 10)
new_request first "$first"
expect_refused '' first 403 "takes a client certificate"
expect_refused "$claim" first 403 "not registered"
expect_refused "$pki/devices/$known" first 403 "takes a claim certificate"
expect_refused "$claim" first 403 "not registered" simplereenroll # as for a first one
expect_refused '' first 403 "takes a client certificate" simplereenroll

step "who is registered gets one, which works at once"
expect_exit 0 secureesp enrolments add "$first"
expect_equal "what is said" "$first: registered" "$output"
expect_enrolled "$claim" first
expect_equal "its name" "subject=CN=$first" "$(openssl x509 -in "$work/first.crt" -noout -subject -nameopt RFC2253)"
serial=$(plain "$(serial_of "$work/first.crt")")
expect_equal "it is known" "enrolled good" "$(certificate "$serial" origin) $(certificate "$serial" state)"
expect_equal "as it is listed" "enrolled list $serial" \
    "$(enrolment "$first" state) $(enrolment "$first" decided_by) $(enrolment "$first" serial)"
get_with "$work/first" /config.json
expect_equal "at the download server" 200 "$status"
publish_as() {
    mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" --cert "$1.crt" --key "$1.key" \
        -i "$2" -t "/status/$2" -m '{"uptime": 1000}' -q 1
}
expect_exit 0 publish_as "$work/first" "$first"
eventually 10 "it is online" device_has "$first" '$.online' 1

step "the same request gets the same certificate, in whatever form it comes"
cp "$work/first.crt" "$work/first-1.crt"
expect_enrolled "$claim" first
expect_equal "the same" "$(<"$work/first-1.crt")" "$(<"$work/first.crt")"
base64 -d "$work/first.b64" >"$work/first.der"
ask_est "$claim" simpleenroll -H 'Content-Type:' -H 'Accept: application/pkix-cert' --data-binary "@$work/first.der"
expect_equal "status of DER" 200 "$status"
expect_match "its type" "content-type: application/pkix-cert" "$(tr '[:upper:]' '[:lower:]' <"$work/est-headers")"
expect_equal "as it is" "$(<"$work/first.crt")" "$(openssl x509 -inform DER -in "$work/est-answer")"
tr -d '\n' <"$work/first.b64" >"$work/one-line.b64"
enroll "$claim" one-line
expect_equal "on one line" "$(<"$work/first.crt")" "$(<"$work/one-line.crt")"
expect_equal "certificates of it" 1 "$(json_count "$(api "/certificates?mac=$first")" '$')"

step "whoever asks in its name with another key is an alarm"
new_request thief "$first"
expect_refused "$claim" thief 403 "has a certificate already"
expect_refused "$claim" thief 403 "has a certificate already"
expect_equal "alarms" 2 "$(enrolment "$first" alarms)"
expect_equal "counter" 2 "$(counter enrol_alarms)"
expect_equal "in its history, once" 1 "$(event_count "$first" "value ->> '\$.event' = 'enrolment-refused'")"
expect_match "list" "$first +enrolled .*refused 2 other requests, key $(key_of thief | cut -c 1-16)" \
    "$(COLUMNS=300 secureesp enrolments list)"
grep -q "ALARM mac=$first address=127.0.0.1 claim=$(plain "$(serial_of "$claim.crt")")" "$SANDBOX_LOG/daemon.log" ||
    fail "the log says nothing"
new_request thief "$known" # which never enrolled here
expect_refused "$claim" thief 403 "has a certificate already"
expect_exit 1 secureesp enrolments add "$known"
expect_match "what to do" "enrolments approve $known" "$output"
expect_exit 1 secureesp enrolments reject "$first"
expect_match "what to do" "devices revoke $first" "$output"

step "a device renews its own certificate, and nobody else's"
cp "$work/first.key" "$work/old.key"
cp "$work/first.crt" "$work/old.crt"
new_request next "$first"
expect_enrolled "$work/old" next simplereenroll
[ "$(serial_of "$work/next.crt")" != "$(serial_of "$work/old.crt")" ] || fail "it is the old one"
cp "$work/next.crt" "$work/next-1.crt"
expect_enrolled "$work/old" next simplereenroll # the answer was lost
expect_equal "the same" "$(<"$work/next-1.crt")" "$(<"$work/next.crt")"
cp "$work/next.key" "$work/again.key"
request again "$first"
expect_enrolled "$work/next" again simplereenroll # with the same key
[ "$(serial_of "$work/again.crt")" != "$(serial_of "$work/next.crt")" ] || fail "it is not renewed"
get_with "$work/again" /config.json
expect_equal "the new one" 200 "$status"
get_with "$work/old" /config.json
expect_equal "the old one goes on" 200 "$status"
new_request other "$(mac_of 11)"
expect_refused "$work/old" other 403 "another than that of the certificate in use" simplereenroll
new_request renewed "$known"
expect_enrolled "$pki/devices/$known" renewed simplereenroll
expect_equal "one that never enrolled" "enrolled renewal" "$(enrolment "$known" state) $(enrolment "$known" decided_by)"

step "requests that are none"
for name in "${first^^}" "84:f3:eb:00:00:10" secureespd; do
    new_request bad "$name"
    expect_refused "$claim" bad 400 "12 lower-case hex digits"
done
printf 'MAA=' >"$work/bad.b64"
expect_refused "$claim" bad 400 "no certificate request"
printf '{}' >"$work/bad.b64"
expect_refused "$claim" bad 400 "neither base64 nor DER"
head -c 9000 /dev/zero | tr '\0' A >"$work/bad.b64"
enroll "$claim" bad
expect_equal "a large one" 413 "$status"

step "a code is for its device, once"
coded=$(mac_of 12)
expect_exit 0 secureesp enrolments add "$coded" --code
code=${output##* }
new_request coded "$coded"
expect_refused "$claim" coded 403 "challengePassword"
request coded "$coded" wrong
expect_refused "$claim" coded 403 "challengePassword"
expect_match "list" "$coded +listed .*1 wrong code" "$(secureesp enrolments list --state listed)"
request coded "$coded" "$code"
expect_enrolled "$claim" coded
! grep -q "$code" "$SANDBOX_LOG"/*.log || fail "the code is in a log"
guessed=$(mac_of 13)
code=$(json_get "$(secureesp enrolments add "$guessed" --code --json)" '$[0].code')
new_request guessed "$guessed"
for ((i = 0; i < 10; i++)); do
    request guessed "$guessed" "guess-$i"
    expect_refused "$claim" guessed 403 "challengePassword"
done
request guessed "$guessed" "$code"
expect_refused "$claim" guessed 403 "challengePassword"

step "whoever waits is let in by an operator, with the key that waits"
enrolment_on approve 'retry_after_s = 1'
waiting=$(mac_of 20)
new_request waiting "$waiting"
expect_refused "$claim" waiting 202 "approve"
expect_match "when to ask again" "retry-after: 1" "$(tr '[:upper:]' '[:lower:]' <"$work/est-headers")"
new_request rival "$waiting"
expect_refused "$claim" rival 403 "another key"
expect_match "list" "^$waiting +pending .*refused 1 other request" "$(secureesp enrolments list | sed -n 2p)"
expect_match "status" "enrolment +policy approve; 1 waiting" "$(secureesp status)"
expect_exit 1 secureesp enrolments approve "$waiting" --key "$(key_of rival)"
expect_match "what waits" "waits with the key $(key_of waiting), which is another one" "$output"
expect_equal "nothing is changed" "pending $(key_of waiting)" \
    "$(enrolment "$waiting" state) $(enrolment "$waiting" key_sha256)"
expect_exit 0 secureesp enrolments approve "$waiting" --key "$(key_of waiting | cut -c 1-16)"
expect_match "for which key" "approved, with the key $(key_of waiting)" "$output"
expect_refused "$claim" rival 403 "another key"
expect_enrolled "$claim" waiting
expect_match "who approved" "^uid [0-9]+$" "$(enrolment "$waiting" decided_by)"
rejected=$(mac_of 21)
new_request rejected "$rejected"
expect_refused "$claim" rejected 202 approve
expect_exit 0 secureesp enrolments reject "$rejected"
expect_refused "$claim" rejected 403 "rejected"
expect_exit 0 secureesp enrolments remove "$rejected"
expect_refused "$claim" rejected 202 approve
expect_exit 1 secureesp enrolments remove "$(mac_of 99)"
expect_exit 2 secureesp enrolments approve nonsense

step "where none waits, the key is named, or that it may be any"
named=$(mac_of 98)
new_request named "$named"
new_request other "$named"
expect_exit 1 secureesp enrolments approve "$named"
expect_match "what to do" "--key .* or let in whichever asks next with --any-key" "$output"
expect_exit 1 secureesp enrolments approve "$named" --key "$(key_of named | cut -c 1-16)"
expect_match "what to do" "give all 64 digits" "$output"
expect_exit 2 secureesp enrolments approve "$named" --any-key --key "$(key_of named)"
expect_exit 0 secureesp enrolments approve "$named" --key "$(key_of named)"
expect_refused "$claim" other 403 "another key"
expect_enrolled "$claim" named
expect_refused "$claim" other 403 "has a certificate already"
expect_exit 1 secureesp enrolments approve "$named" # whose is it?
expect_match "which was refused" "the last that was refused is $(key_of other)" "$output"
expect_exit 0 secureesp enrolments approve "$named" --key "$(key_of other | cut -c 1-16)"
expect_enrolled "$claim" other
expect_exit 0 secureesp enrolments approve "$(mac_of 97)" --any-key
expect_match "what is said" "whoever makes it" "$output"
new_request any "$(mac_of 97)"
expect_enrolled "$claim" any

step "a window lets everybody in who is new, and ends"
expect_exit 0 secureesp enrolments open --for 1h
expect_match "status" "OPEN TO EVERYBODY for" "$(secureesp status)"
new_request open "$(mac_of 22)"
expect_enrolled "$claim" open
expect_refused "$claim" thief 403 "has a certificate already"
expect_exit 0 secureesp enrolments close
new_request closed "$(mac_of 23)"
expect_refused "$claim" closed 202 approve
expect_exit 0 secureesp enrolments open --for 1h --at-most 2
expect_match "what is said" "or until 2 have got one" "$output"
for ((i = 0; i < 3; i++)); do new_request "open-$i" "$(mac_of $((24 + i)))"; done
expect_enrolled "$claim" open-0
expect_match "status" "OPEN TO EVERYBODY for [^,]+, 1 of 2 let in" "$(secureesp status)"
expect_enrolled "$claim" open-1
expect_refused "$claim" open-2 202 approve # it has closed itself
expect_match "status" "closed again: it has let in 2, " "$(secureesp status)"
expect_match "log" "window closed let_in=2: " "$(<"$SANDBOX_LOG/daemon.log")"
expect_exit 0 secureesp enrolments close
expect_exit 2 secureesp enrolments open
expect_exit 2 secureesp enrolments open --for 1h --at-most some
expect_exit 1 secureesp enrolments open --for 1h --at-most 0
expect_exit 2 secureesp enrolments open --for never
expect_exit 1 secureesp enrolments open --for 2d
expect_match "how long at most" "86400" "$output"

step "a revoked device is refused, and may come again once it is readmitted"
expect_exit 0 secureesp devices revoke "$first"
new_request back "$first"
enroll "$claim" back
expect_refused "$claim" back 403 "revoked"
enroll "$work/next" again simplereenroll
expect_match "with its own" "^(curl|403)" "$status"
expect_exit 1 secureesp enrolments approve "$first"
expect_exit 0 secureesp devices readmit "$first"
expect_enrolled "$claim" back
get_with "$work/back" /config.json
expect_equal "it is in again" 200 "$status"
new_request thief "$first"
expect_refused "$claim" thief 403 "has a certificate already"

step "strongSwan's client does the same"
device=$(mac_of 30)
estca() {
    (cd "$work/swan" && pki --estca --url "https://localhost:$est_port" --cacert "$pki/ca.crt" --outform pem "$@")
}
swan() {
    (cd "$work/swan" && pki --est --url "https://localhost:$est_port" --cacert "$pki/ca.crt" \
        --in "$work/$1.csr" --cert "$2.crt" --key "$2.key" --outform pem "${@:3}")
}
device_waits() {
    [ "$(enrolment "$1" state)" = pending ]
}
mkdir "$work/swan"
if [ -n "$(command -v pki)" ]; then
    estca --caout ca >"$work/swan-ca" 2>"$work/swan-error" || fail "estca: $(<"$work/swan-error")"
    expect_equal "its CA" 1 "$(cat "$work"/swan/ca* | grep -c 'BEGIN CERTIFICATE')"
    new_request swan "$device"
    base64 -d "$work/swan.b64" >"$work/swan.csr"
    swan swan "$claim" --interval 1 --maxpolltime 30 >"$work/swan.crt" 2>"$work/swan-error" &
    client=$!
    eventually 20 "it waits" device_waits "$device"
    sleep 2 # and asks again
    [ "$(enrolment "$device" tries)" -gt 1 ] || fail "it does not ask again"
    secureesp enrolments approve "$device" >/dev/null
    wait "$client" || fail "est: $(<"$work/swan-error")"
    openssl verify -CAfile "$pki/ca.crt" "$work/swan.crt" >/dev/null || fail "what it has is not the CA's"
    new_request swan2 "$device"
    base64 -d "$work/swan2.b64" >"$work/swan2.csr"
    swan swan2 "$work/swan" >"$work/swan2.crt" 2>"$work/swan-error" || fail "renewal: $(<"$work/swan-error")"
    get_with "$work/swan2" /config.json
    expect_equal "renewed" 200 "$status"
else
    fail "strongswan-pki is not installed"
fi

step "a claim certificate opens nothing else"
get_with "$claim" /config.json
expect_match "the download server" "^curl " "$status"
status=0
timeout 10 mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" --cert "$claim.crt" \
    --key "$claim.key" -i x -t /status/x -m x >/dev/null 2>&1 || status=$?
[ "$status" -ne 0 ] || fail "the broker lets it in"
grep -q 'alert unknown ca\|certificate verify failed\|refused' "$SANDBOX_LOG/broker.log" || fail "the broker says nothing"

step "a claim certificate that is revoked opens nothing, another does"
expect_match "it is known" "$(plain "$(serial_of "$claim.crt")") +claim-2026 +client" "$(secureesp pki list)"
secureesp pki revoke "$(serial_of "$claim.crt")" >/dev/null || true
new_request claimed "$(mac_of 40)"
expect_refused "$claim" claimed 403 "claim certificate is revoked"
expect_equal "its misuse" 1 "$(counter enrol_revoked_claims)"
expect_refused "$claims/other-claim" claimed 202 approve

step "who asks too often is told to wait"
enrolment_on approve 'claim_per_minute = 3'
for ((i = 0; i < 3; i++)); do expect_refused "$claims/other-claim" claimed 202 approve; done
expect_refused "$claims/other-claim" claimed 429 "too many requests"

step "without the signer there is no certificate, and with it the same decision holds"
enrolment_on listed
process_stop "$work/signer.record"
late=$(mac_of 41)
expect_exit 0 secureesp enrolments add "$late"
new_request late "$late"
expect_refused "$claims/other-claim" late 503 "no certificate can be made now"
expect_match "when to ask again" "retry-after: 60" "$(tr '[:upper:]' '[:lower:]' <"$work/est-headers")"
signer_up
expect_enrolled "$claims/other-claim" late

step "what the signer refuses for good uses up no code, and is shown"
process_stop "$work/signer.record"
signer_policy=('macs = 84f3ea')
signer_up
late=$(mac_of 42)
code=$(json_get "$(secureesp enrolments add "$late" --code --json)" '$[0].code')
new_request late "$late"
request late "$late" "$code"
expect_refused "$claims/other-claim" late 403 "none of .policy. macs"
expect_equal "as it was" "listed 1" "$(enrolment "$late" state) $(enrolment "$late" needs_code)"
expect_match "list" "$late +listed .*signer: the MAC $late is none of .policy. macs" \
    "$(COLUMNS=300 secureesp enrolments list)"
expect_match "log" "the signer refuses it mac=$late .*change .policy. of the signer" "$(<"$SANDBOX_LOG/daemon.log")"
process_stop "$work/signer.record"
signer_policy=()
signer_up
new_request late "$late" # another key may come with it
request late "$late" "$code"
expect_enrolled "$claims/other-claim" late
expect_equal "what is shown" "" "$(enrolment "$late" trouble)"

step "killed after it was answered, or before the answer arrived: the same certificate"
for ((i = 0; i < 5; i++)); do
    mac=$(mac_of $((50 + i)))
    secureesp enrolments add "$mac" >/dev/null
    new_request "killed-$i" "$mac"
    enroll "$claims/other-claim" "killed-$i" simpleenroll --max-time 5 &
    client=$!
    [ "$i" -eq 0 ] || sleep "0.0$((i * 2))"
    part kill daemon
    wait "$client" || true
    part start daemon
    eventually 20 "the daemon is back" api /status -o /dev/null
    before=$(enrolment "$mac" serial)
    expect_enrolled "$claims/other-claim" "killed-$i"
    [ -z "$before" ] || expect_equal "of $mac" "$before" "$(plain "$(serial_of "$work/killed-$i.crt")")"
done

# made: the certificates that the signer has made, a line each: common name and serial.
made() {
    openssl crl2pkcs7 -nocrl -certfile "$work/ca/issued.pem" | openssl pkcs7 -print_certs |
        awk '/BEGIN/ { n++ } n { print > (folder "/made-" n ".pem") }' "folder=$work"
    for file in "$work"/made-*.pem; do
        openssl x509 -in "$file" -noout -subject -serial -nameopt RFC2253 | tr '\n' ' '
        echo
    done
}

# made_for MAC: how many of them are its.
made_for() {
    made | grep -c "subject=CN=$1 " || true
}

step "each request has made one certificate, however often the daemon was killed"
for ((i = 0; i < 5; i++)); do expect_equal "of $i" 1 "$(made_for "$(mac_of $((50 + i)))")"; done

step "killed after the signer signed, and before that arrived: the certificate that was signed then"
mac=$(mac_of 60)
secureesp enrolments add "$mac" >/dev/null
new_request between "$mac"
recorded() {
    grep -c 'BEGIN CERTIFICATE' "$work/ca/issued.pem"
}
before=$(recorded)
process_signal "$work/signer.record" STOP
enroll "$claims/other-claim" between simpleenroll --max-time 20 &
client=$!
is_asked() { # a connection beside the socket itself
    [ "$(grep -c "$signer_socket" /proc/net/unix)" -gt 1 ]
}
eventually 20 "the signer is asked" is_asked
sleep 0.5 # and has the request
part kill daemon
process_signal "$work/signer.record" CONT
wait "$client" || true
is_made() {
    [ "$(recorded)" -gt "$before" ]
}
eventually 20 "it is signed" is_made
part start daemon
eventually 20 "the daemon is back" api /status -o /dev/null
process_stop "$work/signer.record"
cp "$SANDBOX_LOG/signer.log" "$work/signer-before.log"
rm -f "$signer_socket"
signer_start # another one, which knows of it by its record
expect_equal "nobody knows it yet" 0 "$(json_count "$(api "/certificates?mac=$mac")" '$')"
expect_enrolled "$claims/other-claim" between
expect_equal "certificates made for it" 1 "$(made_for "$mac")"
expect_equal "the signer before" 0 "$(grep -c "answered again mac=$mac " "$work/signer-before.log" || true)"
expect_match "the signer's log" "answered again mac=$mac " "$(<"$SANDBOX_LOG/signer.log")"

step "each certificate that was made is known"
listed=$(secureesp pki list)
count=0
while read -r _ serial; do
    expect_match "pki list" "$(plain "$serial") " "$listed"
    count=$((count + 1))
done < <(made)
echo "$count certificates"
[ "$count" -gt 15 ] || fail "they are not there"

# ended NAME MAC SECONDS: $work/NAME.crt and .key, which ended so long ago.
ended() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -subj "/CN=$2" \
        -out "$work/$1.csr" 2>/dev/null
    ago $((2 * 86400 + $3)) openssl x509 -req -in "$work/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -days 2 \
        -set_serial "0x$(openssl rand -hex 8)" -out "$work/$1.crt" \
        -extfile <(printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n') 2>/dev/null
}

step "a board that slept past the end of its certificate"
slept=$(mac_of 70)
ended slept "$slept" 3600
ended longer "$slept" $((3 * 86400))
new_request awake "$slept"
enroll "$work/slept" awake simplereenroll
expect_match "without grace" "^curl" "$status"
enrolment_on listed 'grace_days = 1'
get_with "$work/slept" /config.json
expect_match "the download server" "^curl" "$status"
enroll "$work/longer" awake simplereenroll
expect_match "too long" "^curl" "$status"
expect_refused "$work/slept" awake 403 "takes a claim certificate" simpleenroll
expect_enrolled "$work/slept" awake simplereenroll
cp "$work/awake.crt" "$work/awake-1.crt"
expect_match "list" "$slept +enrolled .* late renewal" "$(COLUMNS=300 secureesp enrolments list)"
grep -q "certificate renewed mac=$slept .*reason=\"late renewal\"" "$SANDBOX_LOG/daemon.log" || fail "the log says nothing"
expect_enrolled "$work/slept" awake simplereenroll # the answer was lost
expect_equal "the same" "$(<"$work/awake-1.crt")" "$(<"$work/awake.crt")"
get_with "$work/awake" /config.json
expect_equal "it is in again" 200 "$status"
new_request thief "$slept" # with the old certificate, which the board needs no more
expect_refused "$work/slept" thief 403 "has a certificate already" simplereenroll
