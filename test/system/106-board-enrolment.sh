#!/usr/bin/env bash
# The emulated board makes a key and a request that OpenSSL accepts, and opens a sealed message; what
# that takes is not above test/lx106/ceilings.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
export PATH=$root/build/$VARIANT/bin:$PATH

"$root/test/lx106/enrol.py"
