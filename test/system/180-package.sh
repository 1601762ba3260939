#!/usr/bin/env bash
# The Debian packages on a machine that boots: lintian has nothing to say of them; they install, and
# nothing runs before it is set up; then a device beside the machine is heard, over a restart, kills and
# an upgrade, which keeps all and asks nothing; removal leaves a broker that starts, and purge keeps keys
# and data unless somebody says otherwise. Of another release of Debian, $MACHINE_RELEASE, the packages
# have to be built already, in $MACHINE_PACKAGES.
# Takes 900 s at most.
if [ "$(id -u)" -ne 0 ] && sudo -n true 2>/dev/null; then
    # Only the machine needs root; what is built stays the user's.
    cd "$(dirname "$0")/../.." && mkdir -p build || exit 1
    flock build/.release.lock make -s -j "$(nproc)" VARIANT=release all deb >/dev/null || exit 1
    exec sudo -n env "VARIANT=${VARIANT:-asan}" bash test/system/180-package.sh
fi
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"
# shellcheck source=test/system/machine.sh
. "$root/test/system/machine.sh"
# shellcheck source=test/system/machine_lib.sh
. "$root/test/system/machine_lib.sh"

obstacle=$(machine_obstacle)
[ -z "$obstacle" ] || skip "$obstacle"
release_make all
export PATH=$root/build/release/bin:$PATH
conf_d=/etc/mosquitto/conf.d/secureesp.conf
units=(secureesp-signer secureespd)

step "the packages"
[ -n "${MACHINE_PACKAGES:-}" ] || make -s -C "$root" deb >"$work/deb.log" 2>&1 ||
    fail "make deb: $(tail -n 20 "$work/deb.log")"
debs=("${MACHINE_PACKAGES:-$root/build/deb}"/*.deb)
expect_equal "their names" "secureesp secureespd" "$(printf '%s\n' "${debs[@]##*/}" | sed 's/_.*//' | paste -sd ' ')"
version=$(sed -n 's/^PROGRAMS_VERSION := //p' "$root/Makefile")
expect_equal "their version" "$version $version" \
    "$(for deb in "${debs[@]}"; do dpkg-deb --field "$deb" Version; done | paste -sd ' ')"
expect_exit 0 lintian --allow-root --fail-on error,warning "${debs[@]}"
expect_equal "what lintian says" "" "$(grep -E '^[EWX]:' <<<"$output" || true)"
expect_equal "what of the command line's package the daemon's also has" "" \
    "$(for deb in "${debs[@]}"; do dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -v '/$'; done | sort | uniq -d)"

# earlier_packages FOLDER: these of version 0.0.9, with a sample, a unit and a broker of then.
earlier_packages() {
    local deb tree=$work/earlier
    mkdir "$1"
    for deb in "${debs[@]}"; do
        rm -rf "$tree"
        dpkg-deb --raw-extract "$deb" "$tree"
        sed -i -E "s/^Version: .*/Version: 0.0.9/; s/\(= $version\)/(= 0.0.9)/" "$tree/DEBIAN/control"
        find "$tree/usr/share/secureesp" "$tree/etc" -type f -exec sed -i '$s/$/ as it was/' {} + 2>/dev/null || true
        find "$tree" -path '*/mosquitto.service.d/*' -type f -exec sh -c 'echo "# as it was" >>"$1"' - {} \;
        (umask 022 && dpkg-deb --root-owner-group --build "$tree" "$1/${deb##*/}")
    done
}
earlier_packages "$work/packages.old" >"$work/deb.log" 2>&1 || fail "no earlier packages: $(cat "$work/deb.log")"

step "a machine"
# What they depend on, the first of each choice: nothing has to be fetched when they are installed.
mapfile -t needs < <(for deb in "${debs[@]}"; do dpkg-deb --field "$deb" Depends; done | tr ',' '\n' |
    sed 's/^ *\([a-z0-9.+-]*\).*/\1/' | grep -v '^secureesp' | sort -u)
