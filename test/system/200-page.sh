#!/usr/bin/env bash
# The page in Chromium: log-in, every page as every role, whether everybody can use it, what a viewer may not,
# what a page of somebody else may not.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/gui_lib.sh
. "$(dirname "$0")/gui_lib.sh"

gui_needs
gui_faults "$work/faults"
sandbox_up --devices 8 -- --trial-timeout 3000 --faults "$work/faults"
gui_operators "$sandbox"
step "a fleet with a past"
gui_life "$sandbox" >"$work/life" 2>&1 || fail "$(tail -n 5 "$work/life")"
gui_run roles "$sandbox" "$work"
