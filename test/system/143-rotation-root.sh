#!/usr/bin/env bash
# The root CA changes while an intermediate CA of secureesp-signer signs devices: they enrol meanwhile, none
# is lost, and nothing that the old ones signed is let in any more.
# Takes 600 s at most.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"
# shellcheck source=test/system/rotation_lib.sh
. "$(dirname "$0")/rotation_lib.sh"

mkdir "$sandbox"
"$root/build/$VARIANT/bin/secureesp" pki init "$sandbox/pki" --root >/dev/null
sandbox_up --devices 1
pki=$SANDBOX_PKI
folder=$work/ca # the signer's
secureesp pki intermediate "$pki" "$folder" >/dev/null
cat "$folder/ca.crt" >>"$pki/ca.crt"
part stop broker
part start broker
signer_fleet "$work/old.crt"

step "before"
newcomer 101 "$work/old.crt"
mkdir "$work/thief"
for file in crt key; do flash_file "$(mac_of 101)" "$(mac_of 101).$file" >"$work/thief/101.$file"; done
get_with "$work/thief/101" /config.json
expect_equal "a thief is let in before" 200 "$status"

step "a second root: the signer goes on with the CA that it has"
secureesp pki rotate start "$pki"
restart_broker
reload_daemon
newcomer 102 "$work/old.crt"
eventually 200 "they trust both" all_have both

step "certificates of the new root"
cat "$folder/issued.pem" >>"$pki/issued.pem"
secureesp pki rotate issue "$pki"
reload_daemon
restart_broker
newcomer 103 "$work/old.crt"
expect_exit 1 secureesp pki rotate finish "$pki"
expect_match "who, and why" "lost:.* $(mac_of 103)" "$output"

step "the signer stops, and what it has signed since gets them, too"
process_stop "$work/signer.record"
cat "$folder/issued.pem" >>"$pki/issued.pem"
secureesp pki rotate issue "$pki"
eventually 200 "they show certificates of the new root" all_have new

step "the old root goes, and the CA below it; the signer gets another"
secureesp pki rotate finish "$pki"
expect_equal "CAs" 1 "$(grep -c BEGIN "$pki/ca.crt")"
mv "$folder" "$work/old-ca"
secureesp pki intermediate "$pki" "$folder" >/dev/null
cat "$folder/ca.crt" >>"$pki/ca.crt"
reload_daemon
restart_broker
signer_start
newcomer 104 "$folder/ca.crt"
eventually 200 "all trust the new one alone" is_over
expect_rotated
get_with "$work/thief/101" /config.json
expect_match "with a certificate of the old CA" '^(403|curl )' "$status"
! mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" -i "$(mac_of 101)" -q 1 \
    --cert "$work/thief/101.crt" --key "$work/thief/101.key" \
    -t "/status/$(mac_of 101)" -m '{}' 2>/dev/null || fail "let in at the broker"
