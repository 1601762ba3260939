#!/usr/bin/env bash
# A change of config.json goes out as a rollout: only devices that it has reached get it, its end is one
# change of settings, nothing else may touch it meanwhile; one that cuts a device off stops itself, and
# an abort drops it. Devices of ours and a sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"
# shellcheck source=test/system/rollout_lib.sh
. "$(dirname "$0")/rollout_lib.sh"

sandbox_up --devices 3 --status-interval 500
one=$(mac_of 1)
two=$(mac_of 2)
three=$(mac_of 3)
sketch_mac=$(sketch_mac 1024)
new_device "$sketch_mac"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '
publish_image "$SANDBOX_IMAGE"
for mac in "$one" "$two" "$three" "$sketch_mac"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# config_of MAC MEMBER: of the config.json that it gets.
config_of() {
    get "$1" /config.json
    json_get "$(cat "$work/answer")" "\$.$2"
}

# drifted: how many devices are.
drifted() { secureesp devices list --drifted | awk 'NR > 1' | wc -l; }

changes() { json_count "$(api /settings/history)" '$'; }

# change NAME PATCH OPTION...: a rollout of a patch, without waits.
change() {
    local soak=(--soak 0)
    [[ " $* " != *" --soak "* ]] || soak=()
    expect_exit 0 secureesp rollouts create "$1" --config "$2" --yes "${soak[@]}" "${@:3}"
}

step "all run what the file says"
expect_exit 0 secureesp command --all config --yes --wait=60
for mac in "$one" "$two" "$three" "$sketch_mac"; do
    expect_equal "reboot of $mac" "done ok" "$(command_device "$mac" reboot)"
done
nobody_drifted() { [ "$(drifted)" = 0 ]; }
eventually 60 "none has drifted" nobody_drifted

step "what settings refuse is refused, and who is in it is said"
expect_exit 2 secureesp rollouts create odd --config '{"statusinterval": 900}' --yes
expect_match "for whom" "say whose settings" "$output"
expect_exit 2 secureesp rollouts create odd --config '{"statusinterval": 900' --fleet --yes
expect_match "no patch" "no JSON object" "$output"
echo '[1]' >"$work/list.json"
expect_exit 2 secureesp rollouts create odd --config "$work/list.json" --fleet --yes
expect_match "a list" "a patch is a JSON object" "$output"
expect_exit 1 secureesp rollouts create odd --config '{"statusinterval": 50}' --fleet --yes
expect_match "the limits" "statusinterval: 50 is not from 100" "$output"
expect_exit 1 secureesp rollouts create odd --config '{"mqttport": 9}' --fleet --yes
expect_match "an address that nothing is known of" "mqttport: if 9 is wrong, it cuts off" "$output"
expect_exit 1 secureesp rollouts create odd --config '{"waittimeout": 9000}' --group attic --yes
expect_match "no such group" "no group" "$output"
expect_exit 1 secureesp rollouts create odd --config '{"mqtttls": true}' --fleet --yes
expect_match "nobody gets another" "no device is to get another config.json" "$output"
expect_exit 0 secureesp rollouts create odd --config '{"waittimeout": 9000}' --fleet --dry-run --phases 1,100%
expect_match "the plan" "config.json of fleet to 4 devices.*\"waittimeout\":9000.*phase 1: 1 device.*phase 2: 3 devices" \
    "${output//$'\n'/ }"
expect_equal "rollouts" 0 "$(json_count "$(api /rollouts)" '$')"

step "who waits does not get it, who has begun does; the file may name it, too"
echo '{"waittimeout": 9000, "retrytimeout": 700}' >"$work/patch.json"
expect_exit 0 secureesp devices canary "$one"
change spring "$work/patch.json" --fleet --phases 1,100% --canaries-first --timeout 60s --soak 1d
eventually 40 "the canary has it" stage_is spring "$one" updated
expect_equal "kind" config "$(rollout spring '$.kind')"
expect_match "list" "spring +config.json of fleet +soaking +1/2 +1/4" "$(secureesp rollouts list)"
expect_match "show" "brings +config.json of fleet.*patch +.*\"retrytimeout\":700" \
    "$(secureesp rollouts show spring | tr '\n' ' ')"
expect_equal "what the canary gets" "9000 700" "$(config_of "$one" waittimeout) $(config_of "$one" retrytimeout)"
expect_match "from where" "waittimeout +9000 +rollout spring" "$(secureesp settings show "$one" --effective)"
for mac in "$two" "$three" "$sketch_mac"; do
    expect_equal "stage of $mac" waiting "$(stage spring "$mac")"
    expect_equal "what $mac gets" 500 "$(config_of "$mac" retrytimeout)"
done
expect_equal "neither half has drifted" 0 "$(drifted)"
expect_equal "nothing is set yet" 0 "$(changes)"

