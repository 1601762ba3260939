#!/usr/bin/env bash
# Attack: mix and match. Images are offered that the right key has signed, but for another board, or
# that are put together from several.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
key=$SANDBOX_PKI/signing/1.key

# of_board BOARD: such an image.
of_board() {
    sign_body "$(make_body "$1-00.00.02" 60000 1)" "$key"
}
step "images of other boards"
refuses_image wrong-board "$(of_board ESP8266_WEMOS_D1MINIPRO)" "another board"
refuses_image wrong-board "$(of_board "${board}_2")" "a longer name"
refuses_image wrong-board "$(of_board "${board%?}")" "a shorter name"
refuses_image wrong-board "$(of_board "${board,,}")" "the name in other letters"
refuses_image wrong-board "$(of_board "$board-00.00.01")" "a name with a version in it"

step "images put together"
ours=$(make_body "$(image_name 00.00.02)" 60000 1)
theirs=$(make_body OTHER-00.00.02 60000 1)
cat "$theirs" "$ours" >"$work/both"
refuses_image descriptor-invalid "$(sign_body "$work/both" "$key")" "of two boards, ours last"
cat "$ours" "$theirs" >"$work/both"
refuses_image descriptor-invalid "$(sign_body "$work/both" "$key")" "of two boards, ours first"
cat "$ours" "$(sign_body "$theirs" "$key")" >"$work/both"
refuses_image signature-invalid "$work/both" "ours before theirs, which is signed"
{ cat "$ours" && tail -c 260 "$(sign_body "$theirs" "$key")"; } >"$work/both"
refuses_image signature-invalid "$work/both" "ours with the signature of theirs"

updates_to 00.00.02 1 1
