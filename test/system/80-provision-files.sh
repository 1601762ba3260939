#!/usr/bin/env bash
# scripts/provision makes files that a device starts with, and refuses those that it would refuse.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/serial_lib.sh
. "$(dirname "$0")/serial_lib.sh"

sandbox_up --devices 0
mac=84f3eb012345
new_device "$mac" 84f3eb012346
files=$work/files.bin
provision=("$root/scripts/provision" --pki "$SANDBOX_PKI" --config "$sandbox/etc/secureesp.conf")

in_files() {
    device-files --size 0x40000 "$files" "$@"
}

# refused PATTERN ARGUMENT...: with nothing made.
refused() {
    expect_exit 1 "${provision[@]}" --output "$files" "${@:2}"
    expect_match "the reason" "$1" "$output"
    expect_equal "lines of the reason" 1 "$(wc -l <<<"$output")"
    [ ! -e "$files" ] || fail "$files was made all the same"
    expect_no_leftovers
}

step "the files of a new board"
expect_exit 0 "${provision[@]}" --output "$files" 84:F3:EB:01:23:45
expect_match "what it says" "262144 bytes for $mac, to be written at 0x200000" "$output"
expect_no_leftovers
expect_equal "mode and size" "600 262144" "$(stat -c '%a %s' "$files")"
expect_equal "names" "config.json ca.crt $mac.crt $mac.key" \
    "$(in_files list | sed 's/^ *[0-9]* *//' | tr '\n' ' ' | sed 's/ $//')"
cmp "$SANDBOX_PKI/ca.crt" <(in_files get ca.crt)
cmp "$SANDBOX_PKI/devices/$mac.crt" <(in_files get "$mac.crt")
cmp "$SANDBOX_PKI/devices/$mac.key" <(in_files get "$mac.key")
get "$mac" /config.json
cmp "$work/answer" <(in_files get config.json | head -c -1) || fail "not the config.json of the daemon"
expect_exit 0 in_files check "$mac"
expect_exit 1 in_files check 84f3eb012346

step "the device starts with them"
mkdir -p "$work/device"
cp "$files" "$work/device/files.bin"
cp "$SANDBOX_IMAGE" "$work/device/slot0.bin"
records+=("$work/device.record")
process_start "$work/device.record" "$work/device.log" virtual-esp --dir "$work/device" --mac "$mac"
eventually 30 "$mac is online" device_has "$mac" '$.online' 1
process_stop "$work/device.record"
rm "$files"

step "its own configuration, a SmartConfig key, a Wi-Fi network, other flash"
printf '{"downloadserver": "a.example", "mqttserver": "b.example"}' >"$work/config.json"
printf '0123456789abcde%%\n' >"$work/smart"
"${provision[@]}" --config "$work/config.json" --smartconfig-key "$work/smart" --wifi "Our net" \
    --flash 2MB --output "$files" 84f3eb012345 <<<' pass word' >"$work/said" 2>&1
expect_match "what it says" "at 0xb0000" "$(cat "$work/said")"
expect_equal "the network" "$(printf 'Our net%025d pass word%054d' 0 0 | tr 0 .)" \
    "$(in_files get wifi | tr '\0' .)"
cmp "$work/config.json" <(in_files get config.json)
expect_equal "SmartConfig's key" "0123456789abcde%" "$(in_files get smartconfig.key)"
expect_equal "its size" 16 "$(in_files get smartconfig.key | wc -c)"
rm "$files"

step "a claim certificate and a code in place of its own certificate"
secureesp pki init "$work/claims" >/dev/null
secureesp pki client "$work/claims" claim-2026 --role claim >/dev/null
claim=$work/claims/clients/claim-2026
refused "config.json: enrolserver: missing" "$mac" --claim "$claim"
refused "nowhere.crt is missing: secureesp pki client" "$mac" --claim "$work/nowhere"
echo '{"downloadserver": "a", "mqttserver": "b", "enrolserver": "c"}' >"$work/config.json"
expect_exit 0 "${provision[@]}" --config "$work/config.json" --claim "$claim" --code code-42 \
    --output "$files" "$mac"
expect_equal "names" "config.json ca.crt claim.crt claim.key code" \
    "$(in_files list | sed 's/^ *[0-9]* *//' | tr '\n' ' ' | sed 's/ $//')"
cmp "$claim.key" <(in_files get claim.key)
expect_equal "the code" code-42 "$(in_files get code)"
expect_exit 0 in_files check "$mac"
rm "$files"

step "what is refused"
for key in 0123456789abcde 0123456789abcdefg $'0123456789\tbcdef' 0123456789abcdé; do
    printf '%s' "$key" >"$work/smart"
    refused "not exactly 16 printable characters" "$mac" --smartconfig-key "$work/smart"
done
refused "no password of WPA2" "$mac" --wifi net
refused "84f3eb012347.crt is missing: secureesp pki device $SANDBOX_PKI 84f3eb012347" 84f3eb012347
refused "ca.crt is missing: secureesp pki init" "$mac" --pki "$work/nowhere"
refused "nowhere.conf is missing" "$mac" --config "$work/nowhere.conf"
echo '{"downloadserver": "a.example"}' >"$work/config.json"
refused "refuse its files: config.json: mqttserver: missing" "$mac" --config "$work/config.json"
echo 'downloadserver: a.example' >"$work/config.json"
refused "refuse its files: config.json: is no JSON object" "$mac" --config "$work/config.json"

# pki_with FILE SOURCE: the sandbox's PKI folder but for one file.
pki_with() {
    rm -rf "$work/pki"
    mkdir -p "$work/pki/devices"
    cp "$SANDBOX_PKI/ca.crt" "$work/pki"
    cp "$SANDBOX_PKI/devices/$mac".* "$work/pki/devices"
    cp "$2" "$work/pki/$1"
}
pki_with "devices/$mac.crt" "$SANDBOX_PKI/devices/84f3eb012346.crt"
refused "its common name is not our MAC" "$mac" --pki "$work/pki"
pki_with "devices/$mac.key" "$SANDBOX_PKI/devices/84f3eb012346.key"
refused "device key: is not the device certificate's" "$mac" --pki "$work/pki"
secureesp pki init "$work/other" >/dev/null
pki_with ca.crt "$work/other/ca.crt"
refused "is not signed by our CA" "$mac" --pki "$work/pki"
pki_with ca.crt "$SANDBOX_PKI/devices/$mac.crt"
refused "ca.crt: is not the certificate of a CA" "$mac" --pki "$work/pki"
pki_with "devices/$mac.crt" "$SANDBOX_PKI/ca.crt"
rm "$work/pki/devices/$mac.key"
refused "$mac.key is missing" "$mac" --pki "$work/pki"

step "arguments"
for arguments in "" "$mac" "/dev/null 84f3eb01234" "a b c" "--output" "--output a b $mac" \
    "--flash 3MB /dev/null $mac" "--flash ../4MB /dev/null $mac" "--baud fast /dev/null $mac" \
    "--code a --output a $mac" \
    "--forget-wifi --output a $mac" "--wifi a --forget-wifi /dev/null $mac" \
    "--wifi a23456789012345678901234567890123 /dev/null $mac" "--explode /dev/null $mac" "--explode"; do
    # shellcheck disable=SC2086  # words
    expect_exit 2 "$root/scripts/provision" $arguments
done
expect_exit 0 "$root/scripts/provision" --help
expect_match "help" "usage: scripts/provision" "$output"
expect_equal "the daemon's usage" 2 \
    "$(secureespd --config "$sandbox/etc/secureesp.conf" --print-config-json x >/dev/null 2>&1 || echo $?)"