machine_make "${needs[@]}"
mkdir -m 0755 "$machine/new" "$machine/old"
install -m 0644 "${debs[@]}" "$machine/new"
install -m 0644 "$work/packages.old"/*.deb "$machine/old"
machine_boot

# apt FOLDER, as a user types it there, with a front end that would ask, and nobody who answers.
installs() {
    expect_exit 0 machine_root env DEBIAN_FRONTEND=readline \
        sh -c "cd /$1 && apt-get -y install --allow-downgrades ./*.deb"
    expect_equal "what is asked by the packages of /$1" "" \
        "$(grep -E 'onfiguration file|\*\*\* |\[Y/n\]|\(Y/I/N/O/D/Z\)' <<<"$output" || true)"
}
# state UNIT...: what systemd says.
state() {
    machine_root systemctl is-active "$@" 2>/dev/null | paste -sd ' '
}

step "the command line alone"
expect_exit 0 machine_root sh -c 'apt-get -y install /old/secureesp_*.deb'
expect_match "what it says of itself" '^secureesp [0-9.]+$' "$(machine_root secureesp --version)"
expect_exit 1 machine_root test -e /usr/sbin/secureespd

step "the daemon, of the version before: nothing runs that is not set up, and the broker is as it was"
machine_root systemctl start mosquitto
installs old
expect_match "what is said" "'secureesp setup' sets it up" "$output"
expect_equal "what runs" "inactive inactive active" "$(state "${units[@]}" mosquitto)"
expect_exit 0 machine_root systemctl restart mosquitto
expect_equal "the broker" active "$(state mosquitto)"
expect_equal "the keys' folders" "711 711 755" \
    "$(machine_root stat -c %a $machine_pki $machine_pki/servers $machine_pki/devices | paste -sd ' ')"
machine_root test -e /etc/secureesp/secureesp.conf || fail "no configuration"

# set_up: as the administrator does it.
set_up() {
    if machine_root secureesp setup --help >/dev/null 2>&1; then
        expect_exit 0 machine_root secureesp setup --name "$machine_name" --name localhost
        return
    fi
    machine_root secureesp pki init "$machine_pki"
    machine_root secureesp pki server "$machine_pki" secureespd --dns "$machine_name"
    machine_root secureesp pki server "$machine_pki" mosquitto --dns "$machine_name" --dns localhost
    machine_root chown secureesp "$machine_pki/servers/secureespd.key"
    machine_root chown mosquitto "$machine_pki/servers/mosquitto.key"
    machine_root sed -i "s/^\(downloadserver\|mqttserver\) = .*/\1 = $machine_name/" /etc/secureesp/secureesp.conf
    machine_root install -m 0644 /usr/share/secureesp/mosquitto.conf "$conf_d"
    machine_root systemctl --quiet enable mosquitto secureespd
    machine_root systemctl restart mosquitto secureespd
}

step "set up, and a device beside it is heard"
set_up >"$work/set_up" 2>&1
eventually 30 "the broker is connected" is_connected
device_starts "$(mac_of 1)"
if [ "$(state secureesp-signer)" != active ]; then
    signer_key_moves
fi
expect_equal "what runs" "active active active" "$(state "${units[@]}" mosquitto)"
expect_equal "timers" "enabled enabled enabled" \
    "$(machine_root systemctl is-enabled secureesp-{renew.timer,backup.timer,mail.path} | paste -sd ' ')"
expect_equal "whose the folders are" "root 755 root 711 secureesp 711 secureesp-signer 700" \
    "$(machine_root stat -c '%U %a' /etc/secureesp $machine_pki /var/lib/secureesp /var/lib/secureesp-signer |
        paste -sd ' ')"
machine_root secureesp groups set kept "state=online" --yes >/dev/null

step "the log knows which user of the machine did what, and both servers read their files again"
machine_root usermod -aG secureesp "$machine_user"
machine_do "secureesp groups set theirs 'state=online' --yes" >/dev/null
expect_match "who set a group" " $machine_user +group set +theirs" "$(machine_root secureesp audit list --object group)"
# Their units run kill, which no release has in its smallest installation.
[[ " ${needs[*]} " == *" procps "* ]] || fail "the packages depend on: ${needs[*]}"
expect_exit 0 machine_root systemctl reload secureespd mosquitto

