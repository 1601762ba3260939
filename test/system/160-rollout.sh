#!/usr/bin/env bash
# Rollouts: a good image reaches all, phase by phase; a bad one is paused after the first phase and
# offered to nobody else; pause, resume, abort, retry; windows; two that meet. Devices of ours and a
# sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

sandbox_up --devices 4 -- --trial-timeout 3000
macs=()
for i in 1 2 3 4; do
    macs+=("$(mac_of $i)")
done
fragments=(1024)
sketch_mac=$(sketch_mac 1024)
new_device "$sketch_mac"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
publish_image "$SANDBOX_IMAGE"
for mac in "${macs[@]}"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

step "what it would mean"
secureesp images add "$(make_image 00.00.02 1 1)" >/dev/null
expect_exit 2 secureesp rollouts create spring --image "$(image_name 00.00.02)"
expect_exit 2 secureesp rollouts create spring --all
expect_exit 2 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all
expect_match "it asks" "4 devices meet the filter" "$output"
expect_exit 1 secureesp rollouts create spring --image "$(image_name 00.00.09)" --all --dry-run
expect_match "no such image" "no image $(image_name 00.00.09)" "$output"
expect_exit 1 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all --dry-run --phases 50%
expect_exit 1 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all --dry-run \
    --window "22:00-05:00 Europe/Atlantis"
expect_match "no such zone" "no time zone Europe/Atlantis" "$output"
expect_exit 1 secureesp rollouts create spring --image "$(image_name 00.00.02)" --filter 'tag=attic' --dry-run
expect_match "nobody" "no device is to get .*: 0 meet the filter" "$output"
expect_exit 0 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all --dry-run --canaries-first
expect_match "no canary" "none of these devices is a canary" "$output"
expect_exit 0 secureesp devices canary "${macs[2]}"
expect_exit 0 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all --dry-run \
    --phases 1,50%,100% --canaries-first
expect_match "phases" "to 4 devices, and published; 0 more run it or a later one, 1 are of another board" "$output"
expect_match "the first" "phase 1: 1 device: ${macs[2]}"$'\n'"phase 2: 1 device: .*phase 3: 2 devices: " "$output"
expect_equal "nothing has changed" 0 "$(json_count "$(api /rollouts)" '$')"
expect_equal "nobody is offered it" 304 "$(offer "${macs[0]}" 00.00.01)"

