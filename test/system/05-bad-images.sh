#!/usr/bin/env bash
# A device installs nothing that it cannot verify, and the operator sees which image and why.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
hostile=$work/hostile
mkdir "$hostile"

sandbox_up --devices 1
first=$(image_name 00.00.01)

# refused RESULT WHAT: the command firmware fails so, the operator sees it, nothing is installed.
refused() {
    step "$2: $1"
    expect_equal "$2" "failed $1" "$(command_device "$mac" firmware)"
    eventually 20 "$2 among the events" has_event "$mac" "value ->> '\$.event' = 'command' and
        value ->> '\$.result' = '$1' and value ->> '\$.detail' != ''"
    expect_match "devices show of $2" "$1" "$(secureesp devices show "$mac")"
    expect_equal "flash after $2" "failed nothing-downloaded" "$(command_device "$mac" flash force)"
    eventually 20 "$mac back online" device_has "$mac" '$.online' 1
    expect_equal "image after $2" "$first" "$(device "$mac" '$.image')"
}

step "a stored image is changed behind the daemon's back"
publish_image "$SANDBOX_IMAGE"
second=$work/second.bin
mv "$(make_image 00.00.02 1 1)" "$second"
publish_image "$second"
stored=$(find "$sandbox/state/images" -name "$(sha256_of "$second")*")
# flip FILE OFFSET: changes one byte.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059  # the format is the byte
    printf "$(printf '\\%03o' $((byte ^ 1)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
chmod u+w "$stored"
flip "$stored" 30000
answer=$(api "/images/$(image_name 00.00.02)/verify")
expect_equal "stored_ok" 0 "$(json_get "$answer" '$.stored_ok')"
expect_exit 1 secureesp images verify "$(image_name 00.00.02)"
# The daemon compares what it reads with what it stored, and sends none of it.
refused http-status "tampered in the store"
expect_match "the daemon's log" "has other bytes than it had" "$(cat "$SANDBOX_LOG/daemon.log")"
flip "$stored" 30000

step "from here on the device asks a server that lies, with a certificate of our CA"
secureesp pki server "$SANDBOX_PKI" hostile --dns localhost >/dev/null
process_start "$work/hostile.record" "$work/hostile.log" python3 "$root/test/system/hostile_server.py" \
    "$hostile" "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/servers/hostile.crt" \
    "$SANDBOX_PKI/servers/hostile.key"
records+=("$work/hostile.record")
eventually 10 "the hostile server's port" test -e "$hostile/port"
part stop "$mac"
flash_file "$mac" config.json |
    sed "s/\"downloadport\": *[0-9]*/\"downloadport\": $(cat "$hostile/port")/" |
    put_flash_file "$mac" config.json
part start "$mac"
eventually 20 "$mac online" device_has "$mac" '$.online' 1

# offer FILE [ANNOUNCED-LENGTH]
offer() {
    {
        printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n\r\n' \
            "${2:-$(stat -c %s "$1")}"
        cat "$1"
    } >"$hostile/answer.new"
    mv "$hostile/answer.new" "$hostile/answer"
}

offer "$(make_image 00.00.02 2 2)"
refused signature-invalid "signed with a key that the running image does not carry"

cp "$second" "$work/flipped"
flip "$work/flipped" 30000
offer "$work/flipped"
refused signature-invalid "one bit flipped in the body"

cp "$second" "$work/flipped"
flip "$work/flipped" $(($(stat -c %s "$second") - 100))
offer "$work/flipped"
refused signature-invalid "one bit flipped in the signature"

head -c 40000 "$second" >"$work/half"
offer "$work/half" "$(stat -c %s "$second")"
refused truncated "cut in the middle"

offer "$work/half"
refused trailer-invalid "cut, with a length to match"

head -c 2000000 /dev/zero >"$work/large"
offer "$work/large"
refused oversized "larger than the slot"
offer "$work/half" 99999999999999999999
refused http-malformed "a length beyond all bounds"

head -c 5000 /dev/urandom >"$work/payload"
secureesp images describe --name OTHER_BOARD-00.00.02 --trust "$SANDBOX_PKI/signing/1.pub" \
    --append-to "$work/payload" "$work/body" >/dev/null
secureesp images sign --key "$SANDBOX_PKI/signing/1.key" "$work/body" "$work/other" >/dev/null
offer "$work/other"
refused wrong-board "for another board"

offer "$(make_image 00.00.01 1 1)"
refused not-newer "the version that runs"
offer "$(make_image 00.00.00 1 1)"
refused not-newer "an older version"

head -c 5000 /dev/urandom >"$work/body"
secureesp images sign --key "$SANDBOX_PKI/signing/1.key" "$work/body" "$work/plain" >/dev/null
offer "$work/plain"
refused descriptor-invalid "signed, but without a descriptor"

printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n' >"$hostile/answer"
refused http-malformed "chunked"
printf 'no HTTP at all\r\n\r\n' >"$hostile/answer"
refused http-malformed "no HTTP"
printf 'HTTP/1.1 503 Busy\r\nContent-Length: 14\r\n\r\ncome back soon' >"$hostile/answer"
refused http-status "an error of the server"
expect_match "the server's reason" "come back soon" "$(secureesp devices show "$mac")"

step "the good image is still taken"
offer "$second"
climb "$mac" "$(image_name 00.00.02)"
