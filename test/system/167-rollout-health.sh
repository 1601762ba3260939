#!/usr/bin/env bash
# A rollout whose image runs, but eats a device's memory: the device fails by its own days before, the
# other one does not, and nobody else gets it. Ten hours have passed in the database only.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

# lived MAC BEFORE SINCE: 200 hours with so much free heap, and ten of late.
lived() {
    sqlite3 "$SANDBOX_DB" "with recursive h(n) as (select 1 union all select n + 1 from h where n < 210)
        insert or replace into status_hours (device, hour_ms, count, rssi_sum, rssi_count,
            free_heap_min, has, reboots)
        select $((16#$1)), (unixepoch() / 3600 - n) * 3600000, 60, 0, 0,
            iif(n > 10, $2, $3) + n * 7 % 100, 16, 0 from h"
}

sandbox_up --devices 3
macs=()
for i in 1 2 3; do
    macs+=("$(mac_of $i)")
done
publish_image "$SANDBOX_IMAGE"
for mac in "${macs[@]}"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

step "its first phase has the image"
secureesp images add "$(make_image 00.00.02 1 1)" >/dev/null
create spring 00.00.02 --all --phases 2,100% --soak 24h
eventually 60 "it soaks" rollout_has spring '$.state' soaking
read -r ill well <<<"$(members_of spring updated)"
waits=$(members_of spring waiting)

step "ten hours later"
part stop daemon
sqlite3 "$SANDBOX_DB" "update rollouts set created_at_ms = created_at_ms - 36000000;
    update rollout_devices set began_at_ms = began_at_ms - 36000000,
        ended_at_ms = ended_at_ms - 36000000 where stage = 3"
lived "$ill" 30000 9000
lived "$well" 30000 29000
lived "$waits" 30000 30000
part start daemon
part wait daemon
eventually 60 "it is paused" rollout_has spring '$.state' paused
expect_equal "why" "1 of 2 devices have failed" "$(rollout spring '$.reason')"
expect_match "who, and why" "is not well since: free heap 30,0.. -> 9,... bytes" \
    "$(stage spring "$ill" reason)"
expect_equal "who is well" updated "$(stage spring "$well")"
expect_equal "who waits" waiting "$(stage spring "$waits")"
expect_equal "and gets nothing" 304 "$(offer "$waits" 00.00.01)"
expect_exit 0 secureesp rollouts show spring
expect_match "what show says" "$ill .*is not well since: free heap" "$output"
has_event "$ill" "value ->> '\$.event' = 'rollout'" || fail "no event"
audit_has pause spring || fail "no row of the pause"
