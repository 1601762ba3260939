#!/usr/bin/env bash
# Attack: the download server speaks broken HTTP: status lines, codes, lengths, codings and heads that
# are none, or that hide the answer that counts.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# A virtual device is attacked, since there are so many connections; ATTACK_TARGET=board takes a board.
export ATTACK_TARGET=${ATTACK_TARGET:-virtual}
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
offer "$(make_genuine_image 00.00.02 2 2)" # which must not be taken, however it is wrapped

step "every attack"
survives_group http

updates_to 00.00.03 1 1
