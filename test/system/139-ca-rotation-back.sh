#!/usr/bin/env bash
# A change of the CA is given up in the middle: who had moved goes back, nobody is lost, and another one
# can begin.
# Takes 600 s at most.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/rotation_lib.sh
. "$(dirname "$0")/rotation_lib.sh"

sandbox_up --devices 2
pki=$SANDBOX_PKI
first=$(mac_of 1)
second=$(mac_of 2)
commands_end_soon
cp "$pki/ca.crt" "$work/old.crt"
cp "$pki/servers/mosquitto.crt" "$work/server.crt"

one_has_moved() {
    [ "$(has_count new)" -gt 0 ]
}

step "before anybody has moved"
secureesp pki rotate start "$pki" --name short-lived
reload_all
eventually 200 "they trust both" rotation_has '$.lost' 0
expect_match "at once" "holds the old CA alone" "$(secureesp pki rotate abort "$pki")"
expect_equal "ca.crt" "$(cat "$work/old.crt")" "$(cat "$pki/ca.crt")"
reload_all
eventually 20 "nothing under way" rotation_has '$.phase' none
expect_equal "abandoned" 1 "$(compgen -G "$pki/abandoned-*" | wc -l)"

step "when one has"
secureesp pki rotate start "$pki" --name second-try
reload_all
eventually 200 "they trust both" rotation_has '$.lost' 0
secureesp pki rotate issue "$pki"
reload_all
eventually 200 "one shows a certificate of the new CA" one_has_moved
expect_match "not at once" "may show a certificate of the new CA" "$(secureesp pki rotate abort "$pki")"
cmp "$work/server.crt" "$pki/servers/mosquitto.crt" || fail "the broker's certificate"
expect_equal "both" 2 "$(grep -c BEGIN "$pki/ca.crt")"
reload_all
daemon_dies 1
expect_exit 1 secureesp pki rotate finish "$pki"
expect_match "another way" "in the phase aborting" "$output"
eventually 300 "they are back" rotation_has '$.lost' 0
expect_match "now" "holds the old CA alone" "$(secureesp pki rotate abort "$pki")"
expect_equal "ca.crt" "$(cat "$work/old.crt")" "$(cat "$pki/ca.crt")"
reload_all
eventually 20 "nothing under way" rotation_has '$.phase' none
for mac in "$first" "$second"; do
    flash_file "$mac" "$mac.crt" >"$work/flash.crt"
    openssl verify -CAfile "$work/old.crt" "$work/flash.crt" >/dev/null || fail "$mac has another certificate"
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
    expect_equal "command to $mac" "done ok" "$(command_device "$mac" config)"
done

step "nobody answers: nothing is changed"
SECUREESP_SOCKET=$work/nobody expect_exit 1 secureesp pki rotate start "$pki"
expect_equal "ca.crt" "$(cat "$work/old.crt")" "$(cat "$pki/ca.crt")"
expect_exit 2 secureesp pki rotate nonsense "$pki"
expect_exit 2 secureesp pki rotate start
expect_exit 2 secureesp pki rotate status "$pki"
