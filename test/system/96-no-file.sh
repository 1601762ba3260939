#!/usr/bin/env bash
# What leaves devices without their files for reasons of the server's: each kind is answered, counted,
# and told once with what to do, however often it is asked for.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

sandbox_up --devices 0
mac=$(mac_of 1)
new_device "$mac"
files=$SANDBOX_PKI/devices
publish_image "$(make_image 00.00.01 1 1)"
publish_image "$(make_image 00.00.02 1 1)"
cp "$files/$mac.crt" "$work/own.crt"
cp "$files/$mac.key" "$work/own.key"

# expect_trouble WHAT PATH STATUS COUNTER LINE: asked for five times.
expect_trouble() {
    local before i
    before=$(counter "$4")
    mark_log
    for i in 1 2 3 4 5; do
        get_with "$work/own" "$2"
        expect_equal "$1: status, time $i" "$3" "$status"
    done
    expect_equal "$1: $4" $((before + 5)) "$(counter "$4")"
    expect_equal "$1: lines" 1 "$(log_since "error download: $5")"
    secureesp status | grep -Eq "^$4 +$((before + 5))\$" || fail "status does not show $4"
}

step "a certificate that is none"
echo nonsense >"$files/$mac.crt"
expect_trouble "a certificate" "/$mac.crt" 500 download_bad_files \
    "file cannot be used mac=$mac name=.*$mac.crt .*--check-config"
step "a certificate that is not there"
rm "$files/$mac.crt"
expect_trouble "no certificate" "/$mac.crt" 404 download_missing_files \
    "file is missing mac=$mac name=.*$mac.crt .*secureesp pki device"
step "an image that is not there"
find "$sandbox/state/images" -type f -delete
expect_trouble "no image" "/firmware.bin?curimage=$(image_name 00.00.01)" 500 download_bad_images \
    "image cannot be read mac=$mac name=$(image_name 00.00.02) .*images add"
cp "$work/own.crt" "$files/$mac.crt"
get "$mac" "/$mac.crt"
expect_equal "mended" 200 "$status"
