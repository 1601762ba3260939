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
