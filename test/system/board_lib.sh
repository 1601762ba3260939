# shellcheck shell=bash
# What the scenarios of emulated boards share. Read it after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables

# listen: from now on what devices say to the broker stands in $work/heard: TOPIC PAYLOAD, line by line.
listen() {
    secureesp pki client "$SANDBOX_PKI" listener --role listener >/dev/null
    records+=("$work/listener.record")
    process_start "$work/listener.record" "$work/heard" stdbuf -oL mosquitto_sub -h localhost \
        -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/clients/listener.crt" --key "$SANDBOX_PKI/clients/listener.key" \
        -i listener \
        -d -F '%t %p' -t '/status/+' -t '/event/+' -t '/will/+' -t '/will/+/will'
    eventually 10 "the listener has subscribed" grep -q '^Subscribed .*: 0, 0, 0, 0$' "$work/heard"
}

# heard TOPIC: the payloads, line by line.
heard() {
    sed -n "s|^$1 ||p" "$work/heard"
}

hears() {
    grep -q "^$1 " "$work/heard"
}

# event_detail MAC CONDITION: of the newest event that satisfies SQL over `value`.
event_detail() {
    local quoted
    quoted=$(api "/devices/$1")
    quoted=${quoted//\'/\'\'}
    sqlite3 :memory: "select value ->> '\$.detail' from json_each('$quoted', '\$.events')
        where $2 order by value ->> '\$.at_ms' desc limit 1"
}

# The board's console.
console_says() {
    grep -q -e "$2" "$SANDBOX_LOG/$1.log"
}

# flip FILE OFFSET: changes a bit of that byte.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059  # the format is the byte
    printf "$(printf '\\%03o' $((byte ^ 1)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
