#!/usr/bin/env bash
# What the firmware takes of flash, memory and instructions on the emulated board is not above
# test/lx106/ceilings.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
export PATH=$root/build/$VARIANT/bin:$PATH
unset SANDBOX_WRAPPER

step "make size"
"$root/test/lx106/size.py"
step "make bench-firmware, with the DRAM of the ceiling only"
"$root/test/lx106/bench.py" --quick
