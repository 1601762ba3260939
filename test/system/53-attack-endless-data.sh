#!/usr/bin/env bash
# Attack: endless data. What the download server sends has no end: the answer's head, a line of it, its
# body, or the reason for a refusal; or it announces more than a device has room for.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/attack_lib.sh
. "$(dirname "$0")/attack_lib.sh"

attack_up 1
offer "$(make_genuine_image 00.00.02 2 2)"
survives_group endless
updates_to 00.00.03 1 1
