#!/usr/bin/env bash
# The daemon is killed at every change of a rollout's state: afterwards each device has got each
# command that it was given once, none is forgotten, and all run the image. Two steps of the chain,
# so that there is something to forget.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

sandbox_up --devices 4 --status-interval 500
sed -i 's/^\[mqtt\]/[commands]\nsent_timeout_s = 10\n\n[mqtt]/' "$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
part wait daemon
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 2)"
secureesp images add "$(make_image 00.00.03 2 2)" >/dev/null
for i in 1 2 3 4; do
    eventually 30 "$(mac_of $i) online" device_has "$(mac_of $i)" '$.online' 1
done

step "killed at every change"
create spring 00.00.03 --all --phases 1,50%,100% --soak 1s --timeout 2m
kill_at_changes 10

step "each device got each command that it was given once, and runs the image"
for i in 1 2 3 4; do
    mac=$(mac_of $i)
    eventually 30 "$mac runs it" device_has "$mac" '$.image' "$(image_name 00.00.03)"
    expect_equal "stage of $mac" updated "$(stage spring "$mac")"
    # for each of two images
    expect_obeyed "$mac" firmware 2
    expect_obeyed "$mac" flash 2
done
expect_equal "none failed" 0 "$(rollout spring '$.devices.failed')"
expect_equal "commands that are open" 0 "$(json_count "$(api /commands)" '$' \
    "json_extract(value, '\$.state') in ('queued', 'sent', 'accepted', 'waiting')")"
expect_equal "integrity" ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"
