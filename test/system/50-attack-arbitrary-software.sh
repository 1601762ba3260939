#!/usr/bin/env bash
# Attack: arbitrary software. The download server offers images that nobody has signed, that a key has
# signed which the running image does not trust, or one that only an earlier image trusted.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
keys=$SANDBOX_PKI/signing
body=$(make_body "$(image_name 00.00.02)" 60000 1)
genuine=$(sign_body "$(make_body "$(image_name 00.00.09)" 60000 1)" "$keys/1.key")
size=$(stat -c %s "$body")

step "no key"
refuses_image trailer-invalid "$body" "without a signature"
{ cat "$body" && printf '\0\0\0\0'; } >"$work/image"
refuses_image trailer-invalid "$work/image" "with a signature of no bytes"
{ cat "$body" && head -c 256 /dev/zero && printf '\0\1\0\0'; } >"$work/image"
refuses_image signature-invalid "$work/image" "with a signature of zeros"
{ cat "$body" && head -c 512 /dev/urandom && printf '\0\2\0\0'; } >"$work/image"
refuses_image signature-invalid "$work/image" "with the longest signature, at random"
{ cat "$body" && head -c 513 /dev/urandom && printf '\1\2\0\0'; } >"$work/image"
refuses_image trailer-invalid "$work/image" "with a longer one"
{ head -c "$size" "$body" && tail -c 260 "$genuine"; } >"$work/image"
refuses_image signature-invalid "$work/image" "with the signature of a genuine image"
{ head -c 60000 /dev/urandom && cat "$genuine"; } >"$work/image"
refuses_image signature-invalid "$work/image" "software before a genuine image"
{ cat "$genuine" "$body" && tail -c 260 "$genuine"; } >"$work/image"
refuses_image signature-invalid "$work/image" "software behind a genuine image"
head -c 60000 /dev/urandom >"$work/image"
refuses_image trailer-invalid "$work/image" "noise"

step "a wrong key"
refuses_image signature-invalid "$(sign_body "$body" "$keys/2.key")" "a key that will be trusted later"
secureesp pki signing "$SANDBOX_PKI" stranger >/dev/null
refuses_image signature-invalid "$(sign_body "$body" "$keys/stranger.key")" "a key of the attacker's"
refuses_image signature-invalid "$(sign_body "$body" "$SANDBOX_PKI/servers/attacker.key")" \
    "the download server's key"
refuses_image signature-invalid "$(sign_body "$body" "$SANDBOX_PKI/ca.key")" "the CA's key"
refuses_image signature-invalid \
    "$(sign_body "$(make_body "$(image_name 00.00.03)" 60000 stranger)" "$keys/stranger.key")" \
    "a key that the image itself trusts"
refuses_image descriptor-invalid "$(head -c 5000 /dev/urandom >"$work/plain" &&
    sign_body "$work/plain" "$keys/1.key")" "the right key, on something that is no image"

updates_to 00.00.02 1 2

step "a revoked key: the image that runs trusts key 2 alone"
refuses_image signature-invalid "$(sign_body "$(make_body "$(image_name 00.00.03)" 60000 1)" \
    "$keys/1.key")" "the key that the image before trusted"
refuses_image signature-invalid "$genuine" "an image that was genuine before"
updates_to 00.00.03 2 2
