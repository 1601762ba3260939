# shellcheck shell=bash
# What the scenarios share in which something breaks under the daemon. Read it after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables

# expect_between WHAT LOWEST HIGHEST ACTUAL
expect_between() {
    if [ "$4" -lt "$2" ] || [ "$4" -gt "$3" ]; then
        fail "$1: expected $2 to $3, got $4"
    fi
}

# shellcheck source=test/system/privilege.sh
. "$root/test/system/privilege.sh"

# Begins the scenario anew with mounts of its own, which end with it.
own_mounts() {
    own_namespace --mount "nothing can be mounted here"
}

# What takes root, within such mounts alone.
if [ "$(id -u)" -ne 0 ]; then
    # shellcheck disable=SC2032,SC2033  # it is the commands that sudo runs
    mount() { sudo -n mount "$@"; }
    # shellcheck disable=SC2032,SC2033
    umount() { sudo -n umount "$@"; }
    # shellcheck disable=SC2032,SC2033
    chattr() { sudo -n chattr "$@"; }
fi

# The daemon's log from here on: mark_log, then log_since PATTERN counts the lines that match.
mark_log() {
    log_mark=$(wc -l <"$SANDBOX_LOG/daemon.log")
}
log_since() {
    tail -n "+$((log_mark + 1))" "$SANDBOX_LOG/daemon.log" | grep -c -E -e "$1" || true
}

log_has() {
    [ "$(log_since "$1")" -gt 0 ]
}

# Processor time that a process has taken so far, in ms (proc(5), /proc/PID/stat, fields 14 and 15).
cpu_ms() {
    local stat
    stat=$(cat "/proc/$1/stat")
    stat=${stat##*) }
    cut -d ' ' -f 12,13 <<<"$stat" | {
        read -r user system
        echo $(((user + system) * 1000 / $(getconf CLK_TCK)))
    }
}

memory_kb() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

# Asks for a change and prints what came of it: the HTTP status, and the error's message.
api_says() {
    local text
    text=$(api "$@" -w '\n%{http_code}')
    echo "${text##*$'\n'} $(json_get "${text%$'\n'*}" '$.error.message')"
}

# order MAC COMMAND: prints the HTTP status, and the command's id or the error's message.
order() {
    local text
    text=$(api /commands --data "{\"mac\": \"$1\", \"command\": \"$2\"}" -w '\n%{http_code}')
    echo "${text##*$'\n'} $(sqlite3 :memory: \
        "select coalesce(json_extract(t, '\$[0].id'), json_extract(t, '\$.error.message'))
            from (select '${text%$'\n'*}' as t)")"
}

# make_sleeper MAC: a device that has reported once; commands for it wait.
make_sleeper() {
    new_device "$1"
    publish_text "$1" "/status/$1" '{"uptimemillis": 1000}'
    eventually 10 "$1 reports" device_has "$1" '$.online' 1
    publish_text "$1" "/will/$1" '{}'
    eventually 10 "$1 sleeps" device_has "$1" '$.online' 0
}

# hold STATEMENTS: holds the database by a process of its own, until `let_go`.
hold() {
    rm -f "$work/held" "$work/lock"
    mkfifo "$work/lock"
    # shellcheck disable=SC2016  # for the inner shell
    process_start "$work/lock.record" "$work/lock.log" \
        bash -c 'sqlite3 -cmd ".timeout 5000" -bail "$1" <"$2"' - "$SANDBOX_DB" "$work/lock"
    records+=("$work/lock.record")
    exec 8>"$work/lock"
    printf '%s\n.bail off\n.shell touch %s\n' "$1" "$work/held" >&8
    eventually 10 "the lock" test -e "$work/held"
}
let_go() {
    printf 'ROLLBACK;\n.exit\n' >&8 # it is not the only one that holds the other end
    exec 8>&-
    process_wait_end "$work/lock.record" 10 || fail "the lock's holder does not end"
}

# seen_since MAC TIME_MS
seen_since() {
    [ "$(device "$1" '$.last_seen_ms')" -gt "$2" ]
}

# expect_three_since TIME_MS: the sandbox's three devices have reported since then, and each has done
# its command "config".
expect_three_since() {
    local i
    for i in 1 2 3; do
        eventually 10 "$(mac_of "$i") reports" seen_since "$(mac_of "$i")" "$1"
        expect_equal "$(mac_of "$i")" "done ok" "$(command_device "$(mac_of "$i")" config)"
    done
}

# What was not renamed to the name of an image.
unfinished_files() {
    find "$sandbox/state/images" -type f ! -regex '.*/[0-9a-f]*'
}
