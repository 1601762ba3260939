#!/usr/bin/env bash
# The signing key changes: what is to be built next is told and checked, and no device is lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 1
mac=$(mac_of 1)
secureesp pki signing "$SANDBOX_PKI" new >/dev/null
publish_image "$SANDBOX_IMAGE"
eventually 10 "the device is online" device_has "$mac" '$.online' 1
# stage STAGE BEHIND: as the board stands.
stage() {
    expect_equal "stage" "$1 $2" "$(secureesp keys rotate new --json >"$work/json" || true
        json_get "$(<"$work/json")" '$[0].stage') $(json_get "$(<"$work/json")" '$[0].behind')"
}

step "a key that the daemon does not know"
expect_exit 1 secureesp keys rotate new
expect_match "what to do" "no key 'new'.*keys add" "$output"
secureesp keys add "$SANDBOX_PKI/signing/new.pub" >/dev/null
expect_exit 0 secureesp keys rotate new
expect_match "what to build" "build an image newer than $(image_name 00.00.01) that embeds new .*sign it with 1" "$output"
stage embed 1

step "an image that does not embed it is not the one"
secureesp images add "$(make_image 00.00.02 1 1)" >/dev/null
expect_exit 1 secureesp keys rotate new
expect_match "why" "$(image_name 00.00.02) will not do: it does not embed the new key" "$output"
secureesp images remove "$(image_name 00.00.02)" >/dev/null
secureesp images add "$(make_image 00.00.02 1 new)" >/dev/null
expect_exit 0 secureesp keys rotate new
expect_match "what to do" "$(image_name 00.00.02) will do: 'secureesp images publish" "$output"
secureesp images publish "$(image_name 00.00.02)" >/dev/null
stage sign 1
climb "$mac" "$(image_name 00.00.02)"

step "then the new key signs"
secureesp images add "$(make_image 00.00.03 new new)" --publish >/dev/null
climb "$mac" "$(image_name 00.00.03)"
stage "done" 0
expect_exit 0 secureesp keys rotate new
expect_match "what is left" "done; 'secureesp keys remove'" "$output"

step "retired, the old key signs nothing more; the one that all need is not given up"
expect_exit 1 secureesp keys retire new
expect_match "whom it would strand" "would strand 1 device: those on $(image_name 00.00.03) come to $(image_name 00.00.03)" "$output"
expect_exit 0 secureesp keys retire new --dry-run
expect_match "what it would break" "new: would be refused.*embed it: 2; devices on these: 1, .*anything again: 1" "${output//$'\n'/ }"
expect_exit 0 secureesp keys retire 1
expect_match "what it breaks" "1: retired .*anything again: 0" "${output//$'\n'/ }"
expect_match "listed" "1 +RSA-2048 .*retired" "$(secureesp keys list)"
secureesp images add "$(make_image 00.00.04 1 new)" >/dev/null
expect_exit 1 secureesp images publish "$(image_name 00.00.04)"
expect_match "why" "signed with key 1, which is retired.*--undo" "$output"
expect_exit 1 secureesp keys remove 1
expect_match "what needs it" "is signed with it \([0-9]+ are signed with it, [0-9]+ embed it" "$output"
expect_exit 0 secureesp keys retire 1 --undo
expect_exit 0 secureesp keys remove 1 --force
expect_match "what is broken" "1: removed" "$output"
expect_match "audit" "key retire .*key restore .*key remove \(forced\)" "$(secureesp audit list | tr '\n' ' ')"
expect_exit 0 secureesp audit verify
