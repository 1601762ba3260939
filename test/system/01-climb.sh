#!/usr/bin/env bash
# Devices climb a whole chain whose signing key changes in the middle, one image at a time.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 2
step "a chain of four images"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 2)"
publish_image "$(make_image 00.00.03 2 2)"
publish_image "$(make_image 00.00.04 2 2 700000)"

chain=$(api "/chains/$board")
expect_equal "images of the chain" 4 "$(json_count "$chain" '$.images')"
expect_equal "next of the first" "$(image_name 00.00.02)" "$(json_get "$chain" '$.images[0].next')"
expect_equal "next of the last" "" "$(json_get "$chain" '$.images[3].next')"
expect_equal "signers" "1 1 2 2" "$(json_get "$chain" '$.images[0].signer.name') $(
    json_get "$chain" '$.images[1].signer.name') $(
    json_get "$chain" '$.images[2].signer.name') $(json_get "$chain" '$.images[3].signer.name')"
expect_equal "stranded images" 0 \
    "$(json_count "$chain" '$.images' "value ->> '\$.stranded'")"
expect_equal "devices on the first" 2 "$(json_get "$chain" '$.images[0].devices')"

for version in 00.00.02 00.00.03 00.00.04; do
    for i in 1 2; do
        step "$(mac_of $i) to $version"
        climb "$(mac_of $i)" "$(image_name "$version")"
    done
done

step "nothing newer"
for i in 1 2; do
    expect_equal "firmware at the end" "done current" "$(command_device "$(mac_of $i)" firmware)"
    expect_equal "flash without a download" "failed nothing-downloaded" \
        "$(command_device "$(mac_of $i)" flash)"
done
expect_equal "three trials passed" 3 "$(event_count "$(mac_of 1)" \
    "value ->> '\$.event' = 'trial' and value ->> '\$.result' = 'ok'")"
