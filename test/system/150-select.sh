#!/usr/bin/env bash
# Which devices are meant: filters, tags, groups; and what an operator says of a device: held, pinned,
# canary. Devices of ours and a sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 3
one=$(mac_of 1)
two=$(mac_of 2)
three=$(mac_of 3)
fragments=(1024)
sketch_mac=$(sketch_mac 1024)
new_device "$sketch_mac"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
publish_image "$SANDBOX_IMAGE"
# They tell the kind that they are by an event.
for mac in "$one" "$two" "$three"; do
    expect_equal "reboot of $mac" "done ok" "$(command_device "$mac" reboot)"
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# meet FILTER: the MACs of those that do, in a line.
meet() {
    secureesp devices list --filter "$1" | awk 'NR > 1 { printf "%s%s", sep, $1; sep = " " }'
}
# expect_meet FILTER MAC...
expect_meet() {
    expect_equal "$1" "${*:2}" "$(meet "$1")"
}

# at_terminal ANSWER ARGUMENTS: what secureesp says when it asks.
at_terminal() {
    { script -qc "secureesp $2" /dev/null <<<"$1" || true; } | tr -d '\r'
}

step "fields of all kinds, of devices of both kinds"
expect_meet 'kind=ours' "$one" "$two" "$three"
expect_meet 'kind=sketch' "$sketch_mac"
expect_meet 'state=online' "$one" "$two" "$three" "$sketch_mac"
expect_meet 'not state=online or state=revoked'
expect_meet "mac=$one or mac=$three" "$one" "$three"
expect_meet "board=$board" "$one" "$two" "$three"
expect_meet "board=$sketch_board" "$sketch_mac"
expect_meet 'rssi<0 heap>0 uptime<1h seen<1h firstseen<1d'  "$one" "$two" "$three" "$sketch_mac"
expect_meet 'seen>1h'
expect_meet 'image=latest' "$one" "$two" "$three" "$sketch_mac"
expect_exit 1 secureesp devices list --filter 'state=online colour=red'
expect_match "an unknown field" "filter, column 14: there is no .colour.; there are mac, name" "$output"
expect_exit 1 secureesp devices list --filter 'seen=1h'
expect_match "an unknown comparison" "filter, column 5: expected one of <, <=, >, >=" "$output"

step "tags"
expect_exit 0 secureesp devices tag "$one" "$two" --add cellar --add north
expect_match "what is said" "$one: tags cellar north" "$output"
expect_exit 0 secureesp devices tag "$two" --remove north
expect_exit 0 secureesp devices tag "$sketch_mac" --add cellar
expect_meet 'tag=cellar' "$one" "$two" "$sketch_mac"
expect_meet 'tag=cellar not tag=north' "$two" "$sketch_mac"
expect_meet 'tag=n*' "$one"
expect_match "devices show" "tags +cellar north" "$(secureesp devices show "$one")"
expect_exit 1 secureesp devices tag "$one" --add 'wash room'
expect_match "no tag" "is no tag" "$output"
expect_exit 1 secureesp devices tag 84f3eb0000ff --add cellar
expect_equal "as JSON" "cellar" "$(json_get "$(secureesp devices tag "$two" --json)" '$[0].tags[0]')"

step "groups"
expect_exit 0 secureesp groups set low 'tag=cellar'
expect_exit 1 secureesp groups set bad 'tag<cellar'
expect_match "what is wrong" "column 4" "$output"
expect_match "groups list" "low +.*tag=cellar" "$(secureesp groups list)"
expect_exit 0 secureesp groups set lower 'group=low kind=ours'
expect_exit 0 secureesp groups show low
expect_equal "groups show" "group low; filter tag=cellar; channel -; in groups lower" \
    "$(grep -v '^set ' <<<"$output" | tr -s ' ' | paste -sd ';' | sed 's/;/; /g')"
expect_match "who" "set +[0-9]+s ago by uid [0-9]+" "$output"
expect_exit 1 secureesp groups show nothing
expect_exit 0 secureesp groups remove lower --yes
expect_equal "devices of it" "$two" \
    "$(secureesp devices list --group low --filter 'kind=ours not tag=north' | awk 'NR > 1 { print $1 }')"
expect_exit 1 secureesp devices list --group nothing
expect_match "no such group" "groups list" "$output"

step "columns and order"
expect_equal "columns" "MAC IP" "$(secureesp devices list --columns mac,ip | head -n 1 | tr -s ' ')"
expect_equal "backwards" "$sketch_mac" \
    "$(secureesp devices list --sort=-mac --columns mac | sed -n 2p)"
expect_exit 2 secureesp devices list --columns colour
expect_match "what there is" "no column; there are mac, state" "$output"
expect_exit 2 secureesp devices list --sort mac --json
for column in mac state image rssi heap uptime seen note name error build ip reboots loop mqtt firstseen tags \
    group channel hold pin canary; do
    expect_equal "by $column" 5 "$(secureesp devices list --sort "$column" --columns "mac,$column" | wc -l)"
    expect_equal "by $column backwards" 5 "$(secureesp devices list --sort="-$column" | sort -u | wc -l)"
