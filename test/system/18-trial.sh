#!/usr/bin/env bash
# An image that does not reach the broker within its trial makes way for the old one and says why.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 1 -- --trial-timeout 4000
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"

step "the broker cannot be reached after the next start"
expect_equal firmware "done ok" "$(command_device "$mac" firmware)"
eventually 20 "$mac online" device_has "$mac" '$.online' 1
flash_file "$mac" config.json >"$work/config.json"
sed 's/"mqttport": *[0-9]*/"mqttport": 1/' "$work/config.json" | put_flash_file "$mac" config.json
id=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"flash\"}")" '$[0].id')
trial_failed() {
    grep -q 'trial.*failed\|trial-failed' "$SANDBOX_LOG/$mac.log"
}
eventually 40 "the end of the trial" trial_failed

step "it returns to the old image and tells"
part stop "$mac"
put_flash_file "$mac" config.json <"$work/config.json"
part start "$mac"
eventually 30 "$mac online" device_has "$mac" '$.online' 1
expect_equal "the image that runs" "$(image_name 00.00.01)" "$(device "$mac" '$.image')"
expect_equal "flash" "failed trial-failed" "$(command_outcome "$id")"
has_event "$mac" "value ->> '\$.event' = 'trial' and value ->> '\$.result' = 'trial-failed' and
    value ->> '\$.image' = '$(image_name 00.00.02)' and value ->> '\$.detail' != ''" ||
    fail "no event tells why: $(api "/devices/$mac")"
expect_match "devices show" "trial-failed" "$(secureesp devices show "$mac")"

step "the same image is good when the broker can be reached"
climb "$mac" "$(image_name 00.00.02)"
