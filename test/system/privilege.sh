# shellcheck shell=bash
# What takes root in a scenario, whoever runs it: an ordinary user has it by sudo. In a user namespace
# root's folders would be nobody's, and no key is kept below such. Read it after lib.sh.

# What scripts/test takes for "could not be tried here".
skip() {
    echo "SKIPPED: $1"
    exit 77
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n -- "$@"
    fi
}

# need_root WHAT: which cannot be done here otherwise.
need_root() {
    as_root true 2>/dev/null || skip "neither root nor sudo without a password: $1"
}

# own_namespace OPTION WHAT: begins the scenario anew with such a namespace of its own (unshare(1)),
# which ends with it.
own_namespace() {
    local environment
    [ -z "${OWN_NAMESPACE:-}" ] || return 0
    export OWN_NAMESPACE=yes
    need_root "$2"
    as_root unshare "$1" true 2>/dev/null || skip "no such namespace can be made here: $2"
    [ "$(id -u)" -ne 0 ] || exec unshare "$1" bash "$0"
    mapfile -d '' -t environment < <(env -0)
    exec sudo -n unshare "$1" setpriv --reuid="$(id -u)" --regid="$(id -g)" --init-groups \
        env -i "${environment[@]}" bash "$0"
}

# A process whose memory is closed to others shows its descriptors, and gives its peaks up, to root alone.
sockets_of() { # PID
    as_root find "/proc/$1/fd" -lname 'socket:*' | wc -l
}
forget_peak() { # PID
    as_root tee "/proc/$1/clear_refs" >/dev/null <<<5
}
