#!/usr/bin/env bash
# A program on an emulated board that has reported and then enters its loop no more: the watchdog
# ends it after 6 s of the board's own clock, and the board says so when it is back.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

mac=$(board_mac_of 2)
sandbox_up --devices 0 --emulated 1
listen
step "a board that gets stuck once it has reported"
sandbox_up --emulated 2 --board-image "$(make_board_image 00.00.01 1 1 "$lx106/test/stuck.bin")"
eventually 10 "its first status" hears "/status/$mac"
eventually 10 "it is stuck" console_says "$mac" '^stuck for=0$'

step "the watchdog"
eventually 20 "the reset" console_says "$mac" '^crash: watchdog$'
expect_between "ms for which it was stuck, by the board's clock" 5000 9999 \
    "$(sed -n 's/^stuck for=//p' "$SANDBOX_LOG/$mac.log" | tail -n 1)"

step "it is back and says why"
eventually 10 "the reason in an event" has_event "$mac" "value ->> '\$.event' = 'error' and
    value ->> '\$.result' = 'crashed' and value ->> '\$.detail' = 'restarted by: watchdog'"
eventually 10 "the reason in the status" device_has "$mac" '$.error' "restarted by: watchdog"
expect_equal "$mac online" 1 "$(device "$mac" '$.online')"
expect_equal "starts that were reported" 2 "$(heard "/event/$mac" | grep -c '"event":"boot"')"
expect_match "devices show" "restarted by: watchdog" "$(secureesp devices show "$mac")"

step "the next restart, by command, has no such reason"
expect_equal reboot "done ok" "$(command_device "$mac" reboot)"
eventually 10 "a status without an error" device_has "$mac" '$.error' ""
expect_equal "resets by the watchdog" 1 "$(grep -c '^crash: ' "$SANDBOX_LOG/$mac.log")"
expect_equal "errors of the other board" "" "$(device "$(board_mac_of 1)" '$.error')"
