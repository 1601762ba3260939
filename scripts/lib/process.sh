# shellcheck shell=bash
# Background processes that a later run of a script can find and end again: by PID and by the time
# at which the kernel started that PID, so that a PID that was given to somebody else is left alone.
# A record is a file with both.

# Prints when a process started, in clock ticks since boot (proc(5), /proc/PID/stat, field 22).
process_start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field, the program's name, may hold blanks and brackets.
    stat=${stat##*) }
    # A zombie is over, it only waits for its parent.
    [ "${stat%% *}" != Z ] || return 1
    cut -d ' ' -f 20 <<<"$stat"
}

# process_start RECORD LOG COMMAND...: starts a command in a session of its own, output to LOG.
# File descriptor 9, by which the caller may hold a lock, is not handed on.
process_start() {
    local record=$1 log=$2 pid
    shift 2
    setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    printf '%s %s\n' "$pid" "$(process_start_time "$pid")" >"$record"
    disown "$pid" 2>/dev/null || true
}

# Prints the PID of a record if that process still runs, else fails.
process_pid() {
    local pid started
    [ -e "$1" ] && read -r pid started <"$1" || return 1
    [ -n "$started" ] && [ "$(process_start_time "$pid")" = "$started" ] && echo "$pid"
}

# process_signal RECORD SIGNAL: to the process and, as it leads a group of its own, its children.
process_signal() {
    local pid
    pid=$(process_pid "$1") || return 1
    kill -s "$2" -- "-$pid" 2>/dev/null || kill -s "$2" "$pid" 2>/dev/null
}

# process_wait_end RECORD SECONDS: waits for a process to end.
process_wait_end() {
    local deadline=$((SECONDS + $2))
    while process_pid "$1" >/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

# process_stop RECORD...: ends them, at first politely, and removes the records.
process_stop() {
    local record
    for record; do
        process_signal "$record" TERM || true
    done
    for record; do
        if ! process_wait_end "$record" 15; then
            process_signal "$record" KILL || true
            process_wait_end "$record" 5 || true
        fi
        rm -f "$record"
    done
}

# wait_until SECONDS COMMAND...: repeats a command until it succeeds.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}
