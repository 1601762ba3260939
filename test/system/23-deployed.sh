#!/usr/bin/env bash
# Sketches as they are in the field, P-256 throughout: in 15 KB, with each max_fragment_length.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

life_cycle P-256
die
