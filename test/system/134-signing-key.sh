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
