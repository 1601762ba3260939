#!/usr/bin/env bash
# scripts/flash and scripts/provision write what they should to a board, by the real esptool, and
# nothing else.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/serial_lib.sh
. "$(dirname "$0")/serial_lib.sh"

mac=84f3eb012345
pki=$work/pki
build=$work/build
flash=$work/flash.bin
nvs=0x9000
files=0x200000

in_flash() {
    device-files --offset "$files" --size 0x40000 "$flash" "$@"
}

provision() { # EXIT-STATUS OPTION...
    expect_exit "$1" "$root/scripts/provision" "$port" "$mac" --pki "$pki" \
        --config "$root/server/etc/secureesp.conf" "${@:2}"
    expect_no_leftovers
}

expect_files() {
    cmp "$pki/ca.crt" <(in_flash get ca.crt)
    cmp "$pki/devices/$mac.crt" <(in_flash get "$mac.crt")
    cmp "$pki/devices/$mac.key" <(in_flash get "$mac.key")
    expect_exit 0 in_flash check "$mac"
}

step "what is missing"
expect_exit 1 "$root/scripts/flash" /dev/null --build "$build"
expect_match "no results" "bootloader.bin is missing: make firmware-esp8266" "$output"
mkdir -p "$build"/{bootloader,partition_table}
# esptool puts flash parameters into what is an image: a header, a segment of 9984 bytes at 0x40100000
# (which stands here twice the same, so that it does not count in the sum), their sum.
head -c 4992 /dev/urandom >"$work/half"
{
    printf '\xe9\x01\x00\x00\x00\x00\x10\x40\x00\x00\x10\x40\x00\x27\x00\x00'
    cat "$work/half" "$work/half"
    printf '\0%.0s' {1..15} && printf '\xef'
} >"$build/bootloader/bootloader.bin"
head -c 3072 /dev/urandom >"$build/partition_table/partition-table.bin"
head -c 8192 /dev/zero | tr '\0' '\377' >"$build/ota_data_initial.bin"
head -c 983041 /dev/urandom >"$build/firmware.bin"
expect_exit 1 "$root/scripts/flash" /dev/null --build "$build"
expect_match "too large" "larger than a slot of 983040 bytes" "$output"
head -c 400002 /dev/urandom >"$build/firmware.bin"
expect_exit 1 env -u ESPTOOL -u IDF_PATH PATH=/usr/bin:/bin "$root/scripts/flash" /dev/null --build "$build"
expect_match "no esptool" "^flash: no esptool here: IDF_PATH must name ESP8266_RTOS_SDK" "$output"
for arguments in "" "a b" "--flash 3MB a" "--baud 0 a" "--build" "--explode a"; do
    # shellcheck disable=SC2086  # words
    expect_exit 2 "$root/scripts/flash" $arguments
done
expect_exit 0 "$root/scripts/flash" --help
# the SDK as it may be found: none, without submodules, of 2021
sdk=$work/sdk
build_firmware() {
    expect_exit 1 env BOARD=A VERSION=1 KEY=/dev/null TRUST=/dev/null APP=/dev/null IDF_PATH="$sdk" \
        "$root/firmware/port/esp8266/build"
}
build_firmware
expect_match "no SDK" "^firmware-esp8266: IDF_PATH must name .* branch release/v3.4" "$output"
mkdir -p "$sdk/tools/cmake" && touch "$sdk/tools/cmake/project.cmake"
build_firmware
expect_match "no submodules" "has no components/json/cJSON: git .* submodule update --init" "$output"
mkdir -p "$sdk"/components/{json/cJSON,lwip/lwip}/src
build_firmware
expect_match "old SDK" "tag v3.4, of 2021, or older: git .* checkout release/v3.4" "$output"
skip_without_esptool
expect_exit 1 "$root/scripts/flash" /dev/nowhere --build "$build"
expect_match "no port" "/dev/nowhere does not exist" "$output"

secureesp pki init "$pki" >/dev/null
secureesp pki device "$pki" "$mac" >/dev/null
head -c 4194304 /dev/urandom >"$flash"
cp "$flash" "$work/before"
serial_up "$flash" "$mac"

