#!/usr/bin/env bash
# `make install`, and the way from there to a running service with its own CA, as the README has it.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

image=$work/root
install_into() {
    make -s -C "$root" "VARIANT=$VARIANT" install "DESTDIR=$image" "PREFIX=/usr" >"$work/make.log" 2>&1 ||
        fail "make install: $(cat "$work/make.log")"
}

step "each file in its place"
install_into
for file in usr/sbin/secureespd usr/sbin/secureesp-signer usr/bin/secureesp usr/bin/virtual-esp usr/bin/device-files \
    usr/lib/systemd/system/secureespd.service usr/lib/systemd/system/secureesp-signer.service \
    usr/lib/systemd/system/secureesp-renew.service usr/lib/systemd/system/secureesp-renew.timer \
    usr/lib/systemd/system/secureesp-backup.service usr/lib/systemd/system/secureesp-backup.timer \
    usr/lib/systemd/system/secureesp-mail.service usr/lib/systemd/system/secureesp-mail.path \
    usr/lib/systemd/system/mosquitto.service.d/secureesp.conf usr/lib/sysusers.d/secureesp.conf \
    usr/share/man/man8/secureespd.8 usr/share/man/man8/secureesp-signer.8 usr/share/man/man1/secureesp.1 \
    usr/share/man/man5/secureesp.conf.5 usr/share/bash-completion/completions/secureesp \
    usr/share/secureesp/prometheus/secureesp.rules.yml usr/share/secureesp/grafana/secureesp.json \
    etc/secureesp/secureesp.conf etc/secureesp/signer.conf etc/mosquitto/conf.d/secureesp.conf usr/lib/secureesp/secureesp_broker.so \
    etc/mosquitto/secureesp.nft usr/share/secureesp/secureesp.conf usr/share/secureesp/signer.conf \
    usr/share/secureesp/mosquitto.conf usr/share/secureesp/mosquitto.nft; do
    [ -s "$image/$file" ] || fail "$file is not installed"
done
expect_equal "what others may write" "" "$(find "$image" -perm /022 ! -type l)"
cmp "$image/usr/share/secureesp/mosquitto.conf" "$image/etc/mosquitto/conf.d/secureesp.conf"
expect_match "ExecStart" '^/usr/sbin/secureespd --config /etc/secureesp/secureesp.conf$' \
    "$(sed -n 's/^ExecStart=//p' "$image/usr/lib/systemd/system/secureespd.service")"
bash -n "$image/usr/share/bash-completion/completions/secureesp"

step "a link in a file's place is replaced, and what it leads to stays"
mkdir "$work/elsewhere"
echo mine >"$work/elsewhere/file"
mapfile -t installed < <(find "$image/usr" -type f)
[ "${#installed[@]}" -ge 9 ] || fail "only ${#installed[@]} files are installed"
for target in "$work/elsewhere/file" "$work/elsewhere" "$work/elsewhere/nothing"; do
    for file in "${installed[@]}"; do
        ln -sfn "$target" "$file"
    done
    install_into
    expect_equal "links that are left" "" "$(find "$image/usr" -type l)"
    expect_equal "what is elsewhere" "$work/elsewhere/file" "$(find "$work/elsewhere" -type f)"
    expect_equal "the file there" mine "$(cat "$work/elsewhere/file")"
done
conf_d=$image/etc/mosquitto/conf.d/secureesp.conf
ln -sfn "$work/elsewhere/nothing" "$conf_d"
ln -s "$work/elsewhere/file" "$conf_d.new"
install_into
[ -L "$conf_d" ] || fail "a configuration that is a link was overwritten"
expect_equal "the file behind .new" mine "$(cat "$work/elsewhere/file")"
mv "$conf_d.new" "$conf_d"

