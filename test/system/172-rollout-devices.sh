#!/usr/bin/env bash
# What becomes of devices while a rollout is under way: they leave its channel, are tagged anew,
# replaced, taken in by another one. What images and rollouts say of each other. Tags that strand.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

sandbox_up --devices 4
read -r one two three four <<<"$(mac_of 1) $(mac_of 2) $(mac_of 3) $(mac_of 4)"
publish_image "$SANDBOX_IMAGE"
for mac in "$one" "$two" "$three" "$four"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# reason NAME MAC: why a device is at its stage.
reason() {
    stage "$1" "$2" reason
}

step "an image in beta alone is not for who follows stable"
secureesp images add "$(make_image 00.00.02 1 1)" --publish --channel beta >/dev/null
expect_exit 1 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all --dry-run
expect_match "nobody follows" "4 follow stable, which it is not published to" "$output"
expect_exit 0 secureesp groups set lab tag=lab
expect_exit 0 secureesp groups channel lab beta --yes
expect_exit 0 secureesp devices tag "$one" "$two" --add lab
expect_exit 0 secureesp rollouts create spring --image "$(image_name 00.00.02)" --all --dry-run
expect_match "how many" "2 more follow stable, which the image is not published to: left out" "$output"
create spring 00.00.02 --all --phases 100% --start +1h
expect_match "when it begins" "2 more follow stable" "$output"
expect_equal "who takes part" "$(printf '%s\n' "$one" "$two" | sort | paste -sd ' ')" \
    "$(members_of spring waiting)"
expect_match "the list of images" "$(image_name 00.00.02) .*spring \(running\)" "$(secureesp images list)"
expect_match "the chain" "$(image_name 00.00.02) .*spring \(running\)" \
    "$(secureesp chain "$board" --channel beta)"
expect_exit 1 secureesp images remove "$(image_name 00.00.02)" --force

step "who leaves the channel is left out, and no order is lost"
expect_exit 0 secureesp devices tag "$two" --remove lab
sqlite3 "$SANDBOX_DB" "update rollouts set start_ms = 0"
eventually 60 "$one has it" stage_is spring "$one" updated
eventually 20 "$two is left out" stage_is spring "$two" "left out"
expect_equal "why" "follows stable, and the image is published to beta alone" "$(reason spring "$two")"
eventually 20 "it is done" rollout_has spring '$.state' "done"
expect_exit 0 secureesp devices tag "$two" --add lab
expect_exit 0 secureesp rollouts retry spring
eventually 60 "$two has it" stage_is spring "$two" updated
eventually 20 "it is done again" rollout_has spring '$.state' "done"

step "a tag that would strand its device is refused"
secureesp images add "$(make_image 00.00.02.a 1 2)" --publish --channel beta >/dev/null
secureesp images add "$(make_image 00.00.03 2 2)" >/dev/null
expect_exit 0 secureesp images publish "$(image_name 00.00.03)" --force
expect_exit 1 secureesp devices tag "$one" --remove lab
expect_match "why" "would strand devices on $(image_name 00.00.02): in channel stable" "$output"
expect_exit 0 secureesp devices tag "$one" --remove lab --force
expect_match "it is told" "forced" "$(secureesp audit list --object "$one" | grep ' tag')"
expect_exit 0 secureesp images promote "$(image_name 00.00.02.a)"
expect_exit 0 secureesp images withdraw "$(image_name 00.00.03)"
expect_equal "nothing more for it" 304 "$(offer "$one" 00.00.02.a)"

step "tagged anew it is of another site; who has its place has it here, too"
expect_exit 0 secureesp devices tag "$one" "$two" "$three" "$four" --add site-a
create summer 00.00.02.a --filter tag=site-a --phases 100% --site site- --per-site 1 --start +1h
expect_exit 0 secureesp devices tag "$one" --add site-b --remove site-a
expect_exit 0 secureesp devices hold "$three"
new_mac=$(mac_of 9)
new_device "$new_mac"
part stop "$four"
eventually 20 "$four away" device_has "$four" '$.online' 0
expect_exit 0 secureesp devices replace "$four" "$new_mac" --force
sqlite3 "$SANDBOX_DB" "update rollouts set start_ms = 0 where name = 'summer'"
eventually 60 "$one has it" stage_is summer "$one" updated
expect_equal "its site" site-b "$(stage summer "$one" site)"
expect_equal "it is told" "was tagged anew, and is of site-b" "$(reason summer "$one")"
eventually 20 "$four is left out" stage_is summer "$four" "left out"
expect_equal "why" "was replaced by $new_mac" "$(reason summer "$four")"
expect_equal "who has its place" "has the place of $four" "$(reason summer "$new_mac")"

step "two that meet on a device: who is taken by the later one is not taken back"
eventually 20 "$three is left out" stage_is summer "$three" "left out"
expect_equal "why" "is held" "$(reason summer "$three")"
expect_exit 0 secureesp devices unhold "$three"
create autumn 00.00.02.a --filter "mac=$three" --phases 100% --start +1h
expect_exit 0 secureesp rollouts retry summer
expect_equal "it stays with autumn" "left out" "$(stage summer "$three")"
expect_exit 1 secureesp rollouts create winter --image "$(image_name 00.00.02.a)" --filter "mac=$three" --yes
expect_match "refused" "1 of these devices are in rollout autumn" "$output"

step "one that has ended is removed, unless it keeps its image from devices"
expect_exit 1 secureesp rollouts remove autumn
expect_match "not over" "has not ended" "$output"
expect_exit 0 secureesp rollouts abort autumn
expect_exit 0 secureesp rollouts abort summer
expect_exit 1 secureesp rollouts remove summer
expect_match "it keeps its image" "keeps image $(image_name 00.00.02.a) from devices" "$output"
expect_equal "from this one" 304 "$(offer "$three" 00.00.02)"
expect_exit 0 secureesp images withdraw "$(image_name 00.00.02.a)" --force
expect_exit 0 secureesp rollouts remove summer
expect_match "said" "summer: removed" "$output"
expect_exit 1 secureesp rollouts show summer
audit_has remove summer || fail "no row of the removal"
expect_match "all of its devices" "$three" "$(secureesp rollouts show autumn --all)"
