#!/usr/bin/env bash
# Attack: corrupted images. A genuine image is offered with one bit flipped, in the body, the signature or
# its length, or cut off, with a length of the answer to match. All bits are flipped in verify_test.c.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
image=$(make_genuine_image 00.00.02 1 1)
size=$(stat -c %s "$image")
descriptor=$((genuine_size + 100)) # it and its key follow the program

step "bits flipped in the body"
for at in 0 4095 30000 "$descriptor" -261; do
    refuses_image signature-invalid "$(flip_bit "$image" "$at" $((RANDOM % 8)))" "bit at $at"
done

step "bits flipped in the signature"
for at in -260 -132 -69 -5; do
    refuses_image signature-invalid "$(flip_bit "$image" "$at" $((RANDOM % 8)))" "bit at $at"
done

step "bits flipped in the signature's length"
for bit in 0 5 6 7; do # 257, 288, 320 and 384 bytes
    refuses_image signature-invalid "$(flip_bit "$image" -4 "$bit")" "bit $bit"
done
for bit in 0 1; do # none, and 768
    refuses_image trailer-invalid "$(flip_bit "$image" -3 "$bit")" "bit $((bit + 8))"
done
for at in -2 -1; do
    for bit in 0 7; do
        refuses_image trailer-invalid "$(flip_bit "$image" "$at" "$bit")" "bit $bit at $at"
    done
done

step "cut off"
for left in 4 68 69 30000 $((size - 260)) $((size - 100)) $((size - 4)) $((size - 3)) $((size - 2)) \
    $((size - 1)); do
    head -c "$left" "$image" >"$work/cut"
    refuses_image 'trailer-invalid|signature-invalid' "$work/cut" "$left of $size bytes"
done
{ cat "$image" && printf '\0'; } >"$work/cut"
refuses_image trailer-invalid "$work/cut" "a byte too many"

updates_to 00.00.02 1 1
