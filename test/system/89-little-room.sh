#!/usr/bin/env bash
# The disk is nearly full, as anybody may have filled it: history stops before the rest does, the fleet
# goes on, and the daemon says so; when there is room history goes on by itself.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

own_mounts
mac=$(mac_of 1)
mkdir -p "$sandbox/state"
mount -t tmpfs -o "size=48m,mode=0711,uid=$(id -u)" tmpfs "$sandbox/state" || skip "no tmpfs can be mounted here"
mounts+=("$sandbox/state")
sandbox_up --devices 1 --status-interval 100
daemon=$(process_pid "$sandbox/run/daemon")
publish_image "$SANDBOX_IMAGE"
second=$(make_image 00.00.02 1 1 300000)
third=$(make_image 00.00.03 1 1 300000)

# leave BYTES: of the disk; one part in 20 of its 48 MB is the mark.
leave() {
    local free
    free=$(df --output=avail -B1 "$sandbox/state" | tail -n 1)
    if [ "$free" -gt "$1" ]; then
        head -c $((free - $1)) /dev/zero >>"$sandbox/state/filler"
    else
        truncate -s "-$(($1 - free))" "$sandbox/state/filler"
    fi
}
database() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "$1"
}
# left_out_more N: more than N statuses and events.
left_out_more() {
    [ "$(counter left_out_low_disk)" -gt "$1" ]
}
free_more() {
    [ "$(json_get "$(api /status)" '$.disk.free_bytes')" -gt "$1" ]
}
is_low() {
    [ "$(json_get "$(api /status)" '$.disk.low')" = "$1" ]
}
rows_grow() {
    [ "$(database 'select count(*) from statuses')" -gt "$1" ]
}

step "with room there is history"
is_low 0 || fail "48 MB are too little: $(api /status)"
expect_equal "what is kept free" 2516580 "$(json_get "$(api /status)" '$.disk.kept_free_bytes')"
eventually 20 "statuses are kept" rows_grow 0

step "nearly full"
mark_log
leave 2300000
eventually 10 "the daemon says so" is_low 1
expect_equal "lines about it" 1 "$(log_since 'the disk is nearly full')"
expect_exit 0 secureesp status
expect_match "status" 'disk +NEARLY FULL: 2 MB free, 2 MB kept free: history stops' "$output"
eventually 10 "what was on its way is stored" left_out_more 20
rows=$(database 'select count(*) from statuses')
left_out=$(counter left_out_low_disk)
eventually 20 "more is left out" left_out_more $((left_out + 20))
expect_equal "statuses" "$rows" "$(database 'select count(*) from statuses')"
expect_equal "what counts as the device's fault" 0 "$(counter left_out_statuses)"

step "the fleet goes on"
since=$(date +%s%3N)
eventually 10 "the device is seen" seen_since "$mac" "$since"
expect_equal "a command" "done ok" "$(command_device "$mac" config)"
get "$mac" "/firmware.bin?curimage=$(image_name 00.00.01)"
expect_equal "a device on the latest image" 304 "$status"
get "$mac" /ca.crt
expect_equal "a certificate" 200 "$status"
expect_exit 0 secureesp devices revoke "$mac" --reason certificateHold
expect_exit 0 secureesp devices readmit "$mac"
expect_match "an image" '^503 the disk is nearly full: [0-9]+ bytes are free, .*min_free_percent' \
    "$(api_says '/images?publish=1' --data-binary "@$second")"
expect_exit 1 secureesp images add "$second"
expect_match "what secureesp says" 'nearly full' "$output"
expect_equal "unfinished files" "" "$(unfinished_files)"

step "just above the mark nothing changes"
leave 2800000
eventually 10 "the daemon looks" free_more 2600000
left_out=$(counter left_out_low_disk)
eventually 20 "history is left out" left_out_more $((left_out + 20))
is_low 1 || fail "history comes and goes"

step "an image that would reach below the mark"
leave 3500000
eventually 10 "history goes on" is_low 0
expect_equal "lines that it is over" 1 "$(log_since 'the disk has room again')"
rows=$(database 'select count(*) from statuses')
eventually 20 "statuses are kept" rows_grow "$rows"
leave 2700000
expect_match "a large image" '^503 the disk is nearly full' \
    "$(api_says '/images?publish=1' --data-binary "@$third")"

step "room, and a mark that the operator lowers"
rm "$sandbox/state/filler"
publish_image "$second"
leave 2300000
eventually 10 "the daemon says so" is_low 1
printf '[retention]\nmin_free_bytes = 1000000\n' >>"$sandbox/etc/secureesp.conf"
kill -HUP "$daemon"
eventually 10 "that is enough now" is_low 0
publish_image "$third"
expect_equal "the daemon" "$daemon" "$(process_pid "$sandbox/run/daemon")"
expect_equal "jobs that were lost" 0 "$(counter store_dropped)"