step "the exposure of each unit"
mapfile -t installed < <(machine_root dpkg -L secureespd | sed -n 's|.*/systemd/system/\([^/]*\.service\)$|\1|p')
[ "${#installed[@]}" -ge 2 ] || fail "the package has ${#installed[@]} units"
for unit in "${installed[@]}" mosquitto.service; do
    exposure=$(machine_root systemd-analyze security "$unit" |
        sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
    echo "$unit: $exposure"
    awk -v exposure="$exposure" 'BEGIN { exit !(exposure != "" && exposure <= 1.5) }' ||
        fail "exposure '$exposure' of $unit is above 1.5"
done

step "the machine restarts, and all of it is back by itself; so it is when one is killed"
machine_restart
all_is_back "broker, daemon and device after the machine's restart"
expect_equal "what runs" "active active active" "$(state "${units[@]}" mosquitto)"
for unit in mosquitto "${units[@]}"; do
    machine_root systemctl kill --kill-whom=main --signal=KILL "$unit"
    all_is_back "broker, daemon and device after $unit was killed"
done
eventually 10 "the signer" machine_root systemctl --quiet is-active secureesp-signer

# keepsakes: what no package may touch: names, owners, modes and contents.
keepsakes() {
    machine_root sh -c 'find /etc/secureesp/pki /var/lib/secureesp-signer -printf "%p %u %m\n" | sort
        find /etc/secureesp/pki /var/lib/secureesp-signer -type f | sort | xargs sha256sum'
    machine_root secureesp groups list 2>/dev/null | grep -o kept
}
configuration() {
    machine_root sha256sum /etc/secureesp/secureesp.conf
}
pids() {
    machine_root systemctl show -p MainPID --value "${units[@]}" mosquitto | grep . | sort | paste -sd ' '
}

step "the upgrade keeps all and asks nothing"
keepsakes >"$work/keepsakes"
grep -q kept "$work/keepsakes" || fail "the group is not there"
configuration >"$work/configuration"
machine_root chown root:secureesp-signer /etc/secureesp/signer.conf
machine_root chmod 0640 /etc/secureesp/signer.conf
machine_root mv /etc/mosquitto/secureesp.nft /etc/mosquitto/elsewhere.nft
machine_root ln -s elsewhere.nft /etc/mosquitto/secureesp.nft
before=$(pids)
installs new
expect_equal "the configuration that was edited" "$(cat "$work/configuration")" "$(configuration)"
all_is_back "broker, daemon and device after the upgrade"
expect_equal "the version that runs" "$version" "$(json_get "$(machine_root secureesp status --json)" '$.version')"
for pid in $before; do
    [[ " $(pids) " != *" $pid "* ]] || fail "something of the version before runs on"
done
expect_equal "keys and data" "$(cat "$work/keepsakes")" "$(keepsakes)"
expect_exit 0 machine_root cmp /etc/secureesp/secureesp.conf.new /usr/share/secureesp/secureesp.conf
for file in signer.conf:/etc/secureesp/signer.conf mosquitto.nft:/etc/mosquitto/secureesp.nft.new \
    "mosquitto.conf:$conf_d"; do
    expect_exit 0 machine_root cmp "/usr/share/secureesp/${file%%:*}" "${file#*:}"
done
expect_equal "owner and mode of what follows" "root secureesp-signer 640" \
    "$(machine_root stat -c '%U %G %a' /etc/secureesp/signer.conf)"
expect_equal "a link of the administrator's" elsewhere.nft "$(machine_root readlink /etc/mosquitto/secureesp.nft)"
before=$(pids)
machine_root rm /etc/secureesp/secureesp.conf.new /etc/mosquitto/secureesp.nft.new \
    /etc/mosquitto/secureesp.nft /etc/mosquitto/elsewhere.nft
expect_exit 0 machine_root dpkg --install /new/secureespd_"$version"_"$(dpkg --print-architecture)".deb
expect_exit 1 machine_root test -e /etc/secureesp/secureesp.conf.new
expect_exit 1 machine_root test -e /etc/mosquitto/secureesp.nft # what was deleted
all_is_back "after the same version once more"
expect_equal "the broker, of which nothing is new, goes on" 1 \
    "$(comm -12 <(tr ' ' '\n' <<<"$before") <(pids | tr ' ' '\n') | grep -c .)"

step "a database of a later version is refused, and left alone"
database=$machine/var/lib/secureesp/secureesp.db
machine_root systemctl stop secureespd
known=$(sqlite3 "$database" 'PRAGMA user_version')
sqlite3 "$database" 'PRAGMA user_version = 999' >/dev/null
later=$(sha256_of "$database")
installs old
machine_root systemctl start secureespd 2>/dev/null || true
is_refused() {
    machine_root journalctl --output=cat --unit=secureespd |
        grep -q "the database is of version 999, this program knows $known: use the later program"
}
eventually 10 "the daemon says so" is_refused
installs new
machine_root systemctl stop secureespd
expect_equal "the database" "$later" "$(sha256_of "$database")"
sqlite3 "$database" "PRAGMA user_version = $known" >/dev/null
machine_root systemctl start secureespd
all_is_back "with its own version again"

step "removal keeps all, stops what runs, and the broker starts"
expect_exit 0 machine_root apt-get -y remove secureespd
expect_equal "what runs" "inactive inactive active" "$(state "${units[@]}" mosquitto)"
expect_equal "processes" "" "$(machine_root pgrep -l secureesp || true)"
# shellcheck disable=SC2016 # for the inner shell
expect_equal "what the broker has of it" "" \
    "$(machine_root sh -c 'grep -h secureesp "/proc/$(pgrep -x mosquitto)/maps"')"
expect_exit 0 machine_root systemctl restart mosquitto
expect_equal "the broker" active "$(state mosquitto)"
expect_equal "keys" "$(grep -v kept "$work/keepsakes")" "$(keepsakes)"
expect_equal "the configuration" "$(cat "$work/configuration")" "$(configuration)"
installs new
all_is_back "broker, daemon and device when it is installed again"
expect_equal "what runs" "active active active" "$(state "${units[@]}" mosquitto)"
expect_equal "keys and data" "$(cat "$work/keepsakes")" "$(keepsakes)"

# data: what must be there, or gone.
data() {
    machine_root sh -c 'ls -d /etc/secureesp/pki/ca.crt /var/lib/secureesp/secureesp.db \
        /var/lib/secureesp-signer/ca.key /var/lib/mosquitto/secureesp.sessions 2>/dev/null | wc -l'
}
is_purged() {
    expect_equal "what is left of its configuration" "" \
        "$(machine_root sh -c "find /etc/mosquitto /etc/systemd /var/lib/secureespd /etc/secureesp/*.conf* 2>/dev/null |
            grep secureesp" || true)"
    expect_exit 0 machine_root systemctl restart mosquitto
    expect_equal "the broker" active "$(state mosquitto)"
}

step "purge asks, and keeps keys and data if the answer is no"
expect_exit 0 machine_root sh -c 'echo no | DEBIAN_FRONTEND=teletype script --quiet --return \
    --command "dpkg --purge secureespd" /dev/null'
expect_match "what it asks" "Delete the fleet's keys and database" "$output"
expect_equal "what is there" 4 "$(data)"
is_purged

step "where nobody can answer it keeps them, too"
installs new
expect_exit 0 machine_root env DEBIAN_FRONTEND=noninteractive dpkg --purge secureespd
expect_match "what it says" "kept: /etc/secureesp /var/lib/secureesp /var/lib/secureesp-signer" "$output"
expect_equal "what is there" 4 "$(data)"
is_purged

step "and deletes them if that was said before"
installs new
machine_root sh -c 'echo "secureespd secureespd/purge-data boolean true" | debconf-set-selections
    mkdir -p /var/lib/secureesp-backup && rm -f /var/lib/secureesp-backup/*
    echo kept >/var/lib/secureesp-backup/made'
expect_exit 0 machine_root env DEBIAN_FRONTEND=noninteractive dpkg --purge secureespd
expect_equal "what is there" 0 "$(data)"
expect_equal "backups, and nothing else" "/var/lib/secureesp-backup/made" \
    "$(machine_root sh -c 'find /etc/secureesp* /var/lib/secureesp* -type f 2>/dev/null')"
is_purged
