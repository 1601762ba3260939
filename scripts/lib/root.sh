# shellcheck shell=bash
# Root file systems of Debian releases in a folder, and commands in them: debootstrap, and the
# kernel's namespaces. As root. Whatever runs in one ends, and whatever is mounted for it goes, with
# the call that began it, however that ends.

# What a machine needs for it: packages, each with a program of its.
root_host_packages=(debootstrap:debootstrap debian-archive-keyring: util-linux:unshare)

# root_codename RELEASE: prints what Debian calls it; fails if it is unknown here.
root_codename() {
    case $1 in
    12) echo bookworm ;;
    13) echo trixie ;;
    *) return 1 ;;
    esac
}

# Prints the mirror of Debian that this machine's own apt uses, or DEBIAN_MIRROR.
root_mirror() {
    local mirror=${DEBIAN_MIRROR:-}
    # shellcheck disable=SC2016  # apt's own
    [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 2>/dev/null | sed -n 's/^Debian //p' | head -n 1)
    # Before the first apt-get update it knows no labels.
    # shellcheck disable=SC2016
    [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1)
    if [ -z "$mirror" ]; then
        echo "root: apt's sources name no mirror of Debian; set DEBIAN_MIRROR to one" >&2
        return 1
    fi
    printf '%s\n' "${mirror%/}"
}

# root_check_host: says what is missing here, and how to get it.
root_check_host() {
    local pair missing=()
    if [ "$(id -u)" -ne 0 ]; then
        echo "root: to make and enter root file systems takes root; use sudo" >&2
        return 1
    fi
    for pair in "${root_host_packages[@]}"; do
        [ -z "${pair#*:}" ] || PATH=$PATH:/usr/sbin:/sbin command -v "${pair#*:}" >/dev/null ||
            missing+=("${pair%%:*}")
    done
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
    [ "${#missing[@]}" -gt 0 ] || return 0
    echo "root: installing ${missing[*]}"
    { apt-get -q -y install --no-install-recommends "${missing[@]}" ||
        { apt-get -q update && apt-get -q -y install --no-install-recommends "${missing[@]}"; }; } \
        >/dev/null </dev/null && return 0
    echo "root: apt-get install ${missing[*]} failed" >&2
    return 1
}

# root_make FOLDER RELEASE PACKAGE...: makes or refreshes the root of a Debian release (12, 13) of
# this machine's architecture with those packages beside the essential ones. PACKAGE:ARCHITECTURE is
# another architecture's, which is added. Nothing is done if FOLDER is that already; packages that
# are new are installed in it, and anything else (a release, a mirror, an interrupted call) makes it
# anew. What apt says is appended to FOLDER.log.
root_make() {
    local folder=$1 release=$2 codename mirror wanted stamp
    shift 2
    codename=$(root_codename "$release") || {
        echo "root: no release of Debian is known as $release; there are 12 and 13" >&2
        return 1
    }
    mirror=$(root_mirror) || return 1
    stamp="$codename $mirror"
    wanted=$(printf '%s\n' "$stamp" "$@")
    if [ -d "$folder" ] && [ "$(cat "$folder.stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    if [ ! -d "$folder" ] || [ "$(head -n 1 "$folder.stamp" 2>/dev/null)" != "$stamp" ]; then
        root_remove "$folder" || return 1
        root_bootstrap "$folder" "$codename" "$mirror" || return 1
        printf '%s\n' "$stamp" >"$folder.stamp"
    fi
    root_install "$folder" "$@" || return 1
    printf '%s\n' "$wanted" >"$folder.stamp"
}

# root_remove FOLDER: with its stamp. Refuses where something is mounted below it.
root_remove() {
    if findmnt -rno TARGET | grep -qF -- "$(realpath -m "$1")/"; then
        echo "root: something is mounted below $1: it is left alone" >&2
        return 1
    fi
    rm -rf --one-file-system "$1" "$1.new" "$1.stamp"
}

# How this machine's apt reaches a mirror, for the root's.
root_apt_settings() {
    apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-|Retries)' || true
}

root_bootstrap() { # FOLDER CODENAME MIRROR
    local folder=$1 proxy
    proxy=$(apt-config dump | sed -n 's/^Acquire::http::Proxy "\(.*\)";$/\1/p')
    mkdir -p "$(dirname "$folder")"
    # In namespaces of its own, so that what it mounts goes with it.
    if ! env ${proxy:+http_proxy="$proxy"} unshare --mount --pid --fork --kill-child \
        --propagation private --mount-proc debootstrap --variant=minbase \
        --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$2" "$folder.new" "$3" \
        >>"$folder.log" 2>&1 </dev/null; then
        tail -n 15 "$folder.log" | sed 's/^/    /' >&2
        echo "root: debootstrap of $2 failed; its log is $folder.log" >&2
        return 1
    fi
    root_apt_settings >"$folder.new/etc/apt/apt.conf.d/90root"
    # What a power cut leaves half done is made anew.
    echo force-unsafe-io >"$folder.new/etc/dpkg/dpkg.cfg.d/root"
    echo localhost >"$folder.new/etc/hostname"
    echo "127.0.0.1 localhost" >"$folder.new/etc/hosts"
    mv "$folder.new" "$folder"
}