done
expect_equal "by tags" "$one $two $sketch_mac" \
    "$(secureesp devices list --sort tags --columns mac | sed -n 2,4p | paste -sd ' ')"
expect_equal "the first by group" "$one low stable" \
    "$(secureesp devices list --sort group --columns mac,group,channel --limit 1 | tail -n 1 | tr -s ' ')"

step "a command to those that meet a filter is not given without a word"
expect_exit 2 secureesp command --filter 'tag=cellar' reboot
expect_match "how many" "3 devices meet the filter; without a terminal .*--yes" "$output"
expect_exit 1 secureesp command --filter 'tag=attic' reboot --yes
expect_match "none" "no device meets the filter" "$output"
expect_exit 2 secureesp command --all reboot
expect_match "how many there are" "there are [0-9]+ devices; without a terminal .*--yes" "$output"
answer=$(at_terminal n "command --all reboot")
expect_match "a no" "there are [0-9]+ devices; reboot for all of them.*nothing was done" "${answer//$'\n'/ }"
expect_equal "commands so far" 3 "$(json_count "$(api /commands)" '$')"
expect_exit 0 secureesp command --filter 'tag=north' config --yes --wait=60
expect_match "one" "1 device meets the filter.*$one config: done" "${output//$'\n'/ }"
answer=$(at_terminal n "command --group low config")
expect_match "a no" "3 devices meet the filter; config for all of them.*nothing was done" "${answer//$'\n'/ }"
answer=$(at_terminal y "command --filter tag=north config")
expect_match "a yes" "1 device meets the filter; config for it.*$one config" "${answer//$'\n'/ }"

step "held: nothing is changed on it"
expect_exit 0 secureesp devices hold "$one" --reason 'roof is open'
expect_exit 1 secureesp command "$one" reboot
expect_match "why" "is held by uid [0-9]+, .*: roof is open; .*devices unhold $one" "$output"
expect_exit 0 secureesp command --all config --yes
expect_match "who is left out" "1 held device is left out" "$output"
expect_meet 'hold=yes' "$one"
publish_image "$(make_image 00.00.02 1 1)"
get "$one" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "offered to one that is held" 304 "$status"
get "$two" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "offered to another" 200 "$status"
expect_meet 'image!=latest' "$one" "$two" "$three"
expect_equal "--outdated" 3 "$(secureesp devices list --outdated | awk 'NR > 1' | wc -l)"
expect_exit 0 secureesp devices unhold "$one"
get "$one" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "offered again" 200 "$status"

step "pinned: not beyond that image"
publish_image "$(make_image 00.00.03 1 1)"
expect_exit 0 secureesp devices pin "$two" "$(image_name 00.00.02)"
expect_exit 1 secureesp devices pin "$two" "$sketch_board-00.00.08.g"
expect_match "another board" "of another board" "$output"
climb "$two" "$(image_name 00.00.02)"
get "$two" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "beyond it" 304 "$status"
expect_meet 'pin=*-00.00.02' "$two"
expect_exit 0 secureesp devices unpin "$two"
get "$two" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "no longer pinned" 200 "$status"

step "the examples of the manual, as they stand there"
expect_exit 0 secureesp devices canary "$three"
expect_match "in the list" "$three +yes" "$(secureesp devices list --columns mac,canary)"
sed -n '/^Ten examples:$/,/^\.Ed$/p' "$root/server/man/secureesp.1" | grep '^secureesp' >"$work/examples"
expect_equal "how many" 10 "$(wc -l <"$work/examples")"
while read -r example; do
    expect_exit 0 bash -c "$example"
done <"$work/examples"
expect_match "the first" "$one.*$two.*$sketch_mac" "$(bash -c "$(sed -n 1p "$work/examples")" | tr '\n' ' ')"
expect_match "the third" "$one.*$two.*$three" "$(bash -c "$(sed -n 3p "$work/examples")" | tr '\n' ' ')"
expect_equal "the last" "$three" "$(bash -c "$(sed -n 10p "$work/examples")" | awk 'NR > 1 { print $1 }')"

step "who gets a device's place gets what was said of it; who is forgotten takes it along"
new=$(mac_of 10)
new_device "$new"
expect_exit 0 secureesp devices hold "$one"
part stop "$one"
expect_exit 0 secureesp devices replace "$one" "$new" --force
expect_meet 'tag=north' "$new"
expect_meet 'hold=yes' "$new"
expect_exit 0 secureesp devices forget "$new" --force
expect_meet 'tag=north'
expect_equal "rows that stay" 0 "$(sqlite3 "$sandbox/state/secureesp.db" \
    "select count(*) from device_marks where held_at_ms > 0")"
