#!/usr/bin/env bash
# What happens under the open page in Chromium: its session ends, it is left and opened again, the daemon
# starts anew, somebody else changes something.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/gui_lib.sh
. "$(dirname "$0")/gui_lib.sh"

gui_needs
sandbox_up --devices 1
gui_operators "$sandbox"
gui_run endings "$sandbox" "$work"
