#!/usr/bin/env bash
# Sketches as they are in the field, RSA-2048 throughout: in 15 KB, with each max_fragment_length.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

life_cycle RSA-2048
die
