#!/usr/bin/env bash
# A stolen device's certificate, with which somebody says as much as the network takes. What is over is
# dropped and counted, the disk stays, the honest devices beside notice nothing; and when it is over the
# device may come again.
# Runs alone.
export VARIANT=release # memory and times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/thief_lib.sh
. "$root/test/system/thief_lib.sh"

thief_up 10

# floods WHAT ATTACK...
floods() {
    step "$1"
    beside "$1" "${at_broker[@]}" "${@:2}"
    grows_at_most "the broker beside: $1" 40000 "$broker_grown"
    grows_at_most "the daemon beside: $1" 40000 "$daemon_grown"
    grows_at_most "what is on the disk beside: $1" 20000 "$disk_grown"
}
floods "statuses" flood status 0 300
floods "events, acknowledged" flood event 1 300
floods "large events" flood event 0 4000
floods "small wills" flood will 0 20
floods "what is another's" denied 1 300
floods "subscribing and unsubscribing" resubscribe
floods "PINGREQ" pings
floods "acknowledgements of nothing" acks
floods "connecting" connect
floods "handshakes alone" handshakes

step "afterwards"
thief_is_back
secureesp devices show "$thief_mac" | head -n 30
thief_verdict
