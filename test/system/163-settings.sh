#!/usr/bin/env bash
# What is wanted of config.json: layers, limits, drift seen and healed, history, an app's members with
# a schema; while the daemon is killed in between. Devices of ours and a sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 2
one=$(mac_of 1)
two=$(mac_of 2)
sketch_mac=$(sketch_mac 1024)
new_device "$sketch_mac"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
publish_image "$SANDBOX_IMAGE"
for mac in "$one" "$two" "$sketch_mac"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# drifted: how many devices are.
drifted() {
    secureesp devices list --drifted | awk 'NR > 1' | wc -l
}

# config_of MAC MEMBER: of the config.json that it gets.
config_of() {
    get "$1" /config.json
    json_get "$(cat "$work/answer")" "\$.$2"
}

# runs MAC BASIS: what it is to run, by what is known of that kind.
runs() {
    local text
    text=$(api "/settings/effective/$1")
    [ "$(json_get "$text" '$.config.hash')" = "$(json_get "$text" '$.hash')" ] &&
        [ "$(json_get "$text" '$.config.basis')" = "$2" ]
}

# refused REGEX ARGUMENT...: settings set for the fleet is, and says so.
refused() {
    expect_exit 1 secureesp settings set --fleet --yes "${@:2}"
    expect_match "the reason of '${*:2}'" "$1" "$output"
}

# take MAC: downloads its config.json, and restarts.
take() {
    expect_equal "config on $1" "done ok" "$(command_device "$1" config)"
    expect_equal "reboot of $1" "done ok" "$(command_device "$1" reboot)"
}

# at_terminal ANSWER ARGUMENTS: what secureesp says when it asks.
at_terminal() {
    { script -qc "secureesp $2" /dev/null <<<"$1" || true; } | tr -d '\r' | tr '\n' ' '
}

step "without settings: what the file says"
says_hash() { [ -n "$(device "$1" '$.config.wanted')" ] && [ "$(device "$1" '$.config.basis')" = "$2" ]; }
eventually 40 "ours says what it runs" says_hash "$one" reported
eventually 40 "ours says what it runs" says_hash "$two" reported
eventually 40 "the sketch's is assumed" runs "$sketch_mac" assumed
expect_equal "drifted: with a file that was not the daemon's" 2 "$(drifted)"
take "$one"
take "$two"
eventually 30 "ours runs the daemon's" runs "$one" reported
eventually 30 "ours runs the daemon's" runs "$two" reported
expect_equal "drifted" 0 "$(drifted)"
expect_match "from where" "mqttserver +\"localhost\" +file" "$(secureesp settings show "$one" --effective)"
expect_equal "layers" "" "$(secureesp settings show | sed 1d)"

step "what devices would refuse, or what would cut them off, is not accepted"
refused 'statusinterval: 50 is not from 100 to 86400000' statusinterval=50
refused 'statusinterval: .* would count as offline' statusinterval=86400000
refused 'waittimeout: is no whole number' waittimeout=soon
refused "ntpserver: '-x' has an empty label" ntpserver=-x
refused 'mqtttls: is not true' mqtttls=false
refused 'statusintervall: config.json has no such member' statusintervall=500
refused "downloadpath: this server answers at" downloadpath=/elsewhere
refused "downloadserver: certificate .*other.example" downloadserver=other.example
refused 'downloadport: this server listens' downloadport=4711
refused 'mqttserver: it would be missing' mqttserver=null
expect_exit 1 secureesp settings patch "$one" - --yes
expect_match "no patch" "patch: .* is no JSON object|neither a patch" "$output"
expect_equal "changes" 0 "$(json_count "$(api /settings/history)" '$')"

step "how many it is for is said before it is done"
expect_exit 2 secureesp settings set --fleet waittimeout=21000
expect_match "how many" "3 of 3 devices would get.*without a terminal.*--yes" "${output//$'\n'/ }"
expect_exit 0 secureesp settings set --fleet waittimeout=21000 --dry-run
expect_match "what" "waittimeout: - -> 21000" "$output"
expect_match "a no" "shall they\?.*nothing was done" "$(at_terminal n "settings set --fleet waittimeout=21000")"
expect_equal "changes" 0 "$(json_count "$(api /settings/history)" '$')"
expect_match "a yes" "3 of 3 devices are to have.*change 1 .*command config" \
    "$(at_terminal y "settings set --fleet waittimeout=21000")"
expect_equal "drifted at once" 3 "$(drifted)"
expect_equal "what it gets" 21000 "$(config_of "$one" waittimeout)"
expect_equal "what the sketch gets" 21000 "$(config_of "$sketch_mac" waittimeout)"

step "the drift is healed by config and a restart, of ours and of the sketch"
expect_exit 0 secureesp command --drifted config --yes --wait=60
expect_equal "drifted until they restart" 3 "$(drifted)"
expect_match "downloaded, not in use" "uses it after its next restart" \
    "$(secureesp settings show "$sketch_mac" --effective)"
for mac in "$one" "$two" "$sketch_mac"; do
    expect_equal "reboot of $mac" "done ok" "$(command_device "$mac" reboot)"
done
eventually 30 "ours" runs "$one" reported
eventually 30 "ours" runs "$two" reported
eventually 30 "the sketch" runs "$sketch_mac" inferred
expect_equal "drifted" 0 "$(drifted)"
expect_match "devices show" "config.*inferred" "$(api "/devices/$sketch_mac")"

