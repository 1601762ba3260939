#!/usr/bin/env bash
# What may be added and published: nothing unsigned, and nothing that would strand a device.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 1
pki=$SANDBOX_PKI

# refused_with REGEX COMMAND...: exit status 1, and the reason says what to do.
refused_with() {
    expect_exit 1 "${@:2}"
    expect_match "the reason of '${*:2}'" "$1" "$output"
}

state_of() {
    api /images | sed "s/'/''/g" >"$work/images.json"
    sqlite3 :memory: "select value ->> '\$.state' from json_each('$(cat "$work/images.json")')
        where value ->> '\$.name' = '$1'"
}

step "signatures"
first=$SANDBOX_IMAGE
second=$(make_image 00.00.02 1 1)
cp "$second" "$work/tampered"
printf 'X' | dd of="$work/tampered" bs=1 seek=20000 conv=notrunc status=none
refused_with "[Ss]ignature|key" secureesp images add "$work/tampered" --publish
secureesp pki signing "$work/pki" stranger >/dev/null
secureesp images sign --key "$work/pki/signing/stranger.key" "$first" "$work/foreign" >/dev/null
head -c 3000 /dev/urandom >"$work/payload"
secureesp images describe --name "$(image_name 00.00.05)" --trust "$pki/signing/1.pub" \
    --append-to "$work/payload" "$work/body" >/dev/null
secureesp images sign --key "$work/pki/signing/stranger.key" "$work/body" "$work/foreign" >/dev/null
refused_with "[Ss]ignature|key" secureesp images add "$work/foreign" --publish
refused_with "trailer|sign" secureesp images add "$work/body" --publish
: >"$work/empty"
refused_with "" secureesp images add "$work/empty"
refused_with "" secureesp images add "$work/nowhere"
expect_equal "the foreign image is not published" no "$(
    [ "$(state_of "$(image_name 00.00.05)")" = published ] && echo yes || echo no)"

step "a chain with a gap in its keys is refused with the reason"
publish_image "$first"
publish_image "$second"
lonely=$(make_image 00.00.03 2 2)
refused_with "strand|cannot verify|verif" secureesp images add "$lonely" --publish
expect_match "its state" '^(added|)$' "$(state_of "$(image_name 00.00.03)")"
eventually 10 "the device is online" device_has "$(mac_of 1)" '$.online' 1
climb "$(mac_of 1)" "$(image_name 00.00.02)"
expect_equal "what is offered beyond" "done current" "$(command_device "$(mac_of 1)" firmware)"

step "nor may an image be put between two that do not fit it"
between=$(make_image 00.00.01.5 1 2)
refused_with "strand|cannot verify|verif" secureesp images add "$between" --publish

step "the same name twice, another name, an unknown one"
refused_with "exist|already" secureesp images add "$(make_image 00.00.02 1 1)"
refused_with "[Uu]nknown|no image|not found|no such" secureesp images publish "$(image_name 77)"
refused_with "[Uu]nknown|no image|not found|no such" secureesp images withdraw "$(image_name 77)"

step "withdraw: no longer offered; refused where it would strand"
name=$(image_name 00.00.04)
publish_image "$(make_image 00.00.04 1 1)"
get "$(mac_of 1)" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "offered" 200 "$status"
expect_exit 0 secureesp images withdraw "$name"
expect_equal "state" withdrawn "$(state_of "$name")"
get "$(mac_of 1)" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "no longer offered" 304 "$status"
expect_exit 0 secureesp images publish "$name"
get "$(mac_of 1)" "/firmware.bin?curimage=$(image_name 00.00.02)"
expect_equal "offered again" 200 "$status"
publish_image "$(make_image 00.00.06 1 2)"
publish_image "$(make_image 00.00.07 2 2)"
refused_with "strand|cannot verify|verif" secureesp images withdraw "$(image_name 00.00.06)"
expect_equal "state" published "$(state_of "$(image_name 00.00.06)")"

step "sketches of the field: no descriptor, a PEM key inside or none"
head -c 20000 /dev/urandom >"$work/sketch"
cat "$pki/signing/2.pub" >>"$work/sketch"
head -c 20000 /dev/urandom >>"$work/sketch"
secureesp images sign --key "$pki/signing/1.key" "$work/sketch" "$work/sketch.signed" >/dev/null
refused_with "name" secureesp images add "$work/sketch.signed"
expect_exit 0 secureesp images add "$work/sketch.signed" --name ESP8266_SKETCH-00.00.08.g --publish
chain=$(api /chains/ESP8266_SKETCH)
expect_equal "embeds" 2 "$(json_get "$chain" '$.images[0].embeds[0].name')"
expect_equal "embeds from" pem "$(json_get "$chain" '$.images[0].embeds_from')"
head -c 30000 /dev/urandom >"$work/sketch"
secureesp images sign --key "$pki/signing/2.key" "$work/sketch" "$work/plain.signed" >/dev/null
refused_with "embeds" secureesp images add "$work/plain.signed" --name ESP8266_SKETCH-00.00.08.h --publish
# The same again, as the reason says.
expect_exit 0 secureesp images add "$work/plain.signed" --name ESP8266_SKETCH-00.00.08.h \
    --embeds "$pki/signing/2.pub" --publish
chain=$(api /chains/ESP8266_SKETCH)
expect_equal "embeds from the operator" operator "$(json_get "$chain" '$.images[1].embeds_from')"
expect_equal "next of the sketch" ESP8266_SKETCH-00.00.08.h "$(json_get "$chain" '$.images[0].next')"
get "$(mac_of 1)" "/firmware.bin?curimage=ESP8266_SKETCH-00.00.08.g"
expect_equal "the sketch's next" 200 "$status"
cmp "$work/plain.signed" "$work/answer" || fail "another image than the next"

step "order: letters by length, numbers by value"
for version in 00.00.08.z 00.00.08.aa 00.00.09 00.00.10; do
    head -c 3000 /dev/urandom >"$work/sketch"
    secureesp images sign --key "$pki/signing/2.key" "$work/sketch" "$work/s" >/dev/null
    expect_exit 0 secureesp images add "$work/s" --name "ESP8266_SKETCH-$version" \
        --embeds "$pki/signing/2.pub" --publish
done
chain=$(api /chains/ESP8266_SKETCH)
order=$(sqlite3 :memory: "select group_concat(value ->> '\$.version', ' ')
    from json_each('$chain', '\$.images') where value ->> '\$.state' = 'published'")
expect_equal order "00.00.08.g 00.00.08.h 00.00.08.z 00.00.08.aa 00.00.09 00.00.10" "$order"

step "keys"
refused_with "exist|already" secureesp keys add "$pki/signing/1.pub" --name again
refused_with "" secureesp keys add "$work/sketch" --name rubbish
secureesp pki signing "$work/pki" ec --ec >/dev/null
expect_exit 0 secureesp keys add "$work/pki/signing/ec.pub" --name ec
expect_equal "known keys" 3 "$(json_count "$(secureesp keys list --json)" '$')"
