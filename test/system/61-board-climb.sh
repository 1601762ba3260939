#!/usr/bin/env bash
# An emulated board climbs a chain of four real images whose signing key changes in the middle, and
# refuses what the keys of its running image have not signed.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"

mac=$(board_mac_of 1)
board=ESP8266_LX106
console=$work/sandbox/log/$mac.log

# trials_are PASSED FAILED: how many ended so, as the broker heard.
trials_are() {
    [ "$(heard "/event/$mac" | grep -c '"event":"trial","result":"ok"')" -eq "$1" ] &&
        [ "$(heard "/event/$mac" | grep -c '"event":"trial","result":"trial-failed"')" -eq "$2" ]
}

sandbox_up --devices 0 --emulated 1
listen
step "a chain of four images; the second is the last that key 1 signed"
publish_image "$SANDBOX_BOARD_IMAGE"
publish_image "$(make_board_image 00.00.02 1 2)"
publish_image "$(make_board_image 00.00.03 2 2)"
chain=$(api "/chains/$board")
expect_equal "signers" "1 1 2" "$(json_get "$chain" '$.images[0].signer.name') $(
    json_get "$chain" '$.images[1].signer.name') $(json_get "$chain" '$.images[2].signer.name')"
expect_equal "stranded images" 0 "$(json_count "$chain" '$.images' "value ->> '\$.stranded'")"

step "to 00.00.02: not by a flash that means another image than was downloaded"
flash_ends() {
    heard "/event/$mac" | grep -q "\"command\":\"flash\",\"id\":$1,\"result\":\"$2\",\"image\":\"$3\""
}
expect_equal firmware "done ok" "$(command_device "$mac" firmware)"
tester_up
tester_publish "/command/$mac/flash" -m "{\"id\": 9000000000000001, \"image\": \"$(image_name 00.00.03)\"}"
eventually 20 "the refusal" flash_ends 9000000000000001 not-staged "$(image_name 00.00.02)"
expect_equal "the image after the refusal" "$(image_name 00.00.01)" "$(device "$mac" '$.image')"
tester_publish "/command/$mac/flash" -m "{\"id\": 9000000000000002, \"image\": \"$(image_name 00.00.02)\"}"
eventually 60 "the update" flash_ends 9000000000000002 ok "$(image_name 00.00.02)"
eventually 20 "00.00.02 in the list" device_has "$mac" '$.image' "$(image_name 00.00.02)"
step "to 00.00.03"
climb "$mac" "$(image_name 00.00.03)"
eventually 10 "two trials passed" trials_are 2 0
expect_equal "starts from alternate slots" "0 1 0" \
    "$(sed -n 's/.*start image=.*slot=\([01]\) .*/\1/p' "$console" | paste -s -d ' ')"
expect_equal "slot 0 holds the third" "$(sha256_of "$work/$(image_name 00.00.03).bin")" \
    "$(dd if="$sandbox/devices/$mac/flash.bin" bs=65536 skip=1 count=15 status=none |
        head -c "$(stat -c %s "$work/$(image_name 00.00.03).bin")" | sha256sum | cut -d ' ' -f 1)"

step "from here on the board asks a server that offers what the daemon would not"
expect_exit 1 secureesp images add "$(make_board_image 00.00.04 1 1)" --publish
hostile=$work/hostile
mkdir "$hostile"
secureesp pki server "$SANDBOX_PKI" hostile --dns localhost >/dev/null
records+=("$work/hostile.record")
process_start "$work/hostile.record" "$work/hostile.log" \
    python3 "$root/test/system/hostile_server.py" "$hostile" "$SANDBOX_PKI/ca.crt" \
    "$SANDBOX_PKI/servers/hostile.crt" "$SANDBOX_PKI/servers/hostile.key"
eventually 10 "the hostile server's port" test -e "$hostile/port"
part stop "$mac"
board_file "$mac" config.json >"$work/config.json"
sed "s/\"downloadport\": *[0-9]*/\"downloadport\": $(cat "$hostile/port")/" "$work/config.json" |
    put_board_file "$mac" config.json
# The emulator leads the board to these ports only.
board_set_command "$sandbox/devices/$mac/flash.bin" "$mac" "$work/qmp" closed \
    "$SANDBOX_MQTT_PORT" "$(cat "$hostile/port")" -- "epoch=$(date +%s)"
process_start "$sandbox/run/$mac" "$console" "${board_command[@]}"
eventually 20 "$mac online" device_has "$mac" '$.online' 1

# refuses_image RESULT DETAIL WHAT FILE: the command firmware fails so, and nothing can be installed.
refuses_image() {
    step "$3: $1"
    {
        printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n\r\n' \
            "$(stat -c %s "$4")"
        cat "$4"
    } >"$hostile/answer.new"
    mv "$hostile/answer.new" "$hostile/answer"
    expect_equal "$3" "failed $1" "$(command_device "$mac" firmware)"
    eventually 10 "$3 among the events" has_event "$mac" "value ->> '\$.event' = 'command' and
        value ->> '\$.result' = '$1' and value ->> '\$.detail' like '$2'"
    expect_match "devices show of $3" "$1" "$(secureesp devices show "$mac")"
    expect_equal "flash after $3" "failed nothing-downloaded" "$(command_device "$mac" flash force)"
    eventually 10 "$mac online" device_has "$mac" '$.online' 1
    expect_equal "the image after $3" "$(image_name 00.00.03)" "$(device "$mac" '$.image')"
}
refuses_image signature-invalid "image: no key of ours has signed it" \
    "signed by the key before" "$(make_board_image 00.00.04 1 1)"
good=$(make_board_image 00.00.04 2 2)
cp "$good" "$work/flipped"
flip "$work/flipped" 100000
refuses_image signature-invalid "image: no key of ours has signed it" "a bit of the program" \
    "$work/flipped"
refuses_image not-newer "image $(image_name 00.00.02): %" "an older image of the right key" \
    "$(make_board_image 00.00.02 2 2)"

step "the right successor is taken, from the daemon"
part stop "$mac"
put_board_file "$mac" config.json <"$work/config.json"
part start "$mac"
publish_image "$good"
climb "$mac" "$(image_name 00.00.04)"
expect_equal "firmware at the end" "done current" "$(command_device "$mac" firmware)"
eventually 10 "three trials passed" trials_are 3 0
