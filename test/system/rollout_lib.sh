# shellcheck shell=bash
# What the scenarios with rollouts share. Read it after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables

# rollout NAME PATH: a member of the rollout as the daemon knows it.
rollout() {
    json_get "$(api "/rollouts/$1")" "$2"
}

rollout_has() {
    [ "$(rollout "$1" "$2")" = "$3" ]
}

# stage NAME MAC [MEMBER]: at which stage a device is, or another member of it.
stage() {
    local quoted
    quoted=$(api "/rollouts/$1")
    quoted=${quoted//\'/\'\'}
    sqlite3 :memory: "select json_extract(value, '\$.${3:-stage}') from json_each('$quoted',
        '\$.members') where json_extract(value, '\$.mac') = '$2'"
}

stage_is() {
    [ "$(stage "$1" "$2")" = "$3" ]
}

# create NAME VERSION OPTION...: a rollout of the virtual board without waits, unless options say so.
create() {
    local soak=(--soak 0)
    [[ " $* " != *" --soak "* ]] || soak=()
    expect_exit 0 secureesp rollouts create "$1" --image "$(image_name "$2")" --yes "${soak[@]}" "${@:3}"
}

# members_of NAME STAGE: the MACs of its devices at that stage, in a line.
members_of() {
    local quoted
    quoted=$(api "/rollouts/$1")
    quoted=${quoted//\'/\'\'}
    sqlite3 :memory: "select coalesce(group_concat(json_extract(value, '\$.mac'), ' '), '') from
        (select value from json_each('$quoted', '\$.members')
         where json_extract(value, '\$.stage') = '$2' order by json_extract(value, '\$.mac'))"
}

# offer MAC VERSION: the image that a device on that image of the board is offered, or the status.
offer() {
    get "$1" "/firmware.bin?curimage=$(image_name "$2")"
    if [ "$status" = 200 ]; then
        header x-image
    else
        echo "$status"
    fi
}

# audit_has VERB OBJECT: whether the log has such a row of a rollout.
audit_has() {
    [ "$(json_count "$(api "/audit?object=rollout")" '$' "json_extract(value, '\$.verb') = '$1' and
        json_extract(value, '\$.object') = '$2'")" -gt 0 ]
}

# --- a daemon that is killed at every change

# All that the only rollout remembers, and what is set, from the daemon's own database.
remembered() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "select state, phase, soak_at_ms > 0 from rollouts;
        select device, stage, command_id, tries, before from rollout_devices order by device;
        select count(*) from settings_history; select patch from settings_layers" 2>/dev/null || true
}

# Its state, as the database has it: 3 is done.
state_of_rollout() {
    sqlite3 -readonly -cmd '.timeout 5000' "$SANDBOX_DB" "select state from rollouts" 2>/dev/null || true
}

# kill_at_changes MIN [CHECK]: kills the daemon at every change of that until the rollout is done, so
# many times at least. CHECK is run each time before it is started again.
kill_at_changes() {
    local kills=0 last='' now
    until [ "$(state_of_rollout)" = 3 ]; do
        now=$(remembered)
        if [ "$now" = "$last" ]; then
            [ "$SECONDS" -lt 220 ] || fail "it does not come to its end: $now"
            sleep 0.05
            continue
        fi
        last=$now
        part kill daemon
        kills=$((kills + 1))
        ${2:-true}
        # its threads may hold the state for a moment longer than it is there
        part start daemon || { sleep 2 && part start daemon; }
        part wait daemon
    done
    echo "$kills kills"
    [ "$kills" -ge "$1" ] || fail "only $kills kills"
}

# expect_obeyed MAC COMMAND TIMES: the device got the command once for each time that it was given, and
# did it so many times. It is given once more where the server was away meanwhile, or where the daemon
# died between its word that it is sent and the sending.
expect_obeyed() {
    local commands
    commands=$(api "/commands?mac=$1")
    expect_equal "$2 ended by $1" \
        "$(json_count "$commands" '$' "json_extract(value, '\$.command') = '$2'
            and json_extract(value, '\$.state') in ('done', 'failed')")" \
        "$(grep -c "^$1 command name=$2 " "$SANDBOX_LOG/$1.log")"
    expect_equal "$2 done by $1" "$3" "$(json_count "$commands" '$' \
        "json_extract(value, '\$.command') = '$2' and json_extract(value, '\$.state') = 'done'")"
}
