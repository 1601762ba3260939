#!/usr/bin/env bash
# The release chain as a graph: by steps and by leaps, images that must be passed through, who is
# stranded and why, and the way back to an older program. Devices of ours and a sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 3
one=$(mac_of 1)
two=$(mac_of 2)
three=$(mac_of 3)
first=$(image_name 00.00.01)
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"
publish_image "$(make_image 00.00.03 1 2)"
publish_image "$(make_image 00.00.04 2 2)"
for mac in "$one" "$two" "$three"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# expect_offer MAC VERSION OFFER: what a device on that image of the board gets: "none" or a version.
expect_offer() {
    local offer=none
    get "$1" "/firmware.bin?curimage=$(image_name "$2")"
    [ "$status" != 200 ] || offer=$(header x-image)
    expect_equal "the offer to $2" "${3/#0/"$board-0"}" "$offer"
}

# expect_stranded N
expect_stranded() {
    expect_match "stranded" "stranded: $1" "$(secureesp chain "$board" | tr '\n' ' ')"
    expect_equal "stranded" "$1" "$(json_get "$(api "/chains/$board")" '$.stranded')"
}

step "image by image, as long as nothing is said"
expect_match "the policy" "$board +step +4 +3 +$(image_name 00.00.04)" "$(secureesp boards list)"
expect_offer "$one" 00.00.01 00.00.02
expect_offer "$one" 00.00.03 00.00.04
expect_stranded 0
expect_match "the graph" "$first \(3\) => $(image_name 00.00.02) -> $(image_name 00.00.03)" \
    "$(secureesp chain "$board")"
expect_exit 1 secureesp boards set NO_BOARD --policy leap
expect_match "no such board" "unknown board NO_BOARD; 'secureesp boards list'" "$output"
expect_exit 1 secureesp boards set "$board" --policy fly
expect_exit 2 secureesp boards set "$board"

step "as far as the key reaches"
expect_exit 0 secureesp boards set "$board" --policy leap
expect_match "what is said" "$board: leap" "$output"
expect_offer "$one" 00.00.01 00.00.03
expect_offer "$one" 00.00.03 00.00.04
climb "$one" "$(image_name 00.00.03)"
climb "$one" "$(image_name 00.00.04)"
part stop daemon
part start daemon
part wait daemon
expect_match "it is kept" "$board +leap" "$(secureesp boards list)"

step "a pin on the way is kept to"
expect_exit 0 secureesp devices pin "$three" "$(image_name 00.00.02)"
expect_offer "$three" 00.00.01 00.00.02
expect_offer "$three" 00.00.02 none
expect_exit 0 secureesp devices unpin "$three"

