#!/usr/bin/env bash
# Channels: who is offered what is published in beta, by devices and groups; who leaves it; what
# would strand devices of either. Groups within filters. Devices of ours and a sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 3
one=$(mac_of 1)
two=$(mac_of 2)
three=$(mac_of 3)
publish_image "$SANDBOX_IMAGE"
for mac in "$one" "$two" "$three"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# expect_offer MAC VERSION OFFER: what a device on that image of the board gets: "none" or a version.
expect_offer() {
    local offer=none
    get "$1" "/firmware.bin?curimage=$(image_name "$2")"
    [ "$status" != 200 ] || offer=$(header x-image)
    expect_equal "the offer to $1 on $2" "${3/#0/"$board-0"}" "$offer"
}

# devices_of FILTER: their MACs.
devices_of() {
    secureesp devices list --filter "$1" --columns mac | tail -n +2 | tr -d ' ' | paste -sd ' '
}

# show MAC: its channel.
show() {
    secureesp devices show "$1" | sed -n 's/^channel  *//p'
}

step "beta is offered to who follows it, a pre-release before its release"
secureesp images add "$(make_image 00.00.02-rc1 1 1)" --publish --channel beta >/dev/null
publish_image "$(make_image 00.00.01.a 1 1)"
expect_match "the list" "00.00.02-rc1 +published \(beta\)" "$(secureesp images list)"
expect_exit 0 secureesp devices channel "$one" beta
expect_match "what is said" "$one: follows beta" "$output"
expect_offer "$one" 00.00.01 00.00.01.a
expect_offer "$one" 00.00.01.a 00.00.02-rc1
expect_offer "$two" 00.00.01.a none
expect_equal "its channel" beta "$(show "$one")"
expect_equal "another's" stable "$(show "$two")"
climb "$one" "$(image_name 00.00.01.a)"
climb "$one" "$(image_name 00.00.02-rc1)"
climb "$two" "$(image_name 00.00.01.a)"
expect_equal "firmware in stable" "done current" "$(command_device "$two" firmware)"
expect_equal "latest" "$one $two" "$(devices_of 'image=latest')"
expect_equal "outdated" "$three" "$(devices_of 'image!=latest')"

step "a group follows beta; what was said of a device wins, and a group that follows stable"
secureesp devices tag "$two" --add lab >/dev/null
secureesp devices tag "$three" --add lab --add shop >/dev/null
expect_exit 0 secureesp groups set testers tag=lab
expect_exit 2 secureesp groups channel testers beta
expect_match "how many" "2 devices meet the filter; without a terminal .*--yes" "$output"
expect_exit 0 secureesp groups channel testers beta --yes
expect_match "how many" "2 devices meet the filter" "$output"
expect_equal "by its group" "beta, as of group testers" "$(show "$two")"
expect_offer "$two" 00.00.01.a 00.00.02-rc1
expect_exit 0 secureesp groups set shops tag=shop
expect_exit 0 secureesp groups channel shops stable --yes
expect_equal "stable wins" "stable, as of group shops" "$(show "$three")"
expect_equal "in beta" "$one $two" "$(devices_of channel=beta)"
expect_exit 0 secureesp devices channel "$two" stable
expect_offer "$two" 00.00.01.a none
expect_exit 0 secureesp devices channel "$two" none
part stop daemon
part start daemon
part wait daemon
expect_offer "$two" 00.00.01.a 00.00.02-rc1
expect_match "the columns" "$three +lab shop +shops testers +stable" \
    "$(secureesp devices list --columns mac,tags,group,channel,hold,pin)"

step "groups in filters, which do not go round"
expect_exit 0 secureesp groups set few 'group=testers not group=shops'
expect_equal "its devices" "$two" "$(devices_of group=few)"
expect_exit 1 secureesp groups set testers group=few --yes
expect_match "a loop" "group testers would come to itself" "$output"
expect_exit 1 secureesp groups set shops 'channel=stable' --yes
expect_match "a channel by a channel" "group shops has a channel" "$output"
expect_exit 1 secureesp groups remove shops --yes
expect_match "in use" "group few refers to it" "$output"
expect_exit 0 secureesp groups set lone tag=lonely
expect_exit 0 secureesp webhooks add https://webhook.example/x --name chat --filter group=lone
expect_exit 2 secureesp groups remove lone
expect_match "it asks" "webhook chat asks for it: nothing would be sent there" "$output"
expect_exit 1 secureesp groups remove lone --yes
expect_match "who needs it" "webhook chat asks for it, and nothing would be sent" "$output"
expect_exit 0 secureesp groups remove lone --yes --force
expect_exit 2 secureesp groups remove testers
expect_match "its devices" "devices follow channel beta by it .*2 devices meet the filter" \
    "$(tr '\n' ' ' <<<"$output")"
expect_exit 1 secureesp devices list --filter group=nobody
expect_match "no such group" "no group nobody" "$output"
timeout 5 secureesp devices watch --filter group=few --interval 1 >"$work/watched" || true
expect_equal "who is watched" "$two" "$(grep -oE '[0-9a-f]{12}' "$work/watched" | sort -u)"

