#!/usr/bin/env bash
# What settings say to many: groups within groups, and addresses that would cut a fleet off if they
# were wrong.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 2
one=$(mac_of 1)
two=$(mac_of 2)
publish_image "$SANDBOX_IMAGE"
for mac in "$one" "$two"; do
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done

# config_of MAC MEMBER: of the config.json that it gets.
config_of() {
    get "$1" /config.json
    json_get "$(cat "$work/answer")" "\$.$2"
}

# refused REGEX ARGUMENT...: settings set is, and says so.
refused() {
    expect_exit 1 secureesp settings set --yes "${@:2}"
    expect_match "the reason of '${*:2}'" "$1" "$output"
}

step "a group's filter may refer to others, and so who has its settings changes with theirs"
expect_exit 0 secureesp groups set inner "mac=$one"
expect_exit 0 secureesp groups set middle 'group=inner'
expect_exit 0 secureesp groups set outer "group=middle or tag=far"
expect_exit 0 secureesp settings set --group outer waittimeout=21000 --yes
expect_equal "by two others" 21000 "$(config_of "$one" waittimeout)"
other=$(config_of "$two" waittimeout)
expect_exit 0 secureesp groups set inner "mac=$two" --yes
expect_equal "no longer" "$other" "$(config_of "$one" waittimeout)"
expect_equal "the other one now" 21000 "$(config_of "$two" waittimeout)"
expect_match "from where" "waittimeout +21000 +group outer" "$(secureesp settings show "$two" --effective)"
expect_exit 1 secureesp groups set inner 'drifted=yes' --yes
expect_match "why" "settings of group outer.*depends on their settings" "$output"
expect_exit 1 secureesp groups set inner 'group=outer' --yes
expect_match "a loop" "would come to itself" "$output"
expect_equal "as it was" 21000 "$(config_of "$two" waittimeout)"
expect_exit 0 secureesp groups set ask 'channel=beta'
expect_exit 0 secureesp settings set --group ask retrytimeout=4000 --yes
expect_exit 0 secureesp groups set other 'drifted=yes'
expect_exit 1 secureesp groups channel other beta --yes
expect_match "round by a channel" "settings of group ask.*depends on their settings" "$output"
expect_exit 0 secureesp groups set other "mac=$one" --yes
expect_exit 0 secureesp groups channel other beta --yes
expect_equal "by its channel" 4000 "$(config_of "$one" retrytimeout)"

step "an address of which nothing is known is not told to many"
port=$(config_of "$one" mqttport)
refused 'mqttserver: if wrong.example is wrong, it cuts off.*settings set MAC.*--force' --fleet mqttserver=wrong.example
refused 'mqttserver: if' --group outer mqttserver=wrong.example
refused 'mqttport: if 4711 is' --fleet mqttport=4711
refused 'ntpserver: if' --fleet ntpserver=wrong.example
refused "mqttserver: 'wrong_' " --fleet mqttserver=wrong_ --force
refused "downloadserver: certificate .*wrong.example" --fleet downloadserver=wrong.example --force
expect_exit 1 secureesp settings set --fleet mqttserver=wrong.example --dry-run
expect_exit 0 secureesp settings set --fleet mqttserver=127.0.0.1 "mqttport=$port" --yes # of the certificate
expect_exit 0 secureesp settings unset --fleet mqttserver mqttport --yes

step "unless a device has come back with it"
# By the clock of the file's server, through another name of it.
name=$(config_of "$one" ntpserver)
case $name in
localhost) name=127.0.0.1 ;;
*) name=localhost ;;
esac
expect_exit 0 secureesp settings set "$one" "ntpserver=$name"
refused 'no device runs with it yet' --fleet "ntpserver=$name"
expect_equal "config" "done ok" "$(command_device "$one" config)"
refused 'no device runs with it yet' --fleet "ntpserver=$name"
expect_equal "reboot" "done ok" "$(command_device "$one" reboot)"
eventually 40 "it runs with it" device_has "$one" '$.config.drifted' 0
expect_exit 0 secureesp settings set --fleet "ntpserver=$name" --yes
expect_equal "what the other gets" "$name" "$(config_of "$two" ntpserver)"

step "forced it is, and the audit log says so"
number=$(json_get "$(api /settings/history)" '$[0].number')
expect_exit 0 secureesp settings set --group inner mqttserver=wrong.example --yes --force
expect_equal "what it gets" wrong.example "$(config_of "$two" mqttserver)"
expect_match "audit" 'settings set \(forced\) +group inner' "$(secureesp audit list | tr '\n' ' ')"
expect_exit 0 secureesp settings revert $((number + 1)) --yes
expect_exit 1 secureesp settings revert $((number + 2)) --yes
expect_match "one that brings it back" 'mqttserver: if wrong.example' "$output"
expect_exit 0 secureesp audit verify

step "what the file says in vain, or makes impossible, is told when it is read again"
daemon=$(process_pid "$sandbox/run/daemon")
conf=$sandbox/etc/secureesp.conf
# warned REGEX: in the log, since the last reload.
warned() { sed "1,${since}d" "$sandbox/log/daemon.log" | grep -Eq "$1"; }
reload() {
    since=$(wc -l <"$sandbox/log/daemon.log")
    kill -HUP "$daemon"
    eventually 20 "it is read" warned 'daemon: reloaded'
}
# silence SECONDS: that count as offline, from a reload on.
silence() {
    sed -i "s/^offline_after_s = .*/offline_after_s = $1/" "$conf"
    reload
}
expect_exit 0 secureesp settings set --fleet retrytimeout=7000 --yes
printf '\n[config.json %s]\nwaittimeout = 9000\n' "$two" >>"$conf"
silence 100
warned "member=waittimeout section=\"\[config.json $two\]\" value=9000 layer=\"group outer\" counts=21000" ||
    fail "nothing was said of the device's section"
warned "in vain: member=retrytimeout section=\"\[config.json\]\" value=[0-9]+ layer=\"fleet\" counts=7000.*settings unset --fleet retrytimeout" ||
    fail "nothing was said of the section for all"
warned 'no config.json any more' && fail "somebody would be refused"
expect_exit 0 secureesp settings set "$one" statusinterval=50000
silence 40
warned "no config.json any more: device $one: statusinterval.*offline_after_s" || fail "nothing was said of it"
expect_exit 0 secureesp settings unset "$one" statusinterval
