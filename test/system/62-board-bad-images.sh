#!/usr/bin/env bash
# New images that never report, each on an emulated board of its own: one that hangs, one that
# crashes, one without a network. Each board returns to the image before by itself and says why.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"

declare -A mac=([hang]=$(board_mac_of 1) [crash]=$(board_mac_of 2) [mute]=$(board_mac_of 3))
declare -A name=([hang]=ESP8266_LX106 [crash]=ESP8266_LX106_CRASH [mute]=ESP8266_LX106_MUTE)
declare -A flash_id

sandbox_up --devices 0 --emulated 1 --board-argument trial-timeout=4000
publish_image "$SANDBOX_BOARD_IMAGE"
for program in crash mute; do
    image=$(sign_image "${name[$program]}-00.00.01" 1 1 "$lx106/firmware.bin")
    publish_image "$image"
    sandbox_up --emulated $((0x${mac[$program]: -1})) --board-image "$image"
done
for program in hang crash mute; do
    publish_image "$(sign_image "${name[$program]}-00.00.02" 1 1 "$lx106/test/$program.bin")"
done

step "each takes the image that never reports"
for program in hang crash mute; do
    expect_equal "firmware of $program" "done ok" "$(command_device "${mac[$program]}" firmware)"
    flash_id[$program]=$(json_get "$(api /commands \
        --data "{\"mac\": \"${mac[$program]}\", \"command\": \"flash\"}")" '$[0].id')
done

# returns PROGRAM REASON: the board runs the image before, and event, status and operator's view say
# which one failed and why.
returns() {
    local board=${mac[$1]} failed=${name[$1]}-00.00.02 detail
    expect_equal "flash of $1" "failed trial-failed" "$(command_outcome "${flash_id[$1]}")"
    eventually 20 "$board runs the image before" \
        device_has "$board" '$.image' "${name[$1]}-00.00.01"
    eventually 20 "$board online" device_has "$board" '$.online' 1
    detail=$(event_detail "$board" "value ->> '\$.event' = 'trial' and
        value ->> '\$.image' = '$failed' and value ->> '\$.result' = 'trial-failed'")
    expect_match "why $1 failed" "$2" "$detail"
    eventually 20 "the status of $board says why" device_has "$board" '$.error' "flash: $detail"
    expect_match "devices show of $1" "$failed" "$(secureesp devices show "$board")"
}
# starts PROGRAM END: how many runs of the new image the console has, each with that end.
starts() {
    grep -c "^crash: $2" "$SANDBOX_LOG/${mac[$1]}.log" || true
}

step "a load from NULL: three starts, the exception and where it was"
returns crash "^3 starts without a report, the last ended by: exception 15 at 0x[0-9a-f]{8}, 0x00000000$"
expect_equal "crashes" 3 "$(starts crash 'exception 15 at')"
pc=$(sed -n 's/^crash: exception 15 at \(0x[0-9a-f]*\),.*/\1/p' "$SANDBOX_LOG/${mac[crash]}.log" | tail -n 1)
read -r main_at main_size < <(xtensa-lx106-elf-nm -S "$lx106/test/crash.elf" |
    sed -n 's/^\([0-9a-f]*\) \([0-9a-f]*\) T main$/\1 \2/p')
if ((pc < 0x$main_at || pc >= 0x$main_at + 0x$main_size)); then
    fail "the exception at $pc is not in main(), 0x$main_at and 0x$main_size bytes"
fi

step "no network: the end of the trial's time"
returns mute "^no report in time"
expect_equal "crashes of the one without a network" 0 "$(starts mute '')"

step "a board that went back takes the next good image"
secureesp images withdraw "${name[crash]}-00.00.02" --force >/dev/null
publish_image "$(sign_image "${name[crash]}-00.00.03" 1 1 "$lx106/firmware.bin")"
climb "${mac[crash]}" "${name[crash]}-00.00.03"

step "a hang: three starts, the watchdog"
returns hang "^3 starts without a report, the last ended by: watchdog$"
expect_equal "ends by the watchdog" 3 "$(starts hang watchdog)"
