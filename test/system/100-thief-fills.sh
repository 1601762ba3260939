#!/usr/bin/env bash
# A stolen device's certificate, with which somebody fills the broker: with subscriptions, retained
# messages, wills, messages that are large or never end. The broker stays as small as it was, also
# after a restart, and the honest devices beside it notice nothing.
# Runs alone.
export VARIANT=release # memory and times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/thief_lib.sh
. "$root/test/system/thief_lib.sh"

thief_up 10
memory=$(memory_kb "$broker")
echo "broker: $memory KB, daemon: $(memory_kb "$daemon") KB"

# fills WHAT ATTACK...: and how much of it the broker takes for it.
fills() {
    step "$1"
    beside "$1" "${at_broker[@]}" "${@:2}"
    grows_at_most "the broker beside: $1" 40000 "$broker_grown"
    grows_at_most "the daemon beside: $1" 40000 "$daemon_grown"
    grows_at_most "what is on the disk beside: $1" 20000 "$disk_grown"
}
# The broker itself takes 200 levels.
fills "subscriptions of 200 levels in a session that stays" subscribe "${THIEF_SUBSCRIPTIONS:-20000}" 200
fills "its commands in each spelling of its MAC" spell 3
fills "a retained message at each topic that is its own" retained 4000
fills "messages of QoS 2 that are never released" unreleased 20000 4000
fills "messages of 100 MB" big 100000000
fills "CONNECTs that never end" endless 6 40000000
fills "wills of 60 KB" wills 50 60000

step "after a restart the broker is as small as at first, and the devices are back"
honest_stop
part stop broker
echo "mosquitto.db: $(stat -c %s "$sandbox/state/mosquitto.db") bytes"
part start broker
part wait daemon
broker=$(process_pid "$sandbox/run/broker")
grows_at_most "the broker, started again," 20000 $(($(memory_kb "$broker") - memory))
honest_start 10
honest_begin
sleep 3
honest_end "$work/again"
expect_equal "lost after the restart" "" "$(honest_lost "$work/again")"
grows_at_most "the broker, a while later," 20000 $(($(memory_kb "$broker") - memory))
thief_is_back
thief_verdict
