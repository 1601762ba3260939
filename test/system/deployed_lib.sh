# shellcheck shell=bash
# What the scenarios with deployed sketches (test/deployed) share: four of them at a time, one for
# each max_fragment_length, on the same commands.
# shellcheck source=test/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fragments=(512 1024 2048 4096)
arena=15360
sketch_board=ESP8266_WEMOS_D1MINIPRO
deployed=$root/build/$VARIANT/bin/deployed
given=0 # commands so far

# A sketch is known by its max_fragment_length; another one of that length by 6000 more.
sketch_mac() {
    mac_of "$1"
}

sketch_will() {
    case $1 in
    512 | 2048) echo "/will/$(sketch_mac "$1")" ;;
    *) echo "/will/$(sketch_mac "$1")/will" ;;
    esac
}

# make_sketch_image VERSION SIGNING-KEY EMBEDDED-KEY: as a sketch's is: with its own name and the
# key that verifies its successor as PEM somewhere among its code.
make_sketch_image() {
    local name=$sketch_board-$1
    {
        printf '\xe9'
        head -c 40000 /dev/urandom
        printf '%s\0' "$name"
        cat "$SANDBOX_PKI/signing/$3.pub"
        printf '\0'
        head -c 20000 /dev/urandom
    } >"$work/body"
    secureesp images sign --key "$SANDBOX_PKI/signing/$2.key" "$work/body" "$work/$name.bin" \
        >/dev/null
    rm "$work/body"
    secureesp images add "$work/$name.bin" --name "$name" --publish >/dev/null ||
        fail "publishing $name"
}

# make_sketch FRAGMENT: the files of a sketch.
make_sketch() {
    local mac folder=$work/sketch-$1
    mac=$(sketch_mac "$1")
    mkdir "$folder"
    cp "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/devices/$mac."{crt,key} "$folder/"
    cp "$SANDBOX_PKI/signing/1.pub" "$folder/public.key"
}

# sketch_command FRAGMENT IMAGE-VERSION OPTION...: sets $sketch to the command that runs it.
sketch=()
sketch_command() {
    sketch=("$deployed" --dir "$work/sketch-$1" --mac "$(sketch_mac "$1")"
        --image "$sketch_board-$2" --mqtt "$SANDBOX_MQTT_PORT" --https "$SANDBOX_HTTPS_PORT"
        --fragment $(($1 % 6000)) --will "$(sketch_will "$1")" --interval 500 "${@:3}")
    # The larger two download images with Arduino's HTTPUpdate class.
    [ "$1" -lt 2048 ] || sketch+=(--updater)
}

# start_sketch FRAGMENT IMAGE-VERSION OPTION...
start_sketch() {
    sketch_command "$@"
    process_start "$work/$1.pid" "$work/sketch-$1.log" "${sketch[@]}"
    records+=("$work/$1.pid")
}

sketch_end() {
    tail -n 3 "$work/sketch-$1.log"
}

sketch_says() {
    grep -q -e "$2" "$work/sketch-$1.log"
}

# await FRAGMENT PATTERN: waits for a line of its output.
await() {
    eventually 30 "sketch $1: '$2'; it says: $(sketch_end "$1")" sketch_says "$@"
}

# give COMMAND EXPECTED: to all of them; waits for the outcome, and until they are back online.
give() {
    local fragment
    step "$1"
    output=$(secureesp command --all "$1" --yes --wait=30) || fail "$1: $output"
    given=$((given + 1))
    for fragment in "${fragments[@]}"; do
        expect_match "$1" "$(sketch_mac "$fragment") $1: $2" "$output"
        ! sketch_says "$fragment" '^deployed: ' || fail "$(sketch_end "$fragment")"
        await "$fragment" "^online commands=$given "
    done
}

# same_file NAME EXPECTED-FILE: all have it.
same_file() {
    local fragment
    for fragment in "${fragments[@]}"; do
        cmp "$2" "$work/sketch-$fragment/$1" || fail "sketch $fragment has another $1"
    done
}

# summary FRAGMENT NAME: a number of its last line.
summary() {
    sed -n "s/^summary .*\b$2=\([0-9]*\).*/\1/p" "$work/sketch-$1.log"
}

# Config and credentials, which are used after a restart.
download_files() {
    local fragment mac
    give config "done ok"
    give ca "done ok"
    give cert "done ok"
    for fragment in "${fragments[@]}"; do
        hand_over_key "$(sketch_mac "$fragment")"
    done
    give key "done ok"
    same_file ca.crt.next "$SANDBOX_PKI/ca.crt"
    get "$(sketch_mac 512)" /config.json
    same_file config.json.next "$work/answer"
    for fragment in "${fragments[@]}"; do
        mac=$(sketch_mac "$fragment")
        cmp "$SANDBOX_PKI/devices/$mac.crt" "$work/sketch-$fragment/$mac.crt.next" || fail "crt"
        cmp "$SANDBOX_PKI/devices/$mac.key" "$work/sketch-$fragment/$mac.key.next" || fail "key"
    done
    give reboot "done ok"
    for fragment in "${fragments[@]}"; do
        [ -e "$work/sketch-$fragment/config.json" ] || fail "sketch $fragment did not restart"
    done
}

# Two steps up a chain in which the signing key changes.
climb_chain() {
    give firmware "done ok $sketch_board-00.00.08.h"
    give flash "done ok $sketch_board-00.00.08.h"
    same_file firmware.bin "$work/$sketch_board-00.00.08.h.bin"
    same_file public.key "$SANDBOX_PKI/signing/2.pub"
    give firmware "done ok $sketch_board-00.00.08.i"
    give flash "done ok $sketch_board-00.00.08.i"
    same_file firmware.bin "$work/$sketch_board-00.00.08.i.bin"
    give firmware "done current"
}

