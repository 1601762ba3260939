#!/usr/bin/env bash
# The disk is full: the daemon says so, goes on with what needs no disk, and with all the rest as
# soon as there is room again. Nothing that was answered as done is lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

own_mounts
mac=$(mac_of 1)
sleeper=$(mac_of 9) # for whom commands wait
mkdir -p "$sandbox/state"
mount -t tmpfs -o "size=24m,mode=0700,uid=$(id -u)" tmpfs "$sandbox/state" || skip "no tmpfs can be mounted here"
mounts+=("$sandbox/state")
sandbox_up --devices 3 --status-interval 100
daemon=$(process_pid "$sandbox/run/daemon")
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1 300000)"
third=$(make_image 00.00.03 1 1 300000)
make_sleeper "$sleeper"

fill() {
    if dd if=/dev/zero of="$sandbox/state/filler" bs=64k oflag=append conv=notrunc 2>"$work/dd"; then
        fail "the disk does not fill"
    fi
    grep -q 'No space left' "$work/dd" || fail "$(cat "$work/dd")"
}

step "a device has a command in hand"
process_signal "$sandbox/run/$mac" STOP
in_hand=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"config\"}")" '$[0].id')
in_hand_is() {
    [ "$(json_get "$(api "/commands/$in_hand")" '$.state')" = "$1" ]
}
eventually 10 "it is sent" in_hand_is sent

step "the disk is full"
mark_log
fill
taken=()
for ((i = 0; i < 3000; i++)); do # what is left of the write-ahead log's last page takes some
    said=$(order "$sleeper" config)
    [[ $said == 202* ]] || break
    taken+=("${said##* }")
done
echo "${#taken[@]} commands were still taken, then: $said"
expect_match "a command" '^50[0-9] database: .*full' "$said"
expect_match "an image" '^50[0-9] .*(full|No space left)' \
    "$(api_says '/images?publish=1' --data-binary "@$third")"
expect_exit 1 secureesp command "$sleeper" config
expect_match "what secureesp says" 'full|No space left' "$output"

step "what needs no disk goes on"
get "$mac" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "a device on the latest image" 304 "$status"
get "$mac" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "a device on the image before" 200 "$status"
cmp "$work/$(image_name 00.00.02).bin" "$work/answer" || fail "the download is not the image"
get "$mac" /ca.crt
expect_equal "a certificate" 200 "$status"
expect_equal "devices known" 4 "$(json_count "$(api /devices)" '$')"
process_signal "$sandbox/run/$mac" CONT
outcome_is_said() {
    grep -q 'command name=config' "$SANDBOX_LOG/$mac.log"
}
eventually 20 "the device has an outcome" outcome_is_said

step "the log says it once"
for ((i = 0; i < 25; i++)); do
    said=$(order "$sleeper" config)
    expect_match "a command" '^50[0-9] database: .*full' "$said"
    sleep 0.2
done
said=$(log_since 'full|No space left|cannot write|failed')
echo "lines in the log in $i refusals: $said"
expect_between "lines in the log" 1 3 "$said"
waiting=$(counter store_queued)
[ "$waiting" -gt 50 ] || fail "statuses of seconds are to wait, and $waiting jobs do"
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"

step "there is room again"
since=$(date +%s%3N)
rm "$sandbox/state/filler"
is_taken() {
    [[ $(order "$sleeper" config) == 202* ]]
}
eventually 10 "a command is taken" is_taken
eventually 10 "the outcome of the command in hand" in_hand_is "done"
eventually 5 "a word about it in the log" log_has 'writes again'
expect_three_since "$since"
publish_image "$third"
expect_equal "jobs that were lost" 0 "$(counter store_dropped)"
for id in "${taken[@]}"; do
    expect_equal "command $id" queued "$(json_get "$(api "/commands/$id")" '$.state')"
done
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
expect_equal integrity ok "$(sqlite3 -readonly "$SANDBOX_DB" 'pragma integrity_check')"
expect_equal "unfinished files" "" "$(unfinished_files)"

step "a daemon that finds it full says so and ends"
part stop daemon
fill
expect_exit 1 secureespd --config "$sandbox/etc/secureesp.conf"
expect_match "what it says" 'cannot start: .*(full|No space left)' "$output"
rm "$sandbox/state/filler"
part start daemon
eventually 10 "a command is taken" is_taken