step "nothing else touches it meanwhile"
expect_exit 0 secureesp groups set cellar "mac=$two"
expect_exit 1 secureesp settings set --fleet waittimeout=8000 --yes
expect_match "the word" "waittimeout: rollout spring is about to set it there" "$output"
expect_equal "by the API" 409 "$(api '/settings?scope=fleet' -d '{"retrytimeout": 800}' \
    -o /dev/null -w '%{http_code}')"
expect_exit 0 secureesp settings set --fleet statusinterval=600 --yes
expect_exit 0 secureesp settings revert 1 --yes
expect_exit 1 secureesp rollouts create other --config '{"statusinterval": 800}' --group cellar --yes
expect_match "another of these" "rollout spring brings another config.json to the same devices" "$output"
expect_exit 1 secureesp rollouts create other --image "$(image_name 00.00.01)" --all --yes
expect_exit 1 secureesp rollouts remove spring
expect_match "under way" "has not ended" "$output"
expect_equal "changes" 2 "$(changes)"

step "paused, nobody begins; resumed, it comes to its end, which is one change of settings"
expect_exit 0 secureesp rollouts pause spring
expect_equal "state" paused "$(rollout spring '$.state')"
expect_exit 0 secureesp rollouts abort spring
expect_match "what remains" "is not set: all are to run what they ran" "$output"
expect_equal "drifted: who has it" 1 "$(drifted)"
expect_match "its page" "config.json +[0-9a-f]{16} \(reported\), is to run [0-9a-f]{16}: it has drifted" \
    "$(secureesp devices show "$one")"
expect_equal "what it gets" 500 "$(config_of "$one" retrytimeout)"
expect_equal "changes" 2 "$(changes)"
change summer "$work/patch.json" --fleet --phases 1,100% --timeout 60s
eventually 90 "done" rollout_has summer '$.state' "done"
for mac in "$one" "$two" "$three" "$sketch_mac"; do
    expect_equal "stage of $mac" updated "$(stage summer "$mac")"
    expect_equal "what $mac gets" 700 "$(config_of "$mac" retrytimeout)"
done
expect_match "of the sketch" "inferred from what it has downloaded" "$(stage summer "$sketch_mac" reason)"
eventually 40 "none has drifted" nobody_drifted
expect_equal "one change" 3 "$(changes)"
expect_match "whose" "3 .*uid [0-9]+, rollout summer +fleet" "$(secureesp settings history | tr '\n' ' ')"
expect_match "from where" "waittimeout +9000 +fleet" "$(secureesp settings show "$one" --effective)"
audit_has finish summer || fail "the end is not in the audit log"
expect_exit 1 secureesp rollouts retry summer
expect_match "it is set" "is done, and what it brought is set" "$output"
expect_exit 0 secureesp rollouts remove summer
expect_exit 0 secureesp settings set --fleet waittimeout=9100 --yes
expect_exit 0 secureesp settings revert 4 --yes

step "of a group: only its devices, and it stays meanwhile"
change autumn ' {"retrytimeout": 900}' --group cellar --timeout 60s --soak 1d
eventually 40 "it has it" stage_is autumn "$two" updated
expect_equal "devices" 1 "$(rollout autumn '$.devices.total')"
expect_equal "what it gets" 900 "$(config_of "$two" retrytimeout)"
expect_equal "what others get" 700 "$(config_of "$three" retrytimeout)"
expect_exit 0 secureesp groups set cellar "mac=$two" --yes
expect_match "who changes it is told" "rollout autumn brings its devices another config.json" "$output"
expect_exit 1 secureesp groups remove cellar --yes
expect_match "the word" "rollout autumn brings its devices another config.json" "$output"
expect_exit 0 secureesp rollouts abort autumn
expect_match "one of it" "1 device runs it and counts as drifted" "$output"
expect_exit 0 secureesp command "$three" config --yes --wait=20
expect_equal "the same again is nothing to wait for" "" \
    "$(secureesp settings show "$three" --effective | grep "next restart" || true)"
expect_exit 0 secureesp groups remove cellar --yes

step "one that cuts devices off stops itself"
change winter '{"mqttport": 9}' --fleet --force --canaries-first --phases 1,100% --timeout 8s --failures 1
eventually 60 "paused" rollout_has winter '$.state' paused
expect_match "why" "1 of 1 device has failed" "$(rollout winter '$.reason')"
expect_equal "one is cut off" 1 "$(rollout winter '$.devices.failed')"
expect_equal "the others wait" 3 "$(rollout winter '$.devices.waiting')"
lost=$(members_of winter failed)
expect_match "its reason" "did not report it in time|did not return in time" "$(stage winter "$lost" reason)"
expect_equal "it is to run the old one" "" "$(config_of "$lost" mqttport | grep -x 9 || true)"
expect_exit 0 secureesp rollouts abort winter
for mac in "$one" "$two" "$three" "$sketch_mac"; do
    [ "$mac" = "$lost" ] || expect_equal "$mac is there" 1 "$(device "$mac" '$.online')"
done
expect_exit 0 secureesp audit verify
