# shellcheck shell=bash
# A board whose ways to its broker and its download server lead over proxies that change or break
# what TLS says (tls_proxy.py). Read it after lib.sh.
# shellcheck disable=SC2154,SC2034  # lib.sh's variables, and those that scenarios use

# How long the board looks for its broker before it restarts, in ms.
wait_timeout=20000

# proxy_start NAME: its folder is $work/NAME, its port then in NAME/port.
proxy_start() {
    mkdir -p "$work/$1"
    echo relay >"$work/$1/mode"
    : >"$work/$1/connections"
    process_start "$work/$1.record" "$work/$1.log" python3 "$root/test/system/tls_proxy.py" \
        "$work/$1"
    records+=("$work/$1.record")
    eventually 10 "the proxy $1" test -s "$work/$1/port"
}

# proxied_board_up SANDBOX-OPTION...: a sandbox with one board, $mac, behind the proxies "broker" and
# "download".
proxied_board_up() {
    proxy_start broker
    proxy_start download
    sandbox_up --devices 0 --emulated 1 \
        --board-port "$(cat "$work/broker/port")" --board-port "$(cat "$work/download/port")" "$@"
    mac=84f3ec000001
    echo "$SANDBOX_MQTT_PORT" >"$work/broker/target"
    echo "$SANDBOX_HTTPS_PORT" >"$work/download/target"
    cp "$SANDBOX_PKI/ca.crt" "$work/broker"
    cp "$SANDBOX_PKI/ca.crt" "$work/download"
    cat >>"$sandbox/etc/secureesp.conf" <<TEXT
[download]
public_port = $(cat "$work/download/port")
[config.json $mac]
mqttport = $(cat "$work/broker/port")
downloadport = $(cat "$work/download/port")
waittimeout = $wait_timeout
retrytimeout = 100
TEXT
    process_signal "$sandbox/run/daemon" HUP
    part kill "$mac"
    board_config | put_board_file "$mac" config.json
    part start "$mac"
    eventually 20 "$mac behind the proxies" met broker 'relay: new full'
}

# board_config: the board's config.json, over the proxies.
board_config() {
    sed -e "s/\"mqttport\": [0-9]*/\"mqttport\": $(cat "$work/broker/port")/" \
        -e "s/\"downloadport\": [0-9]*/\"downloadport\": $(cat "$work/download/port")/" \
        -e 's/"waittimeout": [0-9]*/"waittimeout": '"$wait_timeout/" \
        -e 's/"retrytimeout": [0-9]*/"retrytimeout": 100/' "$sandbox/etc/config.json"
}

# put_board_file MAC NAME: replaces a file of a board that is stopped by what stands on the standard
# input.
put_board_file() {
    cat >"$work/board-file"
    board_files "$sandbox/devices/$1/flash.bin" put "$2=$work/board-file"
    rm "$work/board-file"
}

# mode PROXY MODE...: what connections made from now on get, one after the other, and the last one
# for good; those that there are end.
mode() {
    printf '%s\n' "${@:2}" >"$work/$1/mode.new"
    mv "$work/$1/mode.new" "$work/$1/mode"
    process_signal "$work/$1.record" HUP
}

# met PROXY LINE [TIMES]: whether so many connections (1) have a line that matches.
met() {
    [ "$(count_met "$1" "$2")" -ge "${3:-1}" ]
}
count_met() {
    grep -c -x -E -e "$2" "$work/$1/connections" || true
}

# first_error_with HOST PORT: starts the board with that broker, and prints its console's first error.
first_error_with() {
    local from
    part kill "$mac"
    board_config | sed -e "s/\"mqttserver\": \"[^\"]*\"/\"mqttserver\": \"$1\"/" \
        -e "s/\"mqttport\": [0-9]*/\"mqttport\": $2/" | put_board_file "$mac" config.json
    # One that it has fetched would go before this.
    board_files "$sandbox/devices/$mac/flash.bin" remove config.json.new 2>/dev/null || true
    from=$(($(wc -l <"$SANDBOX_LOG/$mac.log") + 1))
    part start "$mac"
    eventually 20 "an error with $1:$2" console_has_error "$from"
    tail -n "+$from" "$SANDBOX_LOG/$mac.log" | grep -m 1 '^error'
}
console_has_error() {
    tail -n "+$1" "$SANDBOX_LOG/$mac.log" | grep -q '^error'
}