step "flash writes four files at their places"
expect_exit 0 "$root/scripts/flash" "$port" --build "$build"
expect_match "what it says" "$mac starts its new image" "$output"
expect_line "erase 0x0 0x3000,erase 0x8000 0x1000,erase 0x9000 0x4000,erase 0xd000 0x2000,erase 0x10000 0x62000,firmware,"
# The header says DIO, 4 MB, 40 MHz.
expect_equal "the boot loader's header" "e9010240" "$(head -c 4 "$flash" | od -An -tx1 | tr -d ' \n')"
cmp -i 4 -n 10012 "$flash" "$build/bootloader/bootloader.bin"
cmp -i "$((0x8000)):0" -n 3072 "$flash" "$build/partition_table/partition-table.bin"
cmp -i "$((0xd000)):0" -n 8192 "$flash" "$build/ota_data_initial.bin"
cmp -i "$((0x10000)):0" -n 400002 "$flash" "$build/firmware.bin"
cmp -n 16384 -i "$((nvs)):0" "$flash" <(head -c 16384 /dev/zero | tr "\0" "\377")
cmp -i "$((0x110000))" "$flash" "$work/before"
expect_no_leftovers

step "provision writes the partition, and all of it where something else was"
cp "$flash" "$work/before"
provision 0
expect_match "what it says" "$mac has its files and starts" "$output"
expect_line "erase 0x200000 0x40000,firmware,"
expect_same_outside "$flash" "$work/before" "$files" 0x240000
expect_files
expect_equal "names" 4 "$(in_flash list | wc -l)"

step "it keeps the slot record, events, Wi-Fi and SmartConfig's key; staged and foreign files go"
for name in slots events.jsonl wifi smartconfig.key ca.crt.new "$mac.key.new" 84f3eb000001.key; do
    head -c 300 /dev/urandom >"$work/$name"
    in_flash put "$name=$work/$name"
done
secureesp pki device "$pki" "$mac" --force >/dev/null
cp "$flash" "$work/before"
provision 0 --baud 115200
expect_same_outside "$flash" "$work/before" "$files" 0x240000
expect_files
for name in slots events.jsonl wifi smartconfig.key; do
    cmp "$work/$name" <(in_flash get "$name")
done
expect_equal "names" 8 "$(in_flash list | wc -l)"
expect_equal "whole erasures" "" "$(grep 'erase 0x200000 0x40000' "$work/line" || true)"
: >"$work/line"

step "it forgets the Wi-Fi network, and nothing else"
cp "$flash" "$work/before"
provision 0 --forget-wifi
cmp -n 16384 -i "$((nvs)):0" "$flash" <(head -c 16384 /dev/zero | tr '\0' '\377')
cp "$flash" "$work/after"
dd if="$work/before" of="$work/after" bs=4096 seek=9 skip=9 count=4 conv=notrunc status=none
expect_same_outside "$work/after" "$work/before" "$files" 0x240000
expect_exit 1 in_flash get wifi
cmp "$work/slots" <(in_flash get slots)
expect_files

step "a signal leaves nothing behind"
: >"$work/line"
"$root/scripts/provision" "$port" "$mac" --pki "$pki" --config "$root/server/etc/secureesp.conf" \
    >/dev/null 2>&1 &
provision_pid=$!
eventually 20 "the board in its boot loader" grep -q "boot loader" "$work/line"
kill -TERM "$provision_pid"
status=0
wait "$provision_pid" || status=$?
expect_equal "exit status" 143 "$status"
expect_no_leftovers
serial_down

step "a board with another flash map is refused"
# "files" at 0xb0000, as the map for 2 MB has it
printf '\xaa\x50\x01\x40\0\0\x0b\0\0\0\x04\0files\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >"$work/table"
serial_up "$flash" "$mac"
dd if="$work/table" of="$flash" bs=1 seek=$((0x8000)) conv=notrunc status=none
cp "$flash" "$work/before"
provision 1
expect_match "why" "has its files at 0xb0000, not at 0x200000" "$output"
cmp "$flash" "$work/before"
serial_down

step "another board, and a smaller flash, are refused with nothing written"
cp "$flash" "$work/before"
serial_up "$flash" 84f3eb012346
provision 1
expect_match "the reason" "the board at .* is 84f3eb012346, not $mac: nothing is written" "$output"
expect_line "firmware,"
cmp "$flash" "$work/before"
serial_down
truncate -s 2M "$flash"
cp "$flash" "$work/before"
serial_up "$flash" "$mac"
provision 1
expect_match "the reason" "this board's flash has 2MB: choose another table" "$output"
expect_exit 1 "$root/scripts/flash" "$port" --build "$build"
expect_match "the reason" "this board's flash has 2MB" "$output"
expect_line "firmware,firmware,"
cmp "$flash" "$work/before"

step "a flash of 2 MB"
files=0xb0000
provision 0 --flash 2MB
expect_files
expect_same_outside "$flash" "$work/before" 0xb0000 0xf0000
