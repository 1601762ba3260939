#!/usr/bin/env bash
# flash means an image of the catalogue: what was withdrawn, removed or replaced after it was
# downloaded is not installed. Commands, devices, images and keys are taken back, or it is said who
# needs them.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 2
ours=$(mac_of 1)
fragments=(1024)
mac=$(sketch_mac 1024)
new_device "$mac"
publish_image "$SANDBOX_IMAGE"
second=$(make_image 00.00.02 1 1)
make_sketch_image 00.00.08.g 1 1
make_sketch_image 00.00.08.h 1 1
make_sketch 1024
start_sketch 1024 00.00.08.g
await 1024 '^online commands=0 '

# ended ID: "STATE RESULT" and the detail, when it has ended.
ended() {
    eventually 60 "an outcome of command $1" command_has_ended "$1"
    json_get "$(api "/commands/$1")" "\$.state" | tr '\n' ' '
    json_get "$(api "/commands/$1")" "\$.result" | tr '\n' ' '
    json_get "$(api "/commands/$1")" "\$.detail"
}

# order MAC COMMAND [JSON]: its number.
order() {
    json_get "$(api /commands --data "{\"mac\": \"$1\", \"command\": \"$2\"${3:-}}")" '$[0].id'
}

sketch_image() {
    printf '%s-%s' "$sketch_board" "$1"
}

step "a sketch of which no download is known is not told to install it; unless that is forced"
expect_match "flash without a download" "^failed nothing-downloaded not sent: .*firmware.*--force" \
    "$(ended "$(order "$mac" flash)")"
expect_exit 1 secureesp command "$mac" flash --wait=30
expect_match "what is said" "nothing-downloaded" "$output"
expect_exit 1 secureesp command "$mac" reboot --force
expect_match "forced reboot" "only flash can be forced" "$output"

step "what was withdrawn meanwhile is held back, for a sketch and for ours"
publish_image "$second"
expect_match firmware "^done ok inferred" "$(ended "$(order "$mac" firmware)")"
expect_equal "firmware on ours" "done ok" "$(command_device "$ours" firmware)"
expect_equal "staged on the sketch" "$(sketch_image 00.00.08.h)" "$(device "$mac" '$.staged.image')"
expect_equal "staged on ours" "$(image_name 00.00.02)" "$(device "$ours" '$.staged.image')"
for name in "$(sketch_image 00.00.08.h)" "$(image_name 00.00.02)"; do
    expect_exit 0 secureesp images withdraw "$name"
    expect_match "withdraw $name" "withdrawn; 1 device has downloaded it" "$output"
    expect_exit 1 secureesp images remove "$name"
    expect_match "remove $name" "1 device has downloaded it" "$output"
done
expect_match "flash of ours" "^failed held not sent: .* withdrawn" "$(ended "$(order "$ours" flash)")"
expect_match "flash of the sketch" "^failed held not sent: .* withdrawn" "$(ended "$(order "$mac" flash)")"
expect_equal "staged" 1 "$(json_get "$(api "/images")" '$[1].staged')"

step "published again, it is installed"
for name in "$(sketch_image 00.00.08.h)" "$(image_name 00.00.02)"; do
    expect_exit 0 secureesp images publish "$name"
    expect_exit 1 secureesp images remove "$name"
    expect_match "remove $name" "it is published" "$output"
done
expect_match "flash of ours" "^done ok" "$(ended "$(order "$ours" flash)")"
expect_match "flash of the sketch" "^done ok inferred" "$(ended "$(order "$mac" flash)")"
eventually 30 "the sketch runs it" device_has "$mac" '$.image' "$(sketch_image 00.00.08.h)"
expect_equal "staged on the sketch" "" "$(device "$mac" '$.staged.image')"
eventually 30 "ours runs it" device_has "$ours" '$.image' "$(image_name 00.00.02)"
expect_equal "staged on ours" "" "$(device "$ours" '$.staged.image')"

step "queued before the withdrawal, and due after it"
other=$(mac_of 2)
expect_equal "firmware on the second" "done ok" "$(command_device "$other" firmware)"
part stop "$other"
is_offline() { device_has "$other" '$.online' 0; }
eventually 30 "offline" is_offline
id=$(order "$other" flash)
expect_exit 0 secureesp images withdraw "$(image_name 00.00.02)" --force
part start "$other"
expect_match "a queued flash" "^failed held .*withdrawn" "$(ended "$id")"
# The device says the same by itself.
expect_equal "it still runs" "$(image_name 00.00.01)" "$(device "$other" '$.image')"
expect_equal "forced" "done ok" "$(command_outcome "$(order "$other" flash ', "force": true')")"
eventually 30 "it runs what was withdrawn" device_has "$other" '$.image' "$(image_name 00.00.02)"

