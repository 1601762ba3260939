#!/usr/bin/env bash
# The CA changes while secureesp-signer holds its key: devices enrol and renew all the while, by the steps
# of certs/README.md, and each ends with a certificate of the new CA.
# Takes 600 s at most.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"

est_port=$((32000 + SRANDOM % 700))
sandbox_up --devices 1
pki=$SANDBOX_PKI
folder=$work/ca # the signer's
sed -i -e "/^\[config.json\]/a enrolserver = localhost\nenrolport = $est_port" \
    -e 's/^\[mqtt\]/[commands]\nsent_timeout_s = 20\n\n[mqtt]/' "$sandbox/etc/secureesp.conf"
make_claims
signer_up
enrolment_on listed
part wait daemon
all=("$(mac_of 1)")
cp "$pki/ca.crt" "$work/old.crt"

# has_certificate_of MAC FILE: whether the one in its flash is of that CA.
has_certificate_of() {
    flash_file "$1" "$1.crt" >"$work/flash.crt"
    openssl verify -CAfile "$2" "$work/flash.crt" >/dev/null 2>&1
}
# newcomer NUMBER FILE: a device enrols, and has a certificate of that CA.
newcomer() {
    local mac
    mac=$(mac_of "$1")
    part new "$mac" "$claims/claim"
    secureesp enrolments add "$mac" >/dev/null
    part start "$mac"
    eventually 60 "$mac online" device_has "$mac" '$.online' 1
    has_certificate_of "$mac" "$2" || fail "$mac has a certificate of another CA"
    all+=("$mac")
}
all_have() { # WHAT
    api /rotation >"$work/rotation.json"
    [ "$(sqlite3 :memory: "select count(*) from json_each(readfile('$work/rotation.json'), '$.devices')
        where json_extract(value, '$.has') = '$1'")" -eq "${#all[@]}" ]
}
is_over() {
    [ "$(json_get "$(api /rotation)" '$.phase')" = none ]
}
reload_daemon() {
    process_signal "$sandbox/run/daemon" HUP
}
restart_broker() {
    part stop broker
    part start broker
    part wait daemon
}

step "before"
newcomer 101 "$work/old.crt"

step "a second CA: the signer goes on with the old one"
secureesp pki rotate start "$pki"
newcomer 102 "$work/old.crt"
restart_broker
reload_daemon
newcomer 103 "$work/old.crt"
eventually 200 "they trust both" all_have both

step "the signer changes to it"
process_stop "$work/signer.record"
cat "$folder/issued.pem" >>"$pki/issued.pem"
cp "$pki/next/ca.crt" "$pki/next/ca.key" "$folder"
signer_start
newcomer 104 "$pki/next/ca.crt"
eventually 200 "the newcomer trusts both, too" all_have both

step "certificates of the new CA"
secureesp pki rotate issue "$pki"
reload_daemon
restart_broker
newcomer 105 "$pki/next/ca.crt"
eventually 200 "they show certificates of the new CA" all_have new

step "the old one goes"
secureesp pki rotate finish "$pki"
newcomer 106 "$pki/ca.crt"
reload_daemon
restart_broker
newcomer 107 "$pki/ca.crt"
eventually 200 "all trust the new one alone" is_over
for mac in "${all[@]}"; do
    cmp "$pki/ca.crt" <(flash_file "$mac" ca.crt) || fail "the CA of $mac"
    has_certificate_of "$mac" "$pki/ca.crt" || fail "the certificate of $mac"
    eventually 60 "$mac online" device_has "$mac" '$.online' 1
    expect_equal "command to $mac" "done ok" "$(command_device "$mac" config)"
done