step "what must be passed through is, also by who has downloaded more"
expect_equal "download" "done ok" "$(command_device "$two" firmware)"
expect_exit 0 secureesp images must-pass "$(image_name 00.00.02)"
expect_match "what is said" "must be passed through" "$output"
expect_offer "$three" 00.00.01 00.00.02
id=$(json_get "$(api /commands --data "{\"mac\": \"$two\", \"command\": \"flash\"}")" '$[0].id')
expect_equal "flash of what is behind it" "failed held" "$(command_outcome "$id")"
expect_match "why" "is behind one that must be passed through" "$(api "/commands/$id")"
climb "$two" "$(image_name 00.00.02)"
expect_exit 0 secureesp images must-pass "$(image_name 00.00.02)" --off
expect_offer "$three" 00.00.01 00.00.03
climb "$two" "$(image_name 00.00.03)"

step "what would strand a device is refused"
expect_exit 1 secureesp images add "$(make_image 00.00.05 1 1)" --publish
expect_match "a publication" "would strand devices on .*: .* come no further than $(image_name 00.00.04)" "$output"
expect_exit 0 secureesp images remove "$(image_name 00.00.05)"
expect_exit 1 secureesp images withdraw "$(image_name 00.00.03)"
expect_match "a withdrawal" "would strand devices on $first: .*$(image_name 00.00.02).*key" "$output"
expect_exit 1 secureesp images remove "$(image_name 00.00.03)"
expect_exit 1 secureesp keys remove 1
publish_image "$(make_image 00.00.01.a 2 1)" # a leap goes over it
expect_offer "$three" 00.00.01 00.00.03
expect_exit 1 secureesp boards set "$board" --policy step
expect_match "by steps it stands in the way" "would strand devices on $first: its successor would be $first.a" "$output"
expect_exit 1 secureesp images must-pass "$first.a"
expect_match "as an image to pass" "is not marked .*would strand devices on $first: its successor" "$output"
expect_stranded 0

step "forced, it is said who is stranded, where and for want of which key"
expect_exit 0 secureesp images must-pass "$first.a" --force
expect_stranded 1
expect_exit 0 secureesp chain "$board"
expect_match "who, and why" "on $first, which come no further than $first: it does not embed key 2 \([0-9a-f]{12}\), which signed $first.a   *$three" "${output//$'\n'/ }"
expect_offer "$three" 00.00.01 none
expect_exit 0 secureesp chain "$board" --dot
expect_match "the graph" "^digraph \"$board\" \{.*\"$first\" \[label=.*, color=red\];.*\"$(image_name 00.00.02)\" -> \"$(image_name 00.00.03)\" \[style=bold\];.*\}$" "$output"
expect_equal "edges" "$(json_count "$(api "/chains/$board")" '$.edges')" "$(grep -c -e ' -> ' <<<"$output")"
expect_exit 2 secureesp chain "$board" --dot --json
expect_exit 0 secureesp images withdraw "$first.a"
expect_stranded 0
climb "$three" "$(image_name 00.00.03)"

step "an image that nobody runs strands nobody"
expect_exit 0 secureesp images add "$(make_image 00.00.03.a 2 1)"
expect_match "who would run it" '"stranded": ?true' "$(api "/chains/$board")"
expect_exit 0 secureesp chain "$board"
[[ $output != *STRANDED* && $output != *"cannot verify"* ]] || fail "$output"

step "the way back: an older program under a higher version"
expect_exit 1 secureesp images reissue "$(image_name 00.00.02)" "$(image_name 00.00.04)"
expect_match "no higher version" "is not of a higher version than $(image_name 00.00.04)" "$output"
expect_exit 1 secureesp images reissue "$(image_name 00.00.04)" "$(image_name 00.00.05)"
expect_match "from the newest to itself" "nothing to go back from: no later image than $(image_name 00.00.04) is" "$output"
expect_exit 0 secureesp images reissue "$(image_name 00.00.02)" "$(image_name 00.00.05)"
expect_match "what keys allow" "as $(image_name 00.00.05), signed with key 2" "$output"
expect_match "what to do" "images describe --name $(image_name 00.00.05) --trust 2.pub .*images sign --key 2.key .*images publish $(image_name 00.00.05)" "${output//$'\n'/ }"
expect_exit 1 secureesp images reissue "$(image_name 00.00.02)" "$(image_name 00.00.05)" \
    --from "$work/$(image_name 00.00.02).bin" --trust "$SANDBOX_PKI/signing/1.pub" --to "$work/body"
expect_match "keys that end the chain" "none of the keys of --trust is one that $(image_name 00.00.04) embeds" "$output"
expect_exit 1 secureesp images reissue "$(image_name 00.00.02)" "$(image_name 00.00.05)" \
    --from "$work/$(image_name 00.00.03).bin" --trust "$SANDBOX_PKI/signing/2.pub" --to "$work/body"
expect_match "another image" "it is not the image $(image_name 00.00.02)" "$output"
[ ! -e "$work/body" ] || fail "a body was written"
expect_exit 0 secureesp images reissue "$(image_name 00.00.02)" "$(image_name 00.00.05)" \
    --from "$work/$(image_name 00.00.02).bin" --trust "$SANDBOX_PKI/signing/2.pub" --to "$work/body"
# The commands, as they are printed.
cp "$SANDBOX_PKI/signing/2.key" "$work/"
sed -n 's/^  secureesp /secureesp /p' <<<"$output" >"$work/commands"
expect_equal "how many" 3 "$(wc -l <"$work/commands")"
(cd "$work" && expect_exit 0 bash -e commands)
climb "$one" "$(image_name 00.00.05)"
cmp -n 60000 "$work/$(image_name 00.00.02).bin" "$work/$(image_name 00.00.05).bin" ||
    fail "it is another program"
climb "$two" "$(image_name 00.00.05)"
expect_stranded 0

step "a dead end, and a pin to it"
other=ESP8266_OTHER
fourth=$(mac_of 4)
new_device "$fourth"
secureesp pki signing "$SANDBOX_PKI" new >/dev/null
secureesp keys add "$SANDBOX_PKI/signing/new.pub" >/dev/null
head -c 20000 /dev/urandom >"$work/program"
publish_image "$(sign_image "$other-1" 1 1 "$work/program")"
publish_image "$(sign_image "$other-3" 1 new "$work/program")"
publish_image "$(sign_image "$other-4" new 2 "$work/program")"
publish_image "$(sign_image "$other-5" 2 2 "$work/program")"
expect_exit 0 secureesp boards set "$other" --policy leap
publish_image "$(sign_image "$other-2" 1 2 "$work/program")"
publish_text "$fourth" "/status/$fourth" "{\"espimage\": \"$other-1\"}"
eventually 10 "its status" device_has "$fourth" '$.image' "$other-1"
# expect_way OFFER: to who runs the first.
expect_way() {
    get "$fourth" "/firmware.bin?curimage=$other-1"
    expect_equal "the offer" "$other-$1" "$(header x-image)"
}
expect_way 3
expect_exit 1 secureesp images withdraw "$other-4"
expect_match "who needs it" "would strand devices on $other-3: its successor would be $other-5" "$output"
expect_exit 0 secureesp images withdraw "$other-4" --force
expect_way 2 # not to the dead end
expect_exit 1 secureesp devices pin "$fourth" "$other-3"
expect_match "a pin to it" "from $other-3 devices come no further than $other-3, and from $other-1 to $other-5" "$output"
expect_exit 0 secureesp devices pin "$fourth" "$other-3" --force
expect_way 2
expect_match "nobody is stranded" "stranded: 0" "$(secureesp chain "$other" | tr '\n' ' ')"

step "a sketch leaps, too, and does not install what it has downloaded past an image to pass"
fragments=(1024)
mac=$(sketch_mac 1024)
new_device "$mac"
for version in 00.00.08.g 00.00.08.h 00.00.08.i; do
    make_sketch_image "$version" 1 1
done
expect_exit 0 secureesp boards set "$sketch_board" --policy leap
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
expect_equal "its download" "done ok" "$(command_device "$mac" firmware)"
cmp "$work/$sketch_board-00.00.08.i.bin" "$work/sketch-1024/firmware.bin.next" || fail "another image"
expect_exit 0 secureesp images must-pass "$sketch_board-00.00.08.h"
expect_equal "flash" "failed held" "$(command_device "$mac" flash)"
expect_equal "another download" "done ok" "$(command_device "$mac" firmware)"
cmp "$work/$sketch_board-00.00.08.h.bin" "$work/sketch-1024/firmware.bin.next" || fail "another image"
expect_exit 0 secureesp images reissue "$sketch_board-00.00.08.g" "$sketch_board-00.00.08.j"
expect_match "what is compiled in" "build the sketch anew .* the key 1 are compiled in" "$output"
