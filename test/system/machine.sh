# shellcheck shell=bash
# A machine of its own for a scenario: a Debian in a folder, booted by systemd-nspawn, with a network
# of its own that outlives its restarts, as a building's does. Read it after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables

machine_name=fleet.test # what its `hostname -f` says
machine_user=installer  # somebody with sudo
machine=$work/machine   # its root
machine_here=
machine_network=

# machine_may_run: whether this one may boot another; else says why not.
machine_may_run() {
    [ "$(id -u)" -eq 0 ] || { echo "booting a machine needs root" && return 1; }
    command -v systemd-nspawn >/dev/null || { echo "systemd-nspawn is missing (package systemd-container)" && return 1; }
    unshare --mount --pid --net --uts --ipc --fork true 2>"$work/said" || {
        echo "this system allows no namespaces: $(cat "$work/said")" && return 1
    }
    # Both kinds of hierarchy have a folder of systemd's.
    grep -qE '^[0-9]+:(name=systemd)?:' /proc/self/cgroup || {
        echo "this system has no control groups for systemd" && return 1
    }
}

# machine_packages PROGRAM...: the packages of the libraries that these programs need, as this
# machine has them.
machine_packages() {
    local library
    ldd "$@" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u | while read -r library; do
        dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "$(realpath "$library")" 2>/dev/null ||
            dpkg-query -S "${library#/usr}"
    done | sed 's/:.*//' | sort -u
}

# machine_make ROOT: that root, or where it cannot be laid over a copy of it, with a user and a name.
machine_make() {
    mkdir -m 0755 "$machine" "$work/upper" "$work/overlay"
    if mount -t overlay -o "lowerdir=$1,upperdir=$work/upper,workdir=$work/overlay" secureesp "$machine" \
        2>"$work/said"; then
        mounts+=("$machine")
    else
        cp -a "$1/." "$machine/"
    fi
    echo "${machine_name%%.*}" >"$machine/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s %s\n' "$machine_name" "${machine_name%%.*}" >"$machine/etc/hosts"
    chroot "$machine" useradd --create-home --shell /bin/bash "$machine_user"
    echo "$machine_user ALL=(ALL) NOPASSWD: ALL" >"$machine/etc/sudoers.d/$machine_user"
    chmod 0440 "$machine/etc/sudoers.d/$machine_user"
    chmod 0644 "$machine/etc/hostname" "$machine/etc/hosts"
}

# Without a scope of its own it ends with 133 for a restart, which is then its caller's.
# shellcheck disable=SC2016  # for the inner shell
machine_loop='trap : TERM; while "$@"; [ $? -eq 133 ]; do :; done'

# machine_boot: starts it, and the network that it is in.
machine_boot() {
    local registration=(--register=no)
    # A host without systemd has nothing that could make a scope for it.
    [ -d /run/systemd/system ] || registration+=(--keep-unit)
    process_start "$work/network.record" "$work/network.log" unshare --net sleep infinity
    records+=("$work/network.record")
    machine_network=/proc/$(process_pid "$work/network.record")/ns/net
    eventually 10 "a network" machine_has_network
    process_start "$work/machine.record" "$work/machine.log" bash -c "$machine_loop" - systemd-nspawn --quiet --boot \
        "${registration[@]}" --console=pipe --network-namespace-path="$machine_network" \
        --machine="secureesp-$BASHPID" --hostname="${machine_name%%.*}" -D "$machine"
    records=("$work/machine.record" "${records[@]}")
    eventually 60 "the machine is up" machine_is_up ""
}

machine_has_network() {
    [ "$(readlink "$machine_network")" != "$(readlink /proc/self/ns/net)" ] &&
        nsenter --net="$machine_network" ip link set lo up
}

# machine_is_up BEFORE: its systemd is ready, and is not the process that it was before.
machine_is_up() {
    local loop nspawn pid
    loop=$(process_pid "$work/machine.record") || fail "the machine ended: $(tail -n 5 "$work/machine.log")"
    nspawn=$(pgrep -P "$loop") && pid=$(pgrep -P "$nspawn") || return 1
    [ "$pid" != "$1" ] && [[ $pid =~ ^[0-9]+$ ]] || return 1
    machine_here=$pid
    [[ $(machine_root systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]
}

# machine_restart: as its administrator does it.
machine_restart() {
    local before=$machine_here
    machine_root systemctl reboot >/dev/null 2>&1 || true
    eventually 90 "the machine is up again" machine_is_up "$before"
}

machine_enter() {
    nsenter --all --target "$machine_here" -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        LC_ALL=C.UTF-8 "$@"
}

# machine_root COMMAND...: runs it there as root.
machine_root() {
    machine_enter "$@"
}

# machine_do TEXT: runs a line there as its user.
machine_do() {
    machine_enter su --login --command "$1" "$machine_user"
}

# machine_beside COMMAND...: runs it here, as another machine in the same network that knows the
# name.
machine_beside() {
    # shellcheck disable=SC2016  # for the inner shell
    exec nsenter --net="$machine_network" unshare --mount --propagation private \
        sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$machine_hosts" "$@"
}

# machine_template PACKAGE...: prints the folder of a root as this machine's release has it, with
# these packages; made when it is first asked for, and kept.
machine_template() {
    local release mirror folder
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    mirror=$(apt-get indextargets --no-release-info --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
        sed -n "s/ $release\$//p" | head -n 1)
    [ -n "$mirror" ] || return 1
    folder=$root/build/roots/boot-$release
    mkdir -p "$root/build/roots"
    (
        flock 8
        if [ "$(cat "$folder/.packages" 2>/dev/null)" != "$*" ]; then
            rm -rf --one-file-system "$folder"
            umask 022
            debootstrap --variant=minbase --include="$(tr ' ' , <<<"$*")" "$release" "$folder" "$mirror" \
                >"$folder.log" 2>&1 || { tail -n 5 "$folder.log" >&2 && exit 1; }
            rm -rf "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/*
            echo "$*" >"$folder/.packages"
        fi
    ) 8>"$root/build/roots/.boot.lock" || return 1
    echo "$folder"
}
