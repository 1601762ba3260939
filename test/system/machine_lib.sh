# shellcheck shell=bash
# A device beside a machine, and what the machine knows of it. Read it after machine.sh.
# shellcheck disable=SC2154  # the variables of lib.sh and machine.sh

machine_pki=/etc/secureesp/pki

is_connected() {
    [[ $(machine_root secureesp status 2>&1) =~ broker\ +localhost:8883\ connected ]]
}

# device_starts MAC: with a certificate and a configuration of the machine's. It is of the same network,
# but not of the machine: it goes on when that restarts.
device_starts() {
    mac=$1
    machine_root secureesp pki device "$machine_pki" "$mac" >/dev/null
    machine_root secureesp pki signing "$machine_pki" 1 >/dev/null
    machine_root secureespd --print-config-json "$mac" |
        sed 's/"statusinterval": *[0-9]*/"statusinterval": 1000/' >"$work/config.json"
    mkdir "$work/esp"
    device-files "$work/esp/files.bin" put "config.json=$work/config.json" \
        "ca.crt=$machine$machine_pki/ca.crt" "$mac.crt=$machine$machine_pki/devices/$mac.crt" \
        "$mac.key=$machine$machine_pki/devices/$mac.key"
    # shellcheck disable=SC2034  # make_image's
    SANDBOX_PKI=$machine$machine_pki
    mv "$(make_image 00.00.01 1 1)" "$work/esp/slot0.bin"
    machine_hosts=$work/hosts
    echo "127.0.0.1 localhost $machine_name" >"$machine_hosts"
    export -f machine_beside
    export machine_network machine_hosts
    process_start "$work/device.record" "$work/device.log" bash -c 'machine_beside "$@"' - \
        virtual-esp --dir "$work/esp" --mac "$mac"
    records=("$work/device.record" "${records[@]}")
    eventually 60 "the device is online" is_back 0
    # An event makes it online; the image comes with its first status.
    eventually 10 "its image" runs_image
}

device_json() {
    json_get "$(machine_root secureesp devices show "$mac" --json 2>/dev/null)" "$1" 2>/dev/null
}

runs_image() {
    [ "$(device_json '$.image')" = "$(image_name 00.00.01)" ]
}

# is_back SINCE_MS: the broker is connected, and the device has reported since then.
is_back() {
    local seen
    is_connected && [ "$(device_json '$.online')" = 1 ] && seen=$(device_json '$.last_seen_ms') &&
        [ "$seen" -gt "$1" ]
}

# all_is_back WHAT: waits until it is, and a command goes the whole way.
all_is_back() {
    eventually 60 "$1" is_back "$(date +%s%3N)"
    expect_exit 0 machine_root secureesp command "$mac" ca --wait=60
}

# signer_key_moves: the CA's key to the signer, line by line as the README has it.
signer_key_moves() {
    local steps line
    mapfile -t steps < <(sed -n '/^- .secureesp-signer. signs/,/^- .mosquitto/s/^  \(sudo .*\)/\1/p' "$root/README.md")
    [ "${#steps[@]}" -ge 4 ] || fail "the README has ${#steps[@]} lines"
    for line in "${steps[@]}"; do
        echo "$ $line"
        expect_exit 0 machine_do "$line"
    done
}
