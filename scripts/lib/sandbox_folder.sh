# shellcheck shell=bash
# What lies in a sandbox's folder: CA, images, configurations, the devices' flash. A part of
# scripts/sandbox, whose variables it uses.
# shellcheck disable=SC2154

# pki VERB ARG...: without a word if it succeeds: there is no daemon yet that could be told.
pki() {
    local said
    said=$(secureesp pki "$@" 2>&1) || { printf '%s\n' "$said" >&2 && return 1; }
}

make_pki() {
    local pki=$dir/pki name
    [ -e "$pki/ca.crt" ] || pki init "$pki" "${pki_options[@]}"
    for name in mosquitto secureespd; do
        [ -e "$pki/servers/$name.crt" ] ||
            pki server "$pki" "$name" --dns localhost --ip 127.0.0.1 "${pki_options[@]}"
    done
    [ -e "$pki/clients/sandbox.crt" ] ||
        pki client "$pki" sandbox --role monitor "${pki_options[@]}"
    for name in 1 2; do
        [ -e "$pki/signing/$name.key" ] || pki signing "$pki" "$name"
    done
}

# make_image NAME PROGRAM IMAGE: signed with and trusting key 1.
make_image() {
    [ ! -e "$3" ] || return 0
    secureesp images describe --name "$1" --trust "$dir/pki/signing/1.pub" \
        --append-to "$2" "$dir/images/body" >/dev/null
    secureesp images sign --key "$dir/pki/signing/1.key" "$dir/images/body" "$3" >/dev/null
    rm "$dir/images/body"
}

make_factory_images() {
    if [ -z "$factory_image" ]; then
        factory_image=$dir/images/ESP8266_VIRTUAL-00.00.01.bin
        head -c 65536 /dev/urandom >"$dir/images/payload"
        make_image ESP8266_VIRTUAL-00.00.01 "$dir/images/payload" "$factory_image"
        rm "$dir/images/payload"
    fi
    if [ -z "$board_image" ] && [ "$emulated" -gt 0 ]; then
        board_image=$dir/images/ESP8266_LX106-00.00.01.bin
        make_image ESP8266_LX106-00.00.01 "$firmware/firmware.bin" "$board_image"
    fi
}

# What is installed, but for folders, port and log; $SANDBOX_BROKER_MORE is for a scenario's other
# clients. A configuration of its own, etc/mosquitto.own, takes the place of ours.
write_broker_configuration() {
    local own=$dir/etc/mosquitto.own
    [ -e "$own" ] || own=$here/server/etc/mosquitto/secureesp.conf
    sed -e "s|/etc/secureesp/pki|$dir/pki|; s|/var/lib/secureesp|$dir/state|" \
        -e "s|/var/lib/mosquitto|$dir/state|" \
        -e "s|/usr/local/lib/secureesp|$here/build/$variant/lib|" \
        -e "s|^listener 8883|listener $mqtt_port 127.0.0.1|" \
        "$own" >"$dir/etc/mosquitto.conf"
    printf '%s\n' "${SANDBOX_BROKER_MORE:-}" "user $(id -un)" "persistence_location $dir/state/" \
        'log_timestamp_format %H:%M:%S' >>"$dir/etc/mosquitto.conf"
    # Faster than our rules let a device speak, unless a scenario says how fast.
    [ "$status_interval" -ge 250 ] || grep -q plugin_opt_messages_per_second "$dir/etc/mosquitto.conf" ||
        printf 'plugin_opt_messages_per_second 100\nplugin_opt_bytes_per_second 100000\n' \
            >>"$dir/etc/mosquitto.conf"
}

write_daemon_configuration() {
    cat >"$dir/etc/secureesp.conf" <<TEXT
[daemon]
state_dir = $dir/state
socket = $socket
socket_mode = 0600
offline_after_s = $((status_interval > 10000 ? status_interval / 500 : 20))
[tls]
ca = $dir/pki/ca.crt
certificate = $dir/pki/servers/secureespd.crt
key = $dir/pki/servers/secureespd.key
[download]
address = 127.0.0.1
port = $https_port
path = /download
devices_dir = $dir/pki/devices
[mqtt]
host = localhost
port = $mqtt_port
[config.json]
downloadserver = localhost
downloadport = $https_port
downloadpath = /download
mqttserver = localhost
mqttport = $mqtt_port
mqtttls = true
ntpserver = pool.ntp.org
statusinterval = $status_interval
waittimeout = 20000
retrytimeout = 500
TEXT
}

