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

# All that the rollout remembers, from the daemon's own database.
remembered() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "select state, phase, soak_at_ms > 0 from rollouts;
        select device, stage, command_id, tries, before from rollout_devices order by device" 2>/dev/null ||
        true
}
state_of_rollout() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "select state from rollouts" 2>/dev/null || true
}

step "killed at every change"
create spring 00.00.03 --all --phases 1,50%,100% --soak 1s --timeout 2m
kills=0
last=
until [ "$(state_of_rollout)" = 3 ]; do
    now=$(remembered)
    if [ "$now" = "$last" ]; then
        [ "$SECONDS" -lt 220 ] || fail "it does not come to its end: $now"
        sleep 0.05
        continue
    fi
    last=$now
    part kill daemon
    kills=$((kills + 1))
    # its threads may hold the state for a moment longer than it is there
    part start daemon || { sleep 2 && part start daemon; }
    part wait daemon
done
echo "$kills kills"
[ "$kills" -ge 10 ] || fail "only $kills kills"

step "each device got each command that it was given once, and runs the image"
for i in 1 2 3 4; do
    mac=$(mac_of $i)
    eventually 30 "$mac runs it" device_has "$mac" '$.image' "$(image_name 00.00.03)"
    expect_equal "stage of $mac" updated "$(stage spring "$mac")"
    # For each of two images; once more where the server was away while it downloaded, or where
    # the daemon died between its word that a command is sent and the sending.
    for name in firmware flash; do
        done=$(grep -c "^$mac command name=$name " "$SANDBOX_LOG/$mac.log")
        ended=$(json_count "$(api "/commands?mac=$mac")" '$' "json_extract(value, '\$.command') = '$name'
            and json_extract(value, '\$.state') in ('done', 'failed')")
        expect_equal "$name ended by $mac" "$ended" "$done"
        expect_equal "$name done by $mac" 2 "$(json_count "$(api "/commands?mac=$mac")" '$' \
            "json_extract(value, '\$.command') = '$name' and json_extract(value, '\$.state') = 'done'")"
    done
done
expect_equal "none failed" 0 "$(rollout spring '$.devices.failed')"
expect_equal "commands that are open" 0 "$(json_count "$(api /commands)" '$' \
    "json_extract(value, '\$.state') in ('queued', 'sent', 'accepted', 'waiting')")"
expect_equal "integrity" ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"
