#!/usr/bin/env bash
# User's code on an emulated board (firmware/app): what it has to say arrives, what it takes is seen,
# and an update with code that gets stuck does not stay.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

plain=$(board_mac_of 1)
slow=$(board_mac_of 2)
# Statuses come because the code asks for them, if at all.
sandbox_up --devices 0 --emulated 1 --status-interval 60000
publish_image "$SANDBOX_BOARD_IMAGE"
publish_image "$(make_board_image 00.00.02 1 1 "$lx106/test/stuck_app.bin")"

step "an update whose code gets stuck"
expect_equal firmware "done ok" "$(command_device "$plain" firmware)"
flash_id=$(json_get "$(api /commands --data "{\"mac\": \"$plain\", \"command\": \"flash\"}")" '$[0].id')

step "code that has something to say, and a loop of 300 ms"
image=$(sign_image ESP8266_LX106_SLOW-00.00.01 1 1 "$lx106/test/slow_app.bin")
sandbox_up --emulated 2 --board-image "$image"
has_rounds() {
    local rounds
    rounds=$(device "$slow" '$.status.rounds')
    [ "${rounds:-0}" -ge "$1" ]
}
eventually 20 "three rounds of its loop" has_rounds 3
text=$(api "/devices/$slow")
expect_between "its longest loop in ms" 300 1500 "$(json_get "$text" '$.max_loop_ms')"
expect_equal "a decimal" -21.5 "$(json_get "$text" '$.status.temperature')"
expect_equal "a text" '"hello"' "$(json_get "$text" '$.status.greeting')"
# The member that its code adds under a name of the contract is refused: the link's value stands.
expect_equal "rssi" 0 "$(json_get "$text" '$.status.rssi')"
expect_equal "refusals in its log" 1 "$(grep -c '^status member=rssi result=left-out$' "$SANDBOX_LOG/$slow.log")"
expect_equal "lines of its code" 1 "$(grep -c '^app setup$' "$SANDBOX_LOG/$slow.log")"
expect_equal "its error" "" "$(device "$slow" '$.error')"
shown=$(secureesp devices show "$slow" --json)
expect_equal "devices show --json" -21.5 "$(json_get "$shown" '$.status.temperature')"

step "the image that got stuck is left after three starts"
expect_equal flash "failed trial-failed" "$(command_outcome "$flash_id")"
eventually 20 "the image before" device_has "$plain" '$.image' ESP8266_LX106-00.00.01
expect_equal "ends by the watchdog" 3 "$(grep -c '^crash: watchdog$' "$SANDBOX_LOG/$plain.log")"
expect_match "why" "^3 starts without a report, the last ended by: watchdog$" \
    "$(event_detail "$plain" "value ->> '\$.event' = 'trial' and value ->> '\$.result' = 'trial-failed'")"
eventually 20 "online" device_has "$plain" '$.online' 1

step "and the next image, with code that comes back, is taken"
secureesp images withdraw ESP8266_LX106-00.00.02 --force >/dev/null
publish_image "$(make_board_image 00.00.03 1 1 "$lx106/test/slow_app.bin")"
climb "$plain" ESP8266_LX106-00.00.03