step "who leaves beta stays until stable has something newer"
expect_exit 0 secureesp devices channel "$one" stable
expect_offer "$one" 00.00.02-rc1 none
expect_match "it is said" "it stays on it until stable has a newer one" \
    "$(secureesp devices show "$one")"
expect_match "in the chain, too" \
    "1 device\(s\) on $(image_name 00.00.02-rc1), of channel beta, follow stable: they stay" \
    "$(secureesp chain "$board" | tr '\n' ' ')"
expect_match "of each channel" "2 device\(s\) follow stable, .*1 device\(s\) follow beta, " \
    "$(secureesp chain "$board" --channel beta | tr '\n' ' ')"
expect_equal "outdated" "$two $three" "$(devices_of 'image!=latest')"
publish_image "$(make_image 00.00.02 1 1)"
expect_offer "$one" 00.00.02-rc1 00.00.02
climb "$one" "$(image_name 00.00.02)"

step "what was downloaded of beta is not installed by who has left it"
expect_equal "download" "done ok" "$(command_device "$two" firmware)"
expect_exit 0 secureesp devices channel "$two" stable
id=$(json_get "$(api /commands --data "{\"mac\": \"$two\", \"command\": \"flash\"}")" '$[0].id')
expect_equal "flash" "failed held" "$(command_outcome "$id")"
expect_match "why" "is of channel beta, and the device follows stable" "$(api "/commands/$id")"
climb "$two" "$(image_name 00.00.02)"

step "what would strand devices of either channel is refused"
secureesp images add "$(make_image 00.00.03 1 2)" --publish --channel beta >/dev/null
secureesp images add "$(make_image 00.00.04 2 2)" --publish --channel beta >/dev/null
expect_exit 1 secureesp images promote "$(image_name 00.00.04)"
expect_match "without the bridge" "channel stable: would strand devices on $(image_name 00.00.02): " "$output"
expect_exit 0 secureesp images promote "$(image_name 00.00.03)"
expect_exit 0 secureesp images promote "$(image_name 00.00.04)"
expect_exit 1 secureesp images promote "$(image_name 00.00.02.a)"
expect_exit 1 secureesp images publish "$(image_name 00.00.03)" --channel beta
expect_match "the bridge leaves" "\('secureesp images publish --force' does it anyway.*channel stable: would strand" "$output"
expect_exit 1 secureesp images withdraw "$(image_name 00.00.03)"
expect_exit 0 secureesp images publish "$(image_name 00.00.03)" --channel beta --force
expect_equal "stranded" 3 "$(json_get "$(api "/chains/$board")" '$.channels[0].stranded')"
expect_offer "$one" 00.00.02 none
expect_exit 0 secureesp devices channel "$two" beta
expect_offer "$two" 00.00.02 00.00.03
expect_exit 1 secureesp devices channel "$two" stable
expect_match "it would be stranded" "would strand devices on $(image_name 00.00.02): in channel stable" "$output"
expect_exit 0 secureesp devices channel "$two" stable --force
expect_exit 0 secureesp images promote "$(image_name 00.00.03)"
climb "$one" "$(image_name 00.00.03)"
climb "$one" "$(image_name 00.00.04)"
expect_exit 1 secureesp images remove "$(image_name 00.00.01)"
expect_exit 0 secureesp images withdraw "$(image_name 00.00.01)"
expect_exit 1 secureesp images remove "$(image_name 00.00.01)"
expect_match "who runs it" "devices? runs? it .*$three" "$output"
expect_exit 0 secureesp images remove "$(image_name 00.00.01)" --force
expect_offer "$three" 00.00.01 none
expect_match "it is told" "forced" "$(secureesp audit list --object image | grep ' remove')"

step "a sketch follows, too"
fragments=(1024)
mac=$(sketch_mac 1024)
new_device "$mac"
make_sketch_image 00.00.08.g 1 1
make_sketch_image 00.00.08.h 1 1
expect_exit 0 secureesp images publish "$sketch_board-00.00.08.h" --channel beta
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
eventually 20 "the sketch online" device_has "$mac" '$.online' 1
expect_equal "nothing for it" "done current" "$(command_device "$mac" firmware)"
expect_exit 0 secureesp devices channel "$mac" beta
expect_equal "its download" "done ok" "$(command_device "$mac" firmware)"
cmp "$work/$sketch_board-00.00.08.h.bin" "$work/sketch-1024/firmware.bin.next" || fail "another image"
expect_exit 0 secureesp devices channel "$mac" none
expect_equal "flash" "failed held" "$(command_device "$mac" flash)"
expect_exit 0 secureesp images promote "$sketch_board-00.00.08.h"
expect_exit 0 secureesp images withdraw "$sketch_board-00.00.08.h"
expect_equal "flash of what was withdrawn" "failed held" "$(command_device "$mac" flash)"
