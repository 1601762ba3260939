#!/usr/bin/env bash
# The CA changes while secureesp-signer holds its key: devices enrol and renew all the while, by the steps
# of certs/README.md, and each ends with a certificate of the new CA.
# Takes 600 s at most.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"
# shellcheck source=test/system/rotation_lib.sh
. "$(dirname "$0")/rotation_lib.sh"

sandbox_up --devices 1
pki=$SANDBOX_PKI
folder=$work/ca # the signer's
signer_fleet "$work/old.crt"

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
expect_rotated
