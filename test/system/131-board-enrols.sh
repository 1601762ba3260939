#!/usr/bin/env bash
# A device and an emulated board that have nothing but a claim certificate get a certificate, report,
# take an update, and renew the certificate when it is time, whether the power is cut or not.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"

est_port=$((32000 + SRANDOM % 700))
sandbox_up --devices 1 --board-port "$est_port"
make_claims
# shellcheck disable=SC2034  # enrol_lib.sh's
signer_days=1
signer_up
enrolment_served
enrolment_on approve 'retry_after_s = 10'
device=$(mac_of 101)
lx=$(board_mac_of 1)

is_pending() {
    [ "$(enrolment "$1" state)" = pending ]
}
# file MAC NAME: what a file in its flash holds.
file() {
    case $1 in "$lx") board_file "$@" ;; *) flash_file "$@" ;; esac
}
# serial_in_use MAC: of the certificate in its flash.
serial_in_use() {
    plain "$(file "$1" "$1.crt" | openssl x509 -noout -serial)"
}
says_times() {
    [ "$(grep -c -e "$2" "$SANDBOX_LOG/$1.log")" -ge "$3" ]
}
is_renewed() { # MAC OLD-SERIAL
    [ "$(enrolment "$1" serial)" != "$2" ] && [ "$(serial_in_use "$1")" = "$(enrolment "$1" serial)" ]
}

step "what is missing is said"
sed 's/^enrolserver = .*/enrolserver = elsewhere.example/' "$sandbox/etc/secureesp.conf" >"$work/bad.conf"
expect_exit 1 secureespd --check-config --config "$work/bad.conf"
expect_match "a name that the certificate lacks" "enrolserver: certificate .*elsewhere.example" "$output"
expect_exit 1 part new "$(mac_of 1)" "$claims/claim"
part new "$(mac_of 102)" "$claims/claim"
expect_exit 0 device-files "$sandbox/devices/$(mac_of 102)/files.bin" check "$(mac_of 102)"
device-files "$sandbox/devices/$(mac_of 102)/files.bin" remove claim.key
expect_exit 1 device-files "$sandbox/devices/$(mac_of 102)/files.bin" check "$(mac_of 102)"
expect_match "why" "claim.key: is missing" "$output"

step "a device and a board ask, and wait for an operator"
for mac in "$device" "$lx"; do
    part new "$mac" "$claims/claim"
    expect_match "no certificate" "ca.crt.*claim.crt.*claim.key" \
        "$(case $mac in "$lx") board_files "$sandbox/devices/$mac/flash.bin" list ;;
        *) device-files "$sandbox/devices/$mac/files.bin" list ;; esac | tr '\n' ' ')"
    part start "$mac"
done
for mac in "$device" "$lx"; do
    eventually 40 "$mac waits" is_pending "$mac"
    console_says "$mac" "^\($mac \)\?start enrolment" || fail "$mac does not say so"
    expect_equal "of $mac" "" "$(api "/devices/$mac" | grep '"online": true' || true)"
done

step "approved, they get one, and report"
for mac in "$device" "$lx"; do
    expect_exit 0 secureesp enrolments approve "$mac"
done
for mac in "$device" "$lx"; do
    eventually 60 "$mac is online" device_has "$mac" '$.online' 1
    expect_equal "certificate of $mac" "$(enrolment "$mac" serial)" "$(serial_in_use "$mac")"
    expect_equal "state of $mac" enrolled "$(enrolment "$mac" state)"
    expect_match "key of $mac" "ASN1 OID: prime256v1" "$(file "$mac" "$mac.key" | openssl ec -text -noout 2>/dev/null | tr '\n' ' ')"
    expect_equal "alarms of $mac" "" "$(enrolment "$mac" alarms | grep -v '^0$' || true)"
    file "$mac" claim.crt >/dev/null
done

step "with a one-time code nobody has to approve"
coded=$(mac_of 103)
part new "$coded" "$claims/other-claim"
json_get "$(secureesp enrolments add "$coded" --code --json)" '$[0].code' | put_flash_file "$coded" code
part start "$coded"
eventually 60 "$coded is online" device_has "$coded" '$.online' 1
! flash_file "$coded" code >/dev/null 2>&1 || fail "the code is kept"

