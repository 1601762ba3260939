#!/usr/bin/env bash
# Attack: the download server breaks TLS behind a genuine handshake, or the handshake itself: records
# that are forged, repeated or none, alerts, renegotiation; or the answer ends early, at any place.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# A virtual device is attacked, since there are so many connections; ATTACK_TARGET=board takes a board.
export ATTACK_TARGET=${ATTACK_TARGET:-virtual}
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
offer "$(make_genuine_image 00.00.02 2 2)" # which must not be taken, however it is wrapped

step "records, alerts and handshakes"
survives_group tls

step "answers that end early"
survives_group early

updates_to 00.00.03 1 1