step "an edited configuration stays"
echo "; mine" >>"$image/etc/secureesp/secureesp.conf"
install_into
tail -n 1 "$image/etc/secureesp/secureesp.conf" | grep -q mine || fail "it was overwritten"
[ -e "$image/etc/secureesp/secureesp.conf.new" ] || fail "the new one is not beside it"
expect_equal "what is said of a broker with the plugin" "" "$(grep NOTE "$work/make.log" || true)"
sed -i 's/^plugin/#&/' "$conf_d"
install_into
expect_match "what is said of one without" 'NOTE: .*conf.d/secureesp.conf loads no plugin' "$(grep NOTE "$work/make.log")"
grep -q "^plugin /usr/lib/secureesp/secureesp_broker.so$" "$conf_d.new" || fail "no new one beside it"
mv "$conf_d.new" "$conf_d"

step "open files for all connections that the broker's configuration allows"
drop_in=$image/usr/lib/systemd/system/mosquitto.service.d/secureesp.conf
files=$(sed -n 's/^LimitNOFILE=//p' "$drop_in")
connections=$(sed -n 's/^max_connections //p' "$image/etc/mosquitto/conf.d/secureesp.conf")
[ "$files" -ge $((connections + 1000)) ] || fail "$files files for $connections connections"

# Where systemd does not run, its tool wants to make a folder in /run.
analyze() {
    if [ -d /run/systemd ] || [ "$(id -u)" -eq 0 ]; then
        systemd-analyze "$@"
    else
        # shellcheck disable=SC2016  # for the inner shell
        unshare --user --map-root-user --mount bash -c \
            'mount -t tmpfs tmpfs /run && exec systemd-analyze "$@"' - "$@"
    fi
}

step "systemd understands all"
mapfile -t units < <(cd "$image/usr/lib/systemd/system" && printf '%s\n' *.service *.timer *.path | grep -v '\*')
[ "${#units[@]}" -ge 2 ] || fail "only these units are installed: ${units[*]}"
for unit in "${units[@]}"; do
    sed 's|^ExecStart=.*|ExecStart=/bin/true|' "$image/usr/lib/systemd/system/$unit" >"$work/$unit"
done
printf '[Service]\nExecStart=/bin/true\n' >"$work/mosquitto.service"
cp -r "$(dirname "$drop_in")" "$work/"
SYSTEMD_UNIT_PATH=$work: expect_exit 0 analyze verify --man=no \
    "${units[@]/#/$work/}" "$work/mosquitto.service"
expect_equal "what it says of them" "" "$(grep -E 'secureesp|mosquitto' <<<"$output" || true)"

step "the units' exposure"
# The broker's as its package has it, and the drop-in.
mkdir "$work/units"
cat "$(dpkg -L mosquitto | grep '/mosquitto.service$')" "$drop_in" >"$work/units/mosquitto.service"
cp "$image"/usr/lib/systemd/system/*.service "$work/units/"
for unit in "$work/units"/*.service; do
    exposure=$(analyze security --offline=true "$unit" |
        sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
    awk -v exposure="$exposure" 'BEGIN { exit !(exposure != "" && exposure <= 1.5) }' ||
        fail "exposure '$exposure' of ${unit##*/} is above 1.5"
done

step "the user"
mkdir -p "$work/users/etc"
systemd-sysusers --root="$work/users" "$image/usr/lib/sysusers.d/secureesp.conf"
grep -q '^secureesp:' "$work/users/etc/passwd" || fail "no user secureesp"
expect_match "the signer's group" '^secureesp-signer:[^:]*:[0-9]+:secureesp$' \
    "$(grep '^secureesp-signer:' "$work/users/etc/group")"

step "CA and certificates"
PATH=$image/usr/bin:$image/usr/sbin:$PATH:/usr/sbin
pki=$image/etc/secureesp/pki
secureesp pki init "$pki"
secureesp pki server "$pki" secureespd --dns localhost
secureesp pki server "$pki" mosquitto --dns localhost
secureesp pki device "$pki" "$(mac_of 1)"

