#!/usr/bin/env bash
# Keys stay in the process that uses them: nobody of the same user looks into the daemon or into
# secureesp, and neither writes a core file.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

# What runs a command without the privileges that root has.
plain=()
[ "$(id -u)" -ne 0 ] || plain=(setpriv --bounding-set -all --inh-caps -all)

peek() {
    "${plain[@]}" python3 "$root/test/system/peek.py" "$1"
}

core_limit() {
    sed -n 's/^Max core file size *//p' "/proc/$1/limits" | tr -s ' '
}

# A user namespace of its own, as the unit's restrictions bring, would be its maker's to look into.
cat >"$work/plain" <<END
#!/bin/bash
while [ "\$1" != -- ]; do shift; done
shift
exec ${plain[*]} "\$@"
END
chmod +x "$work/plain"
export SANDBOX_WRAPPER=$work/plain
ulimit -c unlimited 2>/dev/null || ulimit -c 1000
# Which it switches off by itself otherwise, under a sanitizer.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}disable_coredump=0

step "what can be seen of a process that does nothing about it"
"${plain[@]}" sleep 1000 &
other=$!
is_sleeping() {
    [ "$(cat "/proc/$other/comm")" = sleep ]
}
eventually 10 "it sleeps" is_sleeping
seen=$(peek "$other")
limit=$(core_limit "$other")
kill "$other"
wait "$other" || true
echo "$seen; core files: $limit"
# Some let nobody attach, but all look (ptrace_scope of Yama).
[[ $seen == *maps*environ* ]] || skip "this system lets nobody look into any process"
[[ $limit != 0* ]] || skip "no core files here"

step "the daemon"
sandbox_up --devices 1
daemon=$(process_pid "$sandbox/run/daemon")
expect_equal "ways into the daemon" "" "$(peek "$daemon")"
expect_equal "its core files" "0 0 bytes " "$(core_limit "$daemon")"
is_listed() {
    [ "$(json_count "$(api /devices)" '$')" = 1 ]
}
eventually 20 "it works" is_listed

step "secureesp, whatever it does"
"${plain[@]}" secureesp devices watch >"$work/watch" 2>&1 &
ctl=$!
watches() {
    [ -s "$work/watch" ]
}
eventually 20 "it has begun" watches
seen=$(peek "$ctl")
limit=$(core_limit "$ctl")
kill "$ctl"
wait "$ctl" || true
expect_equal "ways into secureesp" "" "$seen"
expect_equal "its core files" "0 0 bytes " "$limit"

step "a daemon that is aborted leaves no core file"
cd "$work"
kill -ABRT "$daemon"
is_gone() {
    [ ! -e "/proc/$daemon" ]
}
eventually 20 "it is gone" is_gone
expect_equal "core files" "" "$(find "$work" -name 'core*' -type f)"
rm -f "$sandbox"/log/sanitizer*
