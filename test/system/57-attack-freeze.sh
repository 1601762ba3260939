#!/usr/bin/env bash
# Attack: freeze. The download server answers that there is nothing newer, although there is. No device can
# see through that: the server's word is all that it has. The operator can: the chain says which devices
# run an image that has a successor, while the device reports that it is current.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
publish_image "$(factory_image)"
publish_image "$(make_genuine_image 00.00.02 1 1)"

step "the device is told that it runs the newest image"
attack_with not-modified
expect_equal "firmware" "done current" "$(order firmware)"
holds "the freeze"

step "the operator sees that it does not"
expect_match "devices show" "firmware +current" "$(secureesp devices show "$target")"
expect_match "devices list" "$target +online +$first " "$(secureesp devices list)"
expect_match "chain" "$first +published +1 +1 +1 +$(image_name 00.00.02)" "$(secureesp chain "$board")"

lead_back
step "without the attacker it takes the update"
climb "$target" "$(image_name 00.00.02)"
