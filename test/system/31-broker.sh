#!/usr/bin/env bash
# The broker is killed and started again, and stands still for a minute: commands given meanwhile are
# done, and nobody has to be told that it is back.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

sandbox_up --devices 3
printf '[commands]\nsent_timeout_s = 20\n' >>"$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
daemon=$(process_pid "$sandbox/run/daemon")
macs=("$(mac_of 1)" "$(mac_of 2)" "$(mac_of 3)")

order_all() {
    ids=()
    for mac in "${macs[@]}"; do
        said=$(order "$mac" config)
        expect_match "a command" '^202 [0-9]+$' "$said"
        ids+=("${said#* }")
    done
}
# Every one has an outcome; who was in hand when the broker died may have expired.
all_have_ended() {
    local id
    for id in "${ids[@]}"; do
        command_has_ended "$id" || return 1
    done
}
all_do() {
    for mac in "${macs[@]}"; do
        eventually 60 "$mac online" device_has "$mac" '$.online' 1
        expect_equal "$mac" "done ok" "$(command_device "$mac" config)"
    done
}
is_not_connected() {
    ! is_connected
}
is_connected() {
    [[ $(api /status) =~ \"connected\":\ *true ]]
}

for round in 1 2 3 4 5; do
    step "killed and started again, round $round"
    order_all # some are under way when it dies
    part kill broker
    eventually 10 "the daemon notices" is_not_connected
    order_all
    part start broker
    eventually 35 "the daemon is back" is_connected
    eventually 60 "every command has ended" all_have_ended
    for id in "${ids[@]}"; do
        expect_equal "command $id, given while it was away" "done" \
            "$(json_get "$(api "/commands/$id")" '$.state')"
    done
done
all_do

step "it stands still for a minute"
mark_log
cpu=$(cpu_ms "$daemon")
process_signal "$sandbox/run/broker" STOP
started=$SECONDS
order_all
while [ $((SECONDS - started)) -lt 60 ]; do
    sleep 5
    expect_equal "devices known" 3 "$(json_count "$(api /devices)" '$')"
done
cpu=$(($(cpu_ms "$daemon") - cpu))
echo "in $((SECONDS - started)) s the daemon computed $cpu ms and logged $(log_since .) lines"
[ "$cpu" -lt 6000 ] || fail "it computes all the time"
expect_between "lines in the log" 0 10 "$(log_since .)"
process_signal "$sandbox/run/broker" CONT
eventually 45 "the daemon is connected" is_connected
eventually 90 "every command has ended" all_have_ended
all_do
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
expect_equal "jobs that were lost" 0 "$(counter store_dropped)"
