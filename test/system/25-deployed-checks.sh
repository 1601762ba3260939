#!/usr/bin/env bash
# What the scenarios with deployed sketches look for is found: records that are too long, memory
# that does not suffice, an image that is not signed for the sketch.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 0
mac=$(sketch_mac 4096)
new_device "$mac"
make_sketch_image 00.00.08.g 1 1
make_sketch_image 00.00.08.h 1 2
make_sketch 4096

# ends_with STATUS PATTERN OPTION...: the sketch, by itself.
ends_with() {
    sketch_command 4096 00.00.08.g "${@:3}"
    expect_exit "$1" "${sketch[@]}"
    expect_match "what it says" "$2" "$output"
}

# fails_at_firmware STATUS PATTERN OPTION...: the sketch, when it is told to update itself.
fails_at_firmware() {
    rm -f "$work/sketch-4096.log"
    sketch_command 4096 00.00.08.g "${@:3}"
    # The shell keeps the exit status.
    # shellcheck disable=SC2016
    process_start "$work/4096.pid" "$work/sketch-4096.log" \
        bash -c '"$@"; echo "exit status $?"' - "${sketch[@]}"
    records+=("$work/4096.pid")
    await 4096 '^online '
    eventually 10 "$mac online" device_has "$mac" '$.online' 1
    secureesp command "$mac" firmware >/dev/null
    await 4096 "^exit status $1\$"
    expect_match "what it says" "$2" "$(cat "$work/sketch-4096.log")"
}

step "a handshake record that is too long"
ends_with 3 'sent a clear record of [0-9]+ bytes; 512 were' --watch 512

step "an encrypted record that is too long"
fails_at_firmware 3 'sent an encrypted record of 4120 bytes; 2048 were' --watch 2048

step "no room for records of 16 KB"
sketch_command 4096 00.00.08.g
sketch=("${sketch[@]/#4096/16384}")
expect_exit 4 "${sketch[@]}"
expect_match "what it says" 'the arena is full: buffers for records of 16384' "$output"

step "an image that the running one cannot verify"
cp "$SANDBOX_PKI/signing/2.pub" "$work/sketch-4096/public.key"
fails_at_firmware 10 "not signed with the running one's key"
