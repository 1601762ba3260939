#!/usr/bin/env bash
# One release to virtual devices, a sketch and emulated boards together: a rollout for the board of each,
# at the same time.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

sandbox_up --devices 2 --emulated 2
new_device "$(sketch_mac 1024)"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
publish_image "$SANDBOX_IMAGE"
publish_image "$SANDBOX_BOARD_IMAGE"
eventually 30 "the sketch is known" device_has "$(sketch_mac 1024)" '$.online' 1

step "three rollouts side by side"
secureesp images add "$(make_image 00.00.02 1 1)" >/dev/null
secureesp images add "$(make_board_image 00.00.02 1 1)" >/dev/null
make_sketch_image 00.00.08.h 1 1
expect_exit 0 secureesp images withdraw "$sketch_board-00.00.08.h"
images=("$(image_name 00.00.02)" ESP8266_LX106-00.00.02 "$sketch_board-00.00.08.h")
for i in 0 1 2; do
    expect_exit 0 secureesp rollouts create "part-$i" --image "${images[i]}" --all --yes --soak 1s --phases 1,100%
done
for i in 0 1 2; do
    eventually 120 "part-$i is done: $(rollout "part-$i" '$.reason')" rollout_has "part-$i" '$.state' "done"
done

step "each runs its image"
for i in 1 2; do
    expect_equal "a device of ours" "${images[0]}" "$(device "$(mac_of $i)" '$.image')"
    expect_equal "a board" "${images[1]}" "$(device "$(board_mac_of $i)" '$.image')"
done
expect_equal "the sketch" "${images[2]}" "$(device "$(sketch_mac 1024)" '$.image')"
expect_equal "commands" 10 "$(json_count "$(api /commands)" '$')"
expect_equal "commands that came to nothing" 0 "$(json_count "$(api /commands)" '$' \
    "json_extract(value, '\$.state') in ('failed', 'expired')")"