step "a good image reaches all, and nobody before its turn"
create spring 00.00.02 --all --phases 1,50%,100% --canaries-first --start +1h
expect_match "what is said" "spring: running .* 0 of 4 updated.*; waits for its start until 20" "$output"
expect_equal "it is published" published "$(json_get "$(api "/images")" \
    "\$[#-1].state")"
for mac in "${macs[@]}"; do
    expect_equal "before its start to $mac" 304 "$(offer "$mac" 00.00.01)"
done
expect_equal "the canary's firmware, by hand" "done current" "$(command_device "${macs[2]}" firmware)"
expect_exit 0 secureesp rollouts abort spring
expect_match "what abort says" "is offered to no other; .*images withdraw" "$output"
expect_exit 1 secureesp rollouts resume spring
expect_equal "after an abort" 304 "$(offer "${macs[0]}" 00.00.01)"
expect_exit 0 secureesp rollouts create summer --image "$(image_name 00.00.02)" --all --yes --soak 3s \
    --phases 1,50%,100% --canaries-first
eventually 60 "the first phase" stage_is summer "${macs[2]}" updated
eventually 10 "it soaks" rollout_has summer '$.state' soaking
expect_equal "who has it" "${macs[2]}" "$(members_of summer updated)"
expect_equal "while it soaks" 304 "$(offer "${macs[0]}" 00.00.01)"
expect_equal "on it, where it is" 304 "$(offer "${macs[2]}" 00.00.02)"
expect_match "status" "rollouts +1 under way" "$(secureesp status)"
expect_exit 0 timeout 120 secureesp rollouts watch summer
expect_match "the end" "summer: done \[#{30}\] 4 of 4 updated" "$output"
for mac in "${macs[@]}"; do
    expect_equal "the image of $mac" "$(image_name 00.00.02)" "$(device "$mac" '$.image')"
    expect_equal "orders to $mac" "$([ "$mac" = "${macs[2]}" ] && echo 3 || echo 2)" \
        "$(json_count "$(api "/commands?mac=$mac")" '$')"
done
for verb in create advance finish; do
    audit_has "$verb" summer || fail "no row: $verb"
done
expect_equal "the gate has fallen" "$(image_name 00.00.02)" "$(offer "${macs[0]}" 00.00.01)"
expect_exit 1 secureesp rollouts pause summer
expect_exit 1 secureesp rollouts create summer --image "$(image_name 00.00.02)" --all --yes
expect_exit 0 secureesp rollouts list
expect_match "list" "summer +$(image_name 00.00.02) +done +3/3 +4/4 +0" "$output"

step "a bad image is paused after the first phase"
secureesp images add "$(make_image 00.00.03 1 1)" >/dev/null
bad=${macs[2]}
flash_file "$bad" config.json >"$work/config.json"
sed 's/"mqttport": *[0-9]*/"mqttport": 1/' "$work/config.json" | put_flash_file "$bad" config.json
create autumn 00.00.03 --all --phases 1,100% --canaries-first
trial_failed() {
    grep -q 'trial.*failed\|trial-failed' "$SANDBOX_LOG/$bad.log"
}
eventually 60 "the end of the trial" trial_failed
part stop "$bad"
put_flash_file "$bad" config.json <"$work/config.json"
part start "$bad"
eventually 60 "it is paused" rollout_has autumn '$.state' paused
expect_equal "why" "1 of 1 device has failed" "$(rollout autumn '$.reason')"
expect_match "who, and why" "flash: trial-failed" "$(stage autumn "$bad" reason)"
expect_match "status" "rollout +PAUSED: autumn: 1 of 1 device has failed" "$(secureesp status)"
has_event "$bad" "value ->> '\$.event' = 'rollout'" || fail "no event"
audit_has pause autumn || fail "no row of the pause"
for mac in "${macs[@]}"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
    expect_equal "the image of $mac" "$(image_name 00.00.02)" "$(device "$mac" '$.image')"
    expect_equal "offered to $mac" 304 "$(offer "$mac" 00.00.02)"
    [ "$mac" = "$bad" ] || expect_equal "asked by $mac" "done current" "$(command_device "$mac" firmware)"
done
expect_match "its page" "offered +nothing: $(image_name 00.00.03) is kept by rollout autumn" \
    "$(secureesp devices show "$bad")"
expect_equal "who is outdated" 0 \
    "$(json_count "$(secureesp devices list --outdated --filter 'kind=ours' --json)" '$')"
expect_match "the chain" "$(image_name 00.00.03) \(kept by rollout autumn\)" \
    "$(secureesp chain "$board")"
id=$(json_get "$(api /commands --data "{\"mac\": \"$bad\", \"command\": \"flash\"}")" '$[0].id')
expect_match "nor installed by hand" "^failed " "$(command_outcome "$id")"
expect_exit 1 secureesp images remove "$(image_name 00.00.03)"

step "two that meet"
secureesp images add "$(make_image 00.00.04 1 1)" >/dev/null
expect_exit 1 secureesp rollouts create winter --image "$(image_name 00.00.04)" --all --yes
expect_match "another image" "image $(image_name 00.00.03) of the same board is under rollout autumn" "$output"
expect_exit 1 secureesp rollouts create winter --image "$(image_name 00.00.03)" --all --yes
expect_match "the same devices" "3 of these devices are in rollout autumn" "$output"
expect_exit 0 secureesp rollouts create winter --image "$(image_name 00.00.03)" --filter "mac=$bad" --dry-run

step "who has failed is tried again, and it goes on"
expect_exit 0 secureesp rollouts retry autumn
expect_match "how many" "1 device is tried again, once it is resumed" "$output"
expect_equal "it stays paused" paused "$(rollout autumn '$.state')"
expect_exit 0 secureesp rollouts pause autumn
expect_exit 0 secureesp devices hold "${macs[0]}"
part stop "${macs[1]}" # it is away
eventually 15 "${macs[1]} away" device_has "${macs[1]}" '$.online' 0
expect_exit 0 secureesp rollouts resume autumn
eventually 60 "$bad has it" stage_is autumn "$bad" updated
eventually 60 "${macs[3]} has it" stage_is autumn "${macs[3]}" updated
expect_equal "who is held" "left out" "$(stage autumn "${macs[0]}")"
expect_equal "why" "is held" "$(stage autumn "${macs[0]}" reason)"
expect_equal "who is away" 1 "$(rollout autumn '$.devices.away')"
expect_equal "it waits" waiting "$(stage autumn "${macs[1]}")"
expect_equal "and gets nothing" 304 "$(offer "${macs[1]}" 00.00.02)"
part start "${macs[1]}"
eventually 60 "it is done" rollout_has autumn '$.state' "done"
expect_equal "who was away" updated "$(stage autumn "${macs[1]}")"
expect_exit 0 secureesp devices unhold "${macs[0]}"
expect_exit 0 secureesp rollouts retry autumn
eventually 60 "who was held" stage_is autumn "${macs[0]}" updated
eventually 10 "it is done again" rollout_has autumn '$.state' "done"

step "only within its window"
now=$(date -u +%H:%M)
later=$(date -u -d '+2 hours' +%H:%M)
latest=$(date -u -d '+3 hours' +%H:%M)
create night 00.00.04 --all --window "$later-$latest" --phases 100%
sleep 3
expect_equal "outside" "${macs[*]}" "$(members_of night waiting)"
expect_exit 0 secureesp rollouts list
expect_match "why" "night .*waits for its window until 20[-0-9]+T$later:00Z" "$output"
expect_exit 0 secureesp images publish "$(image_name 00.00.04)"
expect_match "published before" "published; rollout night keeps it from devices .* until it is done$" "$output"
expect_exit 0 secureesp rollouts abort night
expect_exit 0 secureesp images publish "$(image_name 00.00.04)"
expect_match "kept, and what to do" "rollout night, which was aborted, keeps it .*publish it again: 'secureesp images withdraw $(image_name 00.00.04)'" "$output"
expect_exit 0 secureesp chain "$board"
expect_match "in the chain" "$(image_name 00.00.04): rollout night, which was aborted, keeps it" "$output"
expect_exit 0 secureesp images withdraw "$(image_name 00.00.04)"
create day 00.00.04 --all --window "$now-$later UTC" --phases 100% --at-once 1 --rate 2
at_work() {
    [ "$(rollout day '$.devices.updated')" -eq 2 ]
}
eventually 60 "two within a minute" at_work
sleep 3
expect_equal "no third one" 2 "$(rollout day '$.devices.waiting')"

step "what becomes of its devices meanwhile is said"
read -r first second <<<"$(members_of day waiting)"
expect_exit 0 secureesp devices forget "$first" --force
part stop "$first"
expect_exit 0 secureesp devices revoke "$second" --reason superseded
eventually 10 "forgotten" stage_is day "$first" "left out"
eventually 10 "revoked" stage_is day "$second" "left out"
expect_match "why" "was forgotten" "$(stage day "$first" reason)"
expect_equal "why" "was revoked" "$(stage day "$second" reason)"
eventually 10 "it is done" rollout_has day '$.state' "done"

step "a sketch, by what it does"
make_sketch_image 00.00.08.h 1 1
expect_exit 0 secureesp images withdraw "$sketch_board-00.00.08.h"
expect_exit 0 secureesp rollouts create sketches --image "$sketch_board-00.00.08.h" --all --yes --soak 0
eventually 60 "the sketch has it" rollout_has sketches '$.state' "done"
expect_equal "its image" "$sketch_board-00.00.08.h" "$(device "$sketch_mac" '$.image')"
expect_equal "its orders" 2 "$(json_count "$(api "/commands?mac=$sketch_mac")" '$')"
