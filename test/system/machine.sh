# shellcheck shell=bash
# A machine of its own for a scenario: a Debian in a folder, booted by systemd-nspawn, with a network
# of its own that outlives its restarts, as a building's does. Read it after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables

machine_name=fleet.test # what its `hostname -f` says
machine_user=installer  # somebody with sudo
machine=$work/machine   # its root
machine_here=
machine_network=

# shellcheck source=scripts/lib/root.sh
. "$root/scripts/lib/root.sh"

# machine_obstacle: prints why this one cannot boot another; nothing if it can.
machine_obstacle() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "booting a machine needs root"
    elif ! command -v systemd-nspawn >/dev/null; then
        echo "systemd-nspawn is missing (package systemd-container)"
    elif ! unshare --mount --pid --net --uts --ipc --fork true 2>"$work/said"; then
        echo "no namespaces here: $(tail -n 1 "$work/said")"
    elif ! mknod -m 600 "$work/device" c 1 3 2>"$work/said"; then
        echo "no device files may be made here, as a root needs: $(tail -n 1 "$work/said")"
    # Both kinds of hierarchy have a folder of systemd's.
    elif ! grep -qE '^[0-9]+:(name=systemd)?:' /proc/self/cgroup; then
        echo "no control groups for systemd here"
    elif ! root_codename "$(machine_release)" >/dev/null; then
        echo "this machine is no Debian whose like could be made"
    fi
}

# The release of Debian of this machine, and of that one: the same, or $MACHINE_RELEASE.
machine_host_release() {
    # shellcheck source=/dev/null
    (. /etc/os-release && [ "${ID:-}" = debian ] && echo "${VERSION_ID:-}")
}
machine_release() {
    echo "${MACHINE_RELEASE:-$(machine_host_release)}"
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

# machine_make [PACKAGE...]: a Debian of that release, a user and a name, with what our programs need,
# however they come there: these packages, or what the programs of build/release need, which are of this
# machine's release. It is laid over a root that is kept, or a copy of that where no file system can be
# laid over another.
machine_make() {
    local template libraries programs=(secureespd secureesp secureesp-signer virtual-esp device-files)
    if [ "$(machine_release)" = "$(machine_host_release)" ]; then
        mapfile -t libraries < <(machine_packages "${programs[@]/#/$root/build/release/bin/}")
        set -- "${libraries[@]}"
    fi
    [ $# -gt 5 ] || fail "the programs' libraries are not found: $*"
    set -- systemd systemd-sysv dbus procps sudo make mosquitto nftables tzdata ca-certificates libjs-dygraphs "$@"
    template=$root/build/root/boot-$(machine_release)
    mkdir -p "$root/build/root"
    (flock 8 && umask 022 && root_make "$template" "$(machine_release)" "$@") 8>"$template.lock" || fail "no root for it"
    mkdir -m 0755 "$machine" "$work/upper" "$work/overlay"
    if mount -t overlay -o "lowerdir=$template,upperdir=$work/upper,workdir=$work/overlay" secureesp \
        "$machine" 2>"$work/said"; then
        mounts+=("$machine")
    else
        cp -a "$template/." "$machine/"
    fi
    systemd-nspawn --quiet "${machine_scope[@]}" -D "$machine" true 2>"$work/said" </dev/null ||
        skip "systemd-nspawn cannot run here: $(tail -n 1 "$work/said")"
    echo "${machine_name%%.*}" >"$machine/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 %s %s\n' "$machine_name" "${machine_name%%.*}" >"$machine/etc/hosts"
    chmod 0644 "$machine/etc/hostname" "$machine/etc/hosts"
    root_add_user "$machine" "$machine_user"
}

# A host without systemd has nothing that could make a scope for it.
machine_scope=(--register=no)
[ -d /run/systemd/system ] || machine_scope+=(--keep-unit)

# Without a scope of its own it ends with 133 for a restart, which is then its caller's.
# shellcheck disable=SC2016  # for the inner shell
machine_loop='trap : TERM; while "$@"; [ $? -eq 133 ]; do :; done'

# machine_boot: starts it, and the network that it is in.
machine_boot() {
    process_start "$work/network.record" "$work/network.log" unshare --net sleep infinity
    records+=("$work/network.record")
    machine_network=/proc/$(process_pid "$work/network.record")/ns/net
    eventually 10 "a network" machine_has_network
    process_start "$work/machine.record" "$work/machine.log" bash -c "$machine_loop" - systemd-nspawn --quiet --boot \
        "${machine_scope[@]}" --console=pipe --network-namespace-path="$machine_network" --capability=CAP_NET_ADMIN \
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