step "commands are cancelled: queued ones surely, sent ones honestly"
part stop "$other"
eventually 30 "offline" is_offline
first=$(order "$other" reboot)
next=$(order "$other" ca)
expect_exit 0 secureesp command cancel "$first"
expect_match "cancel" "^$first $other reboot: cancelled cancelled before it was sent" "$output"
expect_exit 1 secureesp command cancel "$first" 999999
expect_match "an unknown one" "no command 999999, so none is cancelled" "$output"
expect_exit 0 secureesp command cancel "$other"
expect_match "cancel all of a device" "^$next $other ca: cancelled" "$output"
expect_exit 0 secureesp command cancel "$other"
expect_match "none left" "nothing to cancel" "$output"
expect_exit 2 secureesp command cancel x
part start "$other"
is_online() { device_has "$other" '$.online' 1; }
eventually 30 "online" is_online
hand_over_key "$other"
last=$(order "$other" key)
expect_match "the next one" "^done" "$(ended "$last")"
expect_exit 1 secureesp command cancel "$last" --json
expect_exit 1 secureesp command cancel "$last"
expect_match "too late" "1 of 1 commands had already ended" "$output"
expect_equal "the cancelled one" cancelled "$(json_get "$(api "/commands/$first")" '$.state')"

step "a sketch does what was cancelled after it was sent: that is written down"
process_signal "$work/1024.pid" STOP
id=$(order "$mac" config)
is_sent() { [ "$(json_get "$(api "/commands/$id")" '$.state')" = sent ]; }
eventually 20 "sent" is_sent
expect_exit 0 secureesp command cancel "$id"
expect_match "cancel" "it had been sent: the device may still do it" "$output"
process_signal "$work/1024.pid" CONT
is_done() { [ "$(json_get "$(api "/commands/$id")" '$.state')" = "done" ]; }
eventually 30 "its outcome" is_done
expect_match "detail" "^cancelled after it was sent, but too late" "$(json_get "$(api "/commands/$id")" '$.detail')"

step "a device is forgotten, and known again when it speaks"
expect_exit 1 secureesp devices forget "$other"
expect_match "an online one" "is online" "$output"
part stop "$other"
eventually 30 "offline" is_offline
expect_exit 0 secureesp devices forget "$other"
expect_exit 1 secureesp devices show "$other"
expect_exit 1 secureesp devices forget "$other"
for table in statuses status_hours events commands staged downloads; do
    expect_equal "left in $table" 0 "$(sqlite3 "$sandbox/state/secureesp.db" \
        "select count(*) from $table where device = $((16#$other))")"
done
part start "$other"
eventually 30 "it is back" device_has "$other" '$.online' 1
expect_exit 0 secureesp devices forget "$other" --force --json
eventually 30 "and again" device_has "$other" '$.online' 1

step "images and keys are removed where nothing needs them"
expect_exit 1 secureesp images remove "$(image_name 00.00.02)"
expect_match "one that runs" "devices? runs? it" "$output"
spare=$(make_image 00.00.03 2 2)
expect_exit 0 secureesp images add "$spare"
expect_exit 0 secureesp images add "$spare"
expect_match "the same again" "already there" "$output"
expect_exit 0 secureesp keys add "$SANDBOX_PKI/signing/2.pub"
expect_match "the same key again" "already there" "$output"
expect_exit 1 secureesp keys remove 2
expect_match "a key in use" "image $(image_name 00.00.03) is signed with it" "$output"
file=$sandbox/state/images/$(sha256_of "$spare" | cut -c 1-2)/$(sha256_of "$spare")
[ -e "$file" ] || fail "its file is not stored"
expect_exit 0 secureesp images remove "$(image_name 00.00.03)"
[ ! -e "$file" ] || fail "its file is left"
expect_exit 1 secureesp images remove "$(image_name 00.00.03)"
expect_exit 0 secureesp keys remove 2 --json
expect_exit 1 secureesp keys remove 2
expect_exit 1 secureesp keys remove 1
expect_match "the other key" "signed with it" "$output"
part stop daemon
part start daemon
eventually 20 "the daemon is back" api /status
expect_exit 1 secureesp images remove "$(image_name 00.00.03)"
expect_equal "keys" 1 "$(json_count "$(api /keys)" '$')"

step "what is taken for a public key is told how to become one"
signing=$SANDBOX_PKI/signing/2
openssl rsa -pubin -in <(openssl genrsa 2048 2>/dev/null | openssl rsa -pubout 2>/dev/null) \
    -RSAPublicKey_out -out "$work/pkcs1.pem" 2>/dev/null
openssl pkey -in "$signing.key" -aes128 -passout pass:x -out "$work/encrypted.pem"
openssl pkey -pubin -in "$signing.pub" -outform DER -out "$work/key.der"
cat "$signing.pub" "$signing.key" >"$work/both.pem"
while IFS='|' read -r file says; do
    expect_exit 1 secureesp keys add "$file"
    expect_match "keys add $file" "$says" "$output"
done <<ROWS
$work/pkcs1.pem|PKCS #1; convert it: .openssl rsa -RSAPublicKey_in
$SANDBOX_PKI/ca.crt|holds a certificate; .*openssl x509
$work/encrypted.pem|an encrypted private key; .*openssl pkey
$signing.key|holds a private key, .*-pubout
$work/both.pem|private key beside the public one
$work/key.der|no PEM block PUBLIC KEY; .*-inform DER
ROWS
# The advice is good.
openssl rsa -RSAPublicKey_in -in "$work/pkcs1.pem" -pubout -out "$work/new.pub" 2>/dev/null
expect_exit 0 secureesp keys add "$work/new.pub"
openssl x509 -in "$SANDBOX_PKI/ca.crt" -noout -pubkey >"$work/ca.pub"
expect_exit 0 secureesp keys add "$work/ca.pub"