step "groups over the fleet, by their names; a device over its groups"
expect_exit 0 secureesp devices tag "$one" "$sketch_mac" --add cellar
expect_exit 0 secureesp groups set cellar 'tag=cellar'
expect_exit 0 secureesp groups set attic "mac=$one or mac=$two"
expect_exit 0 secureesp settings set --group cellar retrytimeout=4000 --yes
expect_exit 0 secureesp settings set --group attic retrytimeout=5000 waittimeout=22000 --yes
expect_exit 0 secureesp settings set "$sketch_mac" retrytimeout=6000
expect_match "what is next, for it alone" "secureesp command $sketch_mac config" "$output"
expect_equal "of two groups" 4000 "$(config_of "$one" retrytimeout)"
expect_equal "of a group over the fleet" 22000 "$(config_of "$one" waittimeout)"
expect_equal "of the other group" 5000 "$(config_of "$two" retrytimeout)"
expect_equal "its own" 6000 "$(config_of "$sketch_mac" retrytimeout)"
text=$(secureesp settings show "$one" --effective)
expect_match "from where" "retrytimeout +4000 +group cellar" "$text"
expect_match "from where" "waittimeout +22000 +group attic" "$text"
expect_exit 1 secureesp groups remove cellar --yes
expect_match "what it would break" "has settings, which its devices would lose" "$output"
expect_exit 1 secureesp groups set attic 'drifted=yes' --yes
expect_match "why" "depends on their settings" "$output"
expect_exit 0 secureesp devices tag "$sketch_mac" --remove cellar
expect_exit 0 secureesp settings unset "$sketch_mac" retrytimeout
expect_equal "in no group" 500 "$(config_of "$sketch_mac" retrytimeout)"

step "--send orders it"
expect_exit 0 secureesp settings set "$two" waittimeout=23000 --send
expect_match "what is said" "config is ordered for 1" "$output"
commands_of_two() { [ "$(json_count "$(api "/commands?mac=$two")" '$' "value ->> '\$.command' = 'config' and value ->> '\$.state' = 'done'")" = 3 ]; }
eventually 30 "config of $two" commands_of_two

step "history, diff, revert"
expect_match "history" "6 .*uid [0-9]+ .*device $two .*null +\{\"waittimeout\":23000\}" \
    "$(secureesp settings history | tr '\n' ' ')"
expect_equal "diff of one" "device $two waittimeout: - -> 23000" "$(secureesp settings diff 5)"
expect_exit 1 secureesp settings diff 0 999
expect_match "a change that is none" "no change 999; 'secureesp settings history' shows them" "$output"
expect_exit 2 secureesp settings diff abc
expect_match "what is no number" '"abc" is no change' "$output"
expect_match "diff of all" "group attic retrytimeout: - -> 5000" "$(secureesp settings diff 0 3)"
expect_exit 0 secureesp settings revert 6
expect_equal "as before it" 22000 "$(config_of "$two" waittimeout)"
expect_exit 1 secureesp settings revert 99
expect_match "no such change" "no change 99" "$output"
expect_match "audit" "settings set +fleet.*settings revert +device $two" \
    "$(secureesp audit list | tr '\n' ' ')"

step "an app's members, by a schema that it brings"
echo '{"properties": {"pump": {"type": "integer", "minimum": 1, "maximum": 9}, "label": {"type": "string", "maxLength": 4}}}' >"$work/schema.json"
echo '{"properties": {"pump": {"typ": "integer"}}}' >"$work/bad.json"
refused 'pump: config.json has no such member; .*settings schema add' pump=3
expect_exit 1 secureesp settings schema add "$work/bad.json"
expect_match "the place" 'schema: pump: unknown word "typ"' "$output"
expect_exit 0 secureesp settings schema add "$work/schema.json"
refused 'pump: is more than 9' pump=10
refused 'pump: is not an integer' pump=many
refused 'label: has more than 4 characters' label=kitchen
expect_exit 0 secureesp settings set --fleet pump=3 label=loft --yes
expect_equal "passed on" "3 loft" "$(config_of "$two" pump) $(config_of "$two" label)"
expect_exit 1 secureesp settings schema remove pump
expect_match "in use" "pump: the settings of fleet have it" "$output"
take "$two"
eventually 30 "ours takes what it does not know itself" runs "$two" reported

step "the daemon is killed between: what was answered as done is there, with its history"
for i in 1 2 3 4; do
    expect_exit 0 secureesp settings set --fleet pump=$((i + 3)) --yes
    secureesp settings set --fleet label=k$i --yes >"$work/killed" 2>&1 &
    part kill daemon
    wait $! || true
    part start daemon || { sleep 2 && part start daemon; }
    part wait daemon
    expect_equal "kept" $((i + 3)) "$(config_of "$two" pump)"
    layer=$(json_get "$(api /settings)" '$[0].patch')
    expect_equal "the newest change of it" "$layer" "$(json_get "$(api /settings/history)" '$[0].after')"
    if grep -q '^change ' "$work/killed"; then
        expect_equal "answered as done" "k$i" "$(config_of "$two" label)"
    fi
done
expect_exit 0 secureesp audit verify

step "what the file says later is judged again: no device is sent away"
silence() {
    sed -i "s/^offline_after_s = .*/offline_after_s = $1/" "$sandbox/etc/secureesp.conf"
    part stop daemon
    part start daemon
    part wait daemon
}
silence 100
expect_exit 0 secureesp settings set "$one" statusinterval=90000
silence 60
get "$one" /config.json
expect_equal "refused" 500 "$status"
expect_equal "to another as usual" 22000 "$(config_of "$two" waittimeout)"
expect_exit 0 secureesp settings unset "$one" statusinterval
get "$one" /config.json
expect_equal "healed" 200 "$status"
expect_exit 0 secureesp settings set "$one" "statusinterval=$(config_of "$one" statusinterval)" --yes
expect_match "as it was" "0 of 1 device is to have another" "$output"