step "they take an update"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"
climb "$device" "$(image_name 00.00.02)"
publish_image "$(make_board_image 00.00.01 1 1)"
publish_image "$(make_board_image 00.00.02 1 1)"
climb "$lx" ESP8266_LX106-00.00.02

step "it is no time yet"
sleep 2
expect_equal renewals "0" "$(grep -c "start renewal" "$SANDBOX_LOG/$device.log" || true)"

step "by the clock of the device two thirds of the life are over: it renews"
old=$(serial_in_use "$device")
part stop "$device"
echo $((20 * 3600)) >"$work/clock"
start_ahead() {
    process_start "$sandbox/run/$device" "$SANDBOX_LOG/$device.log" \
        env LD_PRELOAD="$root/build/$VARIANT/bin/clock-offset.so" CLOCK_OFFSET_FILE="$work/clock" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
        virtual-esp --dir "$sandbox/devices/$device" --mac "$device"
}
records+=("$sandbox/run/$device")
start_ahead
eventually 60 "the renewal" is_renewed "$device" "$old"
eventually 30 "it reports with the new one" has_event "$device" "value ->> '\$.event' = 'boot'"
expect_match "the old one and the new one" "$old.*$(serial_in_use "$device")|$(serial_in_use "$device").*$old" \
    "$(secureesp pki list | tr '\n' ' ')"
expect_match "devices show" "$(serial_in_use "$device")" "$(secureesp devices show "$device")"
expect_equal "who decided" renewal "$(enrolment "$device" decided_by)"
! flash_file "$device" "$device.crt.new" >/dev/null 2>&1 || fail "the new one is not in its place"
! flash_file "$device" "$device.key.new" >/dev/null 2>&1 || fail "the new key is not in its place"
[ "$(flash_file "$device" "$device.crt" | openssl x509 -noout -pubkey)" = \
    "$(flash_file "$device" "$device.key" | openssl pkey -pubout)" ] || fail "key and certificate differ"

step "the power is cut while it renews: it goes on with what it has, and renews later"
old=$(serial_in_use "$device")
process_signal "$sandbox/run/daemon" STOP
echo $((22 * 3600)) >"$work/clock" # half an hour at least after the last attempt
before=$(grep -c "start renewal" "$SANDBOX_LOG/$device.log")
eventually 60 "another attempt" says_times "$device" "start renewal" $((before + 1))
process_signal "$sandbox/run/$device" KILL
process_stop "$sandbox/run/$device"
process_signal "$sandbox/run/daemon" CONT
start_ahead
eventually 60 "it is online" says_times "$device" " online " 2
expect_equal "its certificate" "$old" "$(serial_in_use "$device")"
before=$(grep -c "start renewal" "$SANDBOX_LOG/$device.log")
sleep 2
expect_equal "attempts at once" "$before" "$(grep -c "start renewal" "$SANDBOX_LOG/$device.log")"
echo $((23 * 3600)) >"$work/clock"
eventually 60 "the renewal" is_renewed "$device" "$old"

step "refused, it goes on too, and says why"
old=$(serial_in_use "$device")
process_stop "$work/signer.record"
echo $((23 * 3600 + 1000)) >"$work/clock"
eventually 60 "the event" has_event "$device" "value ->> '\$.detail' like 'renewal: HTTP 503%'"
eventually 30 "it is online" device_has "$device" '$.online' 1
expect_equal "its certificate" "$old" "$(serial_in_use "$device")"
signer_up

step "the board renews"
old=$(serial_in_use "$lx")
part stop "$lx"
sandbox_up --board-argument "epoch=$(($(date +%s) + 20 * 3600))"
part start "$lx"
eventually 60 "the renewal" is_renewed "$lx" "$old"
eventually 30 "it is online" device_has "$lx" '$.online' 1
expect_match "pki list" "$(serial_in_use "$lx")" "$(secureesp pki list | tr '\n' ' ')"