step "broker and daemon with the installed configuration, but for folders and ports"
mqtt_port=$((15000 + SRANDOM % 17000))
https_port=$((15000 + SRANDOM % 17000))
sed -e "s|/etc/|$image/etc/|; s|/var/|$image/var/|; s|/usr/|$image/usr/|" -e "s|^listener 8883|listener $mqtt_port 127.0.0.1|" \
    "$image/etc/mosquitto/conf.d/secureesp.conf" >"$work/mosquitto.conf"
printf 'user %s\npersistence_location %s/\n' "$(id -un)" "$work" >>"$work/mosquitto.conf"
mkdir -p "$image/var/lib/secureesp" "$image/var/lib/mosquitto" "$image/run/secureesp"
sed -E -e 's/^;([a-z_]+ = )/\1/' -e "s|= /etc/|= $image/etc/|; s|= /var/|= $image/var/|; s|= /run/|= $image/run/|" \
    -e "s/^(download)?port = 8443/\1port = $https_port/; s|^port = 8883|port = $mqtt_port|" \
    "$image/etc/secureesp/secureesp.conf" | sed '/One device.s own values/,$d' >"$work/secureesp.conf"
ASAN_OPTIONS=detect_leaks=0 secureespd --config "$work/secureesp.conf" --check-config
cp "$work/secureesp.conf" "$image/etc/secureesp/"

step "the signer's configuration, but for folders and user"
mkdir -p "$image/run/secureesp-signer"
sed -E -e 's/^;([a-z_]+ = )/\1/' -e "s|= /var/lib/secureesp-signer|= $pki|; s|= /run/|= $image/run/|" \
    -e "s/^client = .*/client = $(id -u)/" "$image/etc/secureesp/signer.conf" >"$work/signer.conf"
expect_exit 0 env ASAN_OPTIONS=detect_leaks=0 secureesp-signer --config "$work/signer.conf" --check-config

step "the broker's configuration"
cp "$conf_d" "$work/conf_d"
# says WHAT SED-EXPRESSION REGEX: of such a configuration of the broker beside it.
says() {
    sed "$2" "$work/conf_d" >"$conf_d"
    expect_exit 0 secureespd --config "$image/etc/secureesp/secureesp.conf" --check-config
    expect_match "what is said of $1" "$3" "$(grep 'mosquitto/conf.d' <<<"$output" || true)"
}
says "a broker with the plugin" "s|/var/|$image/var/|" '^$'
says "one without" 's/^plugin/#&/' 'note: .*/conf.d/secureesp.conf loads no plugin'
says "one with another list" 's|/var/|/srv/|' 'plugin_opt_revocations is .*make them the same'
mv "$work/conf_d" "$conf_d"
sanitizer_set_host "$VARIANT"
process_start "$work/broker.record" "$work/broker.log" \
    env "${sanitizer_host[@]}" mosquitto -c "$work/mosquitto.conf"
records+=("$work/broker.record")
process_start "$work/daemon.record" "$work/daemon.log" secureespd --config "$work/secureesp.conf"
records=("$work/daemon.record" "${records[@]}")
is_connected() {
    secureesp --socket "$image/run/secureesp/api.sock" status --json 2>/dev/null |
        grep -q '"connected": *true'
}
wait_until 30 is_connected || fail "not connected: $(cat "$work/daemon.log" "$work/broker.log")"

step "uninstall leaves configuration and keys alone"
process_stop "${records[@]}"
make -s -C "$root" "VARIANT=$VARIANT" uninstall "DESTDIR=$image" PREFIX=/usr >"$work/make.log"
expect_match "what it says" 'the broker does not start with .*conf.d/secureesp.conf.*remove it' "$(cat "$work/make.log")"
expect_equal "files below usr" "" "$(find "$image/usr" -type f)"
[ ! -e "$(dirname "$drop_in")" ] || fail "the drop-in's folder is left"
[ -s "$image/etc/secureesp/secureesp.conf" ] && [ -s "$pki/ca.key" ]