root_install() { # FOLDER PACKAGE...
    local folder=$1 architecture
    shift
    {
        for architecture in $(printf '%s\n' "$@" | sed -n 's/.*://p' | sort -u); do
            root_run "$folder" dpkg --add-architecture "$architecture"
        done
        root_run "$folder" apt-get -q update &&
            { [ $# -eq 0 ] || root_run "$folder" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
                install --no-install-recommends "$@"; } &&
            root_run "$folder" apt-get -q clean
    } >>"$folder.log" 2>&1 </dev/null && return 0
    tail -n 15 "$folder.log" | sed 's/^/    /' >&2
    echo "root: apt-get in $folder failed; its log is $folder.log" >&2
    return 1
}

# root_run FOLDER COMMAND...: as root in it, with processes, mounts and /dev of its own, and the
# machine's network. The last of them ends with COMMAND, or with the call; COMMAND has its input. Of the machine's files
# nothing is there; /sys and the kernel's settings in /proc cannot be written, and what would reach the machine otherwise (devices,
# modules, clock, reboot) is no longer among root's privileges.
root_run() {
    local folder
    folder=$(realpath "$1") || return 1
    shift
    # shellcheck disable=SC2016  # for the inner shell
    unshare --mount --uts --ipc --pid --fork --kill-child --propagation private \
        bash -c "$(declare -f root_enter root_make_dev);"' root_enter "$@"' - "$folder" "$@"
}

# In new namespaces: makes FOLDER their root. Not by chroot, in which no user may make namespaces.
root_enter() {
    local folder=$1 status=0 kernel resolvers gone=mknod,sys_module,sys_rawio,sys_time,sys_boot
    shift
    set -e
    resolvers=$(cat /etc/resolv.conf 2>/dev/null) || true
    mount --bind "$folder" "$folder"
    mount -t proc proc "$folder/proc"
    for kernel in sys sysrq-trigger irq bus; do
        [ ! -e "$folder/proc/$kernel" ] || {
            mount --bind "$folder/proc/$kernel" "$folder/proc/$kernel"
            mount -o remount,bind,ro "$folder/proc/$kernel"
        }
    done
    mount -t sysfs -o ro sysfs "$folder/sys"
    root_make_dev "$folder/dev"
    mount -t tmpfs -o mode=755 tmpfs "$folder/run"
    mkdir -m 1777 "$folder/run/lock"
    cd "$folder"
    PATH=$PATH:/usr/sbin:/sbin pivot_root . .
    umount -l .
    cd /
    rm -f /etc/resolv.conf
    printf '%s\n' "$resolvers" >/etc/resolv.conf
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
    hostname localhost
    unset TMPDIR DEBIAN_MIRROR
    set +e
    # As a child: it is the lot of the first of these processes to wait for orphans.
    setpriv --bounding-set "-${gone//,/,-}" --inh-caps "-${gone//,/,-}" "$@" || status=$?
    exit "$status"
}

root_make_dev() {
    local node
    mount -t tmpfs -o mode=755 tmpfs "$1"
    for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
        IFS=: read -r name major minor <<<"$node"
        mknod -m 666 "$1/$name" c "$major" "$minor"
    done
    mkdir "$1/pts"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$1/pts"
    mkdir -m 1777 "$1/shm"
    mount -t tmpfs -o mode=1777 tmpfs "$1/shm"
    ln -s pts/ptmx "$1/ptmx"
    ln -s /proc/self/fd "$1/fd"
    ln -s /proc/self/fd/0 "$1/stdin"
    ln -s /proc/self/fd/1 "$1/stdout"
    ln -s /proc/self/fd/2 "$1/stderr"
}

# root_add_user FOLDER NAME: an ordinary user, who may use sudo without a password (the root has the
# package sudo).
root_add_user() {
    root_run "$1" id -u "$2" >/dev/null 2>&1 || root_run "$1" useradd -m -s /bin/bash "$2" || return 1
    # shellcheck disable=SC2016  # for the inner shell
    root_run "$1" sh -c 'umask 0227 && rm -f "$1" &&
        printf "%s ALL=(ALL:ALL) NOPASSWD: ALL\n" "${1##*/}" >"$1"' - "/etc/sudoers.d/$2"
}

# root_run_as FOLDER NAME SCRIPT: a line of shell as that user, at home, as after logging in.
root_run_as() {
    root_run "$1" runuser -l "$2" -s /bin/bash -c "$3"
}
