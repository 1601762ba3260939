#!/usr/bin/env bash
# Damaged programs in an emulated board's flash: the other slot is the way out, and the board says so;
# where there is none the console says what to do.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"

mac=$(board_mac_of 1)
board=ESP8266_LX106
flash=$work/sandbox/devices/$mac/flash.bin
first=$(image_name 00.00.01)
second=$(image_name 00.00.02)
slot=(0x10000 0x110000)
program_end=$(stat -c %s "$lx106/firmware.bin") # where an image's descriptor begins

# damages SLOT OFFSET...: while the board is off; twice mends it.
damages() {
    local at
    part stop "$mac"
    for at in "${@:2}"; do flip "$flash" $((slot[$1] + at)); done
}
console_count() {
    grep -c -e "$1" "$SANDBOX_LOG/$mac.log" || true
}

# goes_back DETAIL: the first image runs, and event, status and operator's view say why.
goes_back() {
    part start "$mac"
    eventually 20 "$mac runs the first" device_has "$mac" '$.image' "$first"
    eventually 20 "the status says why" device_has "$mac" '$.error' "skipped $second: $1"
    eventually 20 "an event says why" has_event "$mac" "value ->> '\$.event' = 'error' and
        value ->> '\$.result' = 'flash-failed' and value ->> '\$.detail' = 'skipped $second: $1'"
    expect_match "devices show" "skipped $second" "$(secureesp devices show "$mac")"
    expect_equal "$mac online" 1 "$(device "$mac" '$.online')"
}

sandbox_up --devices 0 --emulated 1
publish_image "$SANDBOX_BOARD_IMAGE"
publish_image "$(make_board_image 00.00.02 1 1)"
climb "$mac" "$second"

step "a bit of the running program: the boot loader goes to the other slot"
damages 1 100000
goes_back "the program is damaged"
expect_equal "complaints" 1 "$(console_count '^boot: the active slot.s program is damaged$')"

step "and from there the update goes on, if what was downloaded is still whole"
expect_equal firmware "done ok" "$(command_device "$mac" firmware)"
damages 1 100000
part start "$mac"
eventually 20 "$mac online" device_has "$mac" '$.online' 1
expect_equal "flash of a damaged download" "failed signature-invalid" "$(command_device "$mac" flash)"
climb "$mac" "$second"
expect_equal "the error is gone" "" "$(device "$mac" '$.error')"

step "a bit of the descriptor, which the boot loader does not look at"
damages 1 $((program_end + 2))
goes_back "image: has no descriptor"
expect_equal "complaints" 1 "$(console_count '^boot: the ')"
climb "$mac" "$second"

step "both programs: the console says what to do"
damages 1 100000
damages 0 100000
starts=$(console_count '^start image=')
part start "$mac"
eventually 10 "what to do" console_says "$mac" '^boot: no program to run; write the flash anew$'
expect_equal "programs started" "$starts" "$(console_count '^start image=')"

step "that helps"
damages 0 100000
part start "$mac"
eventually 20 "$mac runs the first" device_has "$mac" '$.image' "$first"
eventually 20 "$mac online" device_has "$mac" '$.online' 1
