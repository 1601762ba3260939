#!/usr/bin/env bash
# A command to a sketch is done when all of the file has arrived, in whatever pieces; neither before
# nor never.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 0
new_device "$mac" "$(mac_of 2)"
publish_image "$SANDBOX_IMAGE"
big=$(make_image 00.00.02 1 1 900000)
publish_image "$big"
size=$(stat -c %s "$big")
firmware="/download/firmware.bin?curimage=$(image_name 00.00.01)"
printf '{"espname": "measure-%s", "espimage": "%s", "uptimemillis": 1000}' "$mac" \
    "$(image_name 00.00.01)" >"$work/status.json"

# It reports, and never sends an event: so it is a sketch.
reports() {
    publish "$mac" "/status/$mac" "$work/status.json"
    device_has "$mac" '$.online' 1
}
eventually 20 "the device is known" reports

# allow_key NAME: as of a key, which leaves once.
allow_key() {
    case $1 in
    key | *.key | *.key.der) hand_over_key "$mac" ;;
    esac
}

# raw ACTION...: as the device.
raw() {
    allow_key "${2##*/}"
    python3 "$root/test/system/raw_client.py" "$SANDBOX_HTTPS_PORT" "$SANDBOX_PKI/ca.crt" \
        "$SANDBOX_PKI/devices/$mac" "$@" >>"$work/raw.log" || fail "raw_client $*"
}

command_state() {
    json_get "$(api "/commands/$id")" '$.state'
}

is_sent() {
    [ "$(command_state)" = sent ]
}

# order NAME: gives the command, and waits until it is out.
order() {
    allow_key "$1"
    eventually 20 "the device is online" reports
    id=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"$1\"}")" '$[0].id')
    eventually 10 "$1 is sent" is_sent
}

# known: the server has judged all answers, and what it made of them is stored.
nothing_in_doubt() {
    [ "$(counter download_in_doubt)" = 0 ]
}
known() {
    eventually 20 "it is known how answers ended" nothing_in_doubt
    api "/keys?name=1" --data-binary "@$SANDBOX_PKI/signing/1.pub" >/dev/null
}

stays_sent() {
    known
    expect_equal "after $1" "${2:-accepted}" "$(command_state)"
}

is_done() {
    known
    local text
    text=$(api "/commands/$id")
    expect_equal "after $1" "done ok" "$(json_get "$text" '$.state') $(json_get "$text" '$.result')"
    expect_match "detail after $1" "^inferred: " "$(json_get "$text" '$.detail')"
}

# parts FILE: how many files the server remembers parts of.
parts() {
    sqlite3 "$sandbox/state/secureesp.db" 'select count(*) from downloads'
}

step "an image that breaks off is not done, in whatever way; then one range completes it"
order firmware
raw cut "$firmware" 40000
stays_sent "a cut at 40,000 of $size"
raw cutkeep "$firmware" 40000
stays_sent "a cut of a kept connection"
raw vanish "$firmware" 40000
stays_sent "a reset"
raw none "$firmware"
stays_sent "nothing read"
raw pipeline "$firmware" 40000
stays_sent "two requests at once"
raw head "$firmware"
stays_sent "HEAD"
raw range "$firmware" 0 0
stays_sent "one byte"
raw cutrange "$firmware" 40000 40000
stays_sent "a second cut"
raw range "$firmware" 80000 $((size - 2))
stays_sent "all but the last byte"
raw range "$firmware" $((size - 1)) $((size - 1))
is_done "the last byte"
expect_equal "rows left over" 0 "$(parts)"

step "ranges in any order, overlapping, repeated"
order firmware
blocks=$(((size + 65535) / 65536))
for i in $(seq $((blocks - 1)) -2 0) $(seq $((blocks - 1)) -3 0) $(seq $((blocks - 2)) -2 1); do
    raw range "$firmware" $((i * 65536)) $((i * 65536 + 65600))
done
[ $((blocks % 2)) = 0 ] || stays_sent "all but the first block" # which is not covered then
raw range "$firmware" 0 65535
is_done "ranges of all"

step "whole, in each way"
for way in whole keep eof; do
    order firmware
    raw $way "$firmware"
    is_done "$way"
done

step "a daemon that stops waits for what the client has yet to acknowledge"
order firmware
python3 "$root/test/system/raw_client.py" "$SANDBOX_HTTPS_PORT" "$SANDBOX_PKI/ca.crt" \
    "$SANDBOX_PKI/devices/$mac" slow "$firmware" 3 >"$work/slow" 2>&1 &
client=$!
has_begun() {
    [ -s "$work/slow" ]
}
eventually 10 "the download has begun" has_begun
part stop daemon
wait "$client" || fail "the download breaks off: $(cat "$work/slow")"
part start daemon
eventually 20 "the device is online" reports
is_done "a stop"

step "small files, too: certificates, key, configuration"
for row in "config config.json" "ca ca.crt" "ca ca.der" "cert $mac.crt" "key $mac.key"; do
    read -r name file <<<"$row"
    order "$name"
    raw none "/download/$file"
    stays_sent "$file not read" sent
    raw head "/download/$file"
    stays_sent "HEAD $file" sent
    raw range "/download/$file" 0 99
    stays_sent "100 bytes of $file"
    raw range "/download/$file" 100 99999
    is_done "$file in two ranges"
    order "$name"
    raw whole "/download/$file"
    is_done "$file"
done

step "a file that is not what its name says does not leave, and ends nothing"
other=$(mac_of 2)
devices=$SANDBOX_PKI/devices
cp "$devices/$mac.crt" "$work/crt"
# wrong NAME: asks for it with the device's own credentials.
wrong() {
    get_with "$work/own" "/$1"
    expect_equal "status of $1" 500 "$status"
    ! grep -q -e '-----BEGIN' "$work/answer" || fail "$1 left the server"
}
cp "$work/crt" "$work/own.crt"
cp "$devices/$mac.key" "$work/own.key"
# A key that was handed over for a certificate that is another one by now stays, too.
for row in "cert $mac.crt" "cert $mac.der" "key $mac.key" "key $mac.key.der"; do
    read -r name file <<<"$row"
    order "$name"
    allow_key "$file"
    cp "$devices/$other.crt" "$devices/$mac.crt"
    wrong "$file"
    stays_sent "another device's certificate, and $file" sent
    cp "$work/crt" "$devices/$mac.crt"
    raw whole "/download/$file"
    is_done "the right $file"
done

step "another file under the same name starts over"
order config
raw range /download/config.json 0 99
get "$mac" /config.json --head
etag=$(header etag)
printf '[config.json %s]\nstatusinterval = 7000\n' "$mac" >>"$sandbox/etc/secureesp.conf"
process_signal "$sandbox/run/daemon" HUP
own_interval() {
    get "$mac" /config.json --head
    [ "$(header etag)" != "$etag" ]
}
eventually 10 "the new configuration" own_interval
raw range /download/config.json 100 99999
stays_sent "the end of another configuration"
raw range /download/config.json 0 99
is_done "its beginning as well"

step "a restart of the daemon forgets nothing"
order firmware
raw range "$firmware" 0 499999
known
part stop daemon
part start daemon
eventually 20 "online" reports
raw range "$firmware" 500000 999999
is_done "the rest after a restart"
