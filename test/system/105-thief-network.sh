#!/usr/bin/env bash
# Somebody without a certificate who has a /64 of IPv6, and so an address of its own for each connection.
# Takes a network of its own.
# Runs alone.
export VARIANT=release # memory and times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/thief_lib.sh
. "$root/test/system/thief_lib.sh"

own_namespace --net "no network of its own"
as_root ip link set lo up
# All of it is this machine's, so that a connection can come from any.
as_root ip -6 route add local 2001:db8:1::/64 dev lo || skip "no IPv6 here"
as_root ip -6 addr add 2001:db8:1::77/128 dev lo nodad

thief_up 0
sed -i 's/^address = .*/address = ::/' "$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
daemon=$(process_pid "$sandbox/run/daemon")
# shellcheck disable=SC2046  # words
new_device $(for ((i = 0; i < 10; i++)); do printf '%012x ' $((16#$honest_first + i)); done)
honest_start 10

step "silent connections from a /64"
export THIEF_SERVER=2001:db8:1::1
beside "silent connections from a /64" python3 -B "$root/test/system/thief_https.py" \
    silent "$SANDBOX_HTTPS_PORT" 3000 1000 2001:db8:1::/64
grows_at_most "the daemon" 60000 "$daemon_grown"

step "and a device in the same network"
thief_start python3 -B "$root/test/system/thief_https.py" silent "$SANDBOX_HTTPS_PORT" 1000 500 \
    2001:db8:1::/64
for ((i = 0; i < 50; i++)); do
    get "$honest_first" /ca.crt --interface 2001:db8:1::77 \
        --resolve "localhost:$SANDBOX_HTTPS_PORT:[$THIEF_SERVER]"
    expect_equal "a device beside the thief" 200 "$status"
done
thief_stop
echo "    $thief_said"
expect_equal "refused" 0 "$(counter download_refused_connections)"

step "afterwards the places are free"
few_are_open() {
    [ "$(counter download_open)" -lt 15 ]
}
eventually 20 "few connections are left" few_are_open
thief_verdict