# The same for the devices' flash, but for device_settings.
write_device_configuration() {
    local setting
    cat >"$dir/etc/config.json" <<TEXT
{"downloadserver": "localhost", "downloadport": $https_port, "downloadpath": "/download",
 "mqttserver": "localhost", "mqttport": $mqtt_port, "mqtttls": true, "ntpserver": "pool.ntp.org",
 "statusinterval": $status_interval, "waittimeout": 20000, "retrytimeout": 500}
TEXT
    for setting in "${device_settings[@]}"; do
        sed -i -E "s/(\"${setting%%=*}\": )[^,}]*/\1${setting#*=}/" "$dir/etc/config.json"
    done
}

make_certificates() {
    local mac new=()
    for mac; do
        [ -e "$dir/pki/devices/$mac.crt" ] || new+=("$mac")
    done
    [ "${#new[@]}" -eq 0 ] || pki device "$dir/pki" "${new[@]}" "${device_pki_options[@]}"
}

make_devices() {
    local i mac flash macs=()
    for ((i = 1; i <= devices; i++)); do macs+=("$(mac_of "$i")"); done
    make_certificates "${macs[@]}"
    write_device_configuration
    for ((i = 1; i <= devices; i++)); do
        mac=$(mac_of "$i")
        flash=$dir/devices/$mac
        [ ! -e "$flash/slot0.bin" ] || continue
        mkdir -p "$flash"
        device-files "$flash/files.bin" put "config.json=$dir/etc/config.json" \
            "ca.crt=$dir/pki/ca.crt" "$mac.crt=$dir/pki/devices/$mac.crt" \
            "$mac.key=$dir/pki/devices/$mac.key"
        cp "$factory_image" "$flash/slot0.bin"
    done
}

make_boards() {
    local i mac flash macs=()
    for ((i = 1; i <= emulated; i++)); do macs+=("$(board_mac_of "$i")"); done
    make_certificates "${macs[@]}"
    for mac in "${macs[@]}"; do
        flash=$dir/devices/$mac/flash.bin
        [ ! -e "$flash" ] || continue
        mkdir -p "$dir/devices/$mac"
        board_make_flash "$firmware/boot.bin" "$board_image" "$flash"
        board_files "$flash" put "config.json=$dir/etc/config.json" "ca.crt=$dir/pki/ca.crt" \
            "$mac.crt=$dir/pki/devices/$mac.crt" "$mac.key=$dir/pki/devices/$mac.key"
    done
}

# make_new_device MAC CLAIM: one that has no certificate, and is to get one with CLAIM.crt and .key.
make_new_device() {
    local mac=$1 flash=$dir/devices/$1 files
    [[ $mac =~ ^[0-9a-f]{12}$ ]] || fail "no MAC of 12 lower-case hex digits: $mac"
    [ ! -e "$flash" ] || fail "$mac has a flash already"
    secureespd --config "$dir/etc/secureesp.conf" --print-config-json "$mac" >"$dir/etc/new.json" ||
        fail "the daemon's configuration is not good"
    files=("config.json=$dir/etc/new.json" "ca.crt=$dir/pki/ca.crt" "claim.crt=$2.crt" "claim.key=$2.key")
    mkdir "$flash"
    if is_board "$mac"; then
        emulated=1 make_factory_images
        board_make_flash "$firmware/boot.bin" "$board_image" "$flash/flash.bin"
        board_files "$flash/flash.bin" put "${files[@]}"
    else
        device-files "$flash/files.bin" put "${files[@]}"
        cp "$factory_image" "$flash/slot0.bin"
    fi
}

# In all flashes.
replace_configurations() {
    local flash
    for flash in "$dir"/devices/*/files.bin "$dir"/devices/*/flash.bin; do
        case $flash in
        *\**) ;; # none of that kind
        */files.bin) device-files "$flash" put "config.json=$dir/etc/config.json" ;;
        *) board_files "$flash" put "config.json=$dir/etc/config.json" ;;
        esac
    done
}

write_environment() {
    {
        echo "# Read this with:  . $dir/env.sh"
        printf 'export %s=%q\n' SECUREESP_SOCKET "$socket" \
            SANDBOX_URL "https://localhost:$https_port/download" \
            SANDBOX_HTTPS_PORT "$https_port" SANDBOX_MQTT_PORT "$mqtt_port" \
            SANDBOX_PKI "$dir/pki" SANDBOX_DB "$dir/state/secureesp.db" SANDBOX_LOG "$dir/log" \
            SANDBOX_IMAGE "$factory_image" SANDBOX_BOARD_IMAGE "$board_image"
        # shellcheck disable=SC2016  # for the reader's PATH
        printf 'export PATH=%q:"$PATH":/usr/sbin\n' "$bin"
    } >"$dir/env.sh"
}