# A message that is longer than a record may be: the broker cuts it, and the sketch drops it, for
# want of memory.
long_message() {
    local fragment
    step "a long message"
    tester_up
    head -c 9000 /dev/zero | tr '\0' x >"$work/long"
    for fragment in "${fragments[@]}"; do
        tester_publish "/command/$(sketch_mac "$fragment")/config" -f "$work/long"
        await "$fragment" '^dropped bytes=90'
    done
}

# expect_longest_record FRAGMENT PORT: full records have come from that server, so the check of
# their length had something to look at. AES-GCM adds 24 bytes, its nonce and its tag.
expect_longest_record() {
    local bytes
    bytes=$(sed -n "s/^link port=$2 .*largest_encrypted=//p" "$work/sketch-$1.log" | sort -n |
        tail -n 1)
    expect_equal "longest record at $1 from port $2" "$(($1 + 24))" "$bytes"
}

# The sketch has ended well, its memory sufficed, and no record was longer than negotiated, although
# there were full ones.
check_summary() {
    local record=$work/$1.pid port
    process_wait_end "$record" 20 || fail "sketch $1 does not end"
    sketch_says "$1" '^summary ' || fail "sketch $1: $(sketch_end "$1")"
    ! sketch_says "$1" '^deployed: ' || fail "sketch $1: $(sketch_end "$1")"
    grep '^summary' "$work/sketch-$1.log"
    [ "$(summary "$1" arena)" -le "$arena" ] || fail "the arena of $1"
    for port in "$SANDBOX_MQTT_PORT" "$SANDBOX_HTTPS_PORT"; do
        expect_longest_record "$1" "$port"
    done
    [ "$(summary "$1" largest_clear)" -le "$1" ] || fail "handshake record at $1"
    # All but the first to the broker, and of those to the download server each second.
    expect_equal "resumed at $1" 17 "$(summary "$1" resumed)"
    expect_equal "connections at $1" 25 "$(summary "$1" connections)"
}

# has_keys KEYS: the servers and the sketches do have such keys.
has_keys() {
    local file text
    for file in ca servers/mosquitto servers/secureespd "devices/$(sketch_mac 512)"; do
        text=$(openssl x509 -in "$SANDBOX_PKI/$file.crt" -noout -text)
        case $1 in
        P-256) expect_match "key of $file" 'ASN1 OID: prime256v1' "$text" ;;
        RSA-2048) expect_match "key of $file" 'Public-Key: \(2048 bit\)' "$text" ;;
        esac
    done
}

# life_cycle KEYS: with "P-256" or "RSA-2048" throughout, from the first connection to a good-bye,
# all four at once.
life_cycle() {
    local fragment wills keys=()
    [ "$1" = P-256 ] || keys=(--rsa)
    sandbox_up --devices 0 "${keys[@]}"
    new_device "${keys[@]}" "$(sketch_mac 512)" "$(sketch_mac 1024)" "$(sketch_mac 2048)" \
        "$(sketch_mac 4096)"
    has_keys "$1"
    make_sketch_image 00.00.08.g 1 1
    make_sketch_image 00.00.08.h 1 2
    make_sketch_image 00.00.08.i 2 2
    for fragment in "${fragments[@]}"; do
        make_sketch "$fragment"
        start_sketch "$fragment" 00.00.08.g --commands 10
    done
    for fragment in "${fragments[@]}"; do
        await "$fragment" '^online commands=0 '
        eventually 10 "sketch $fragment known" device_has "$(sketch_mac "$fragment")" '$.online' 1
    done
    wills=$(counter wills)
    long_message
    download_files
    climb_chain
    step "they have left with DISCONNECT: no will"
    for fragment in "${fragments[@]}"; do
        check_summary "$fragment"
    done
    expect_equal wills "$wills" "$(counter wills)"
    for fragment in "${fragments[@]}"; do
        expect_equal "online of $fragment" 1 "$(device "$(sketch_mac "$fragment")" '$.online')"
    done
    expect_equal "refused handshakes" 0 "$(grep -c 'refused client' "$sandbox/log/daemon.log")"
}

# Sketches that keep no session take the second step again, and end without a word: the broker
# publishes their wills, on both topics.
die() {
    local fragment mac
    step "a full handshake before each GET"
    given=0
    for fragment in "${fragments[@]}"; do
        : >"$work/sketch-$fragment.log"
        rm -f "$work/sketch-$fragment"/*.{next,part,bin}
        start_sketch "$fragment" 00.00.08.h --forgetful
        await "$fragment" '^online commands=0 '
    done
    give firmware "done ok $sketch_board-00.00.08.i"
    same_file firmware.bin.next "$work/$sketch_board-00.00.08.i.bin"
    for fragment in "${fragments[@]}"; do
        expect_longest_record "$fragment" "$SANDBOX_HTTPS_PORT"
    done

    step "without DISCONNECT: a will"
    for fragment in "${fragments[@]}"; do
        process_signal "$work/$fragment.pid" KILL || fail "sketch $fragment has ended"
    done
    for fragment in "${fragments[@]}"; do
        mac=$(sketch_mac "$fragment")
        eventually 15 "$fragment offline" device_has "$mac" '$.online' 0
        expect_equal "reason of $fragment" will "$(device "$mac" '$.reason')"
    done
}
