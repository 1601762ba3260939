#!/usr/bin/env bash
# The certificates of broker and daemon end soon, and `secureesp pki renew` renews them, as its timer has
# it: whoever connects is shown the new ones, nobody who is connected notices, keys stay as they are.
# However it is cut short, there is a good pair, and the services are told in the end. Then the same
# with the CA's key at the signer, and on another machine.
# shellcheck source=test/system/certificate_lib.sh
. "$(dirname "$0")/certificate_lib.sh"

sandbox_up --devices 2 --status-interval 200
pki=$SANDBOX_PKI
poller=$(mac_of 1)
mkdir "$work/bin" "$work/ending"

# Stands for systemd's.
cat >"$work/bin/systemctl" <<EOF
#!/bin/sh
[ ! -e "$work/no-reload" ] || exit 1
[ "\$1" = try-reload-or-restart ] || exit 2
echo "\$3" >>"$work/reloads"
case \$3 in mosquitto) record=broker ;; secureespd) record=daemon ;; esac
read -r pid rest <"$sandbox/run/\$record"
exec kill -HUP "\$pid"
EOF
chmod +x "$work/bin/systemctl"
export PATH=$work/bin:$PATH

# issue NAME: one that ends within a minute.
issue() {
    local environment=(LD_PRELOAD="$root/build/$VARIANT/bin/clock-offset.so"
        CLOCK_OFFSET_FILE="$work/clock"
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
    echo "-$((86400 - 60))" >"$work/clock"
    env "${environment[@]}" secureesp pki server "$pki" "$1" --dns localhost --ip 127.0.0.1 --force \
        --days 1 >/dev/null
}
ending() {
    cp -p "$work/ending"/*.crt "$pki/servers"
}
renew() {
    secureesp pki renew "$pki" --reload mosquitto --reload secureespd "$@"
}
facts() { # PATH...
    stat -c '%n %i %a %U %G %Y' "$@"
}
serials() {
    serial_of "$pki/servers/mosquitto.crt"
    serial_of "$pki/servers/secureespd.crt"
}
shows() {
    local port=$SANDBOX_HTTPS_PORT
    [ "$1" = secureespd ] || port=$SANDBOX_MQTT_PORT
    [ "$(openssl s_client -connect "localhost:$port" -cert "$pki/devices/$poller.crt" \
        -key "$pki/devices/$poller.key" </dev/null 2>/dev/null | openssl x509 -noout -serial)" = \
        "$(serial_of "$pki/servers/$1.crt")" ]
}
both_show() {
    shows mosquitto && shows secureespd
}
since_ms() {
    json_get "$(api /status)" '$.broker.since_ms'
}
arrivals() {
    cat "$SANDBOX_LOG"/84f3eb00000[12].log | grep -c ' online '
}
is_pair() { # NAME
    [ "$(openssl x509 -in "$pki/servers/$1.crt" -noout -pubkey)" = \
        "$(openssl pkey -in "$pki/servers/$1.key" -pubout 2>/dev/null)" ]
}

step "nothing is due"
renew >"$work/said"
expect_equal "of what is said" 3 "$(grep -c ': good until .*, to be renewed from ' "$work/said")"
[ ! -e "$pki/.renewed" ] || fail "something was renewed"
[ ! -e "$work/reloads" ] || fail "something was reloaded"

step "both end within a minute"
issue mosquitto
issue secureespd
cp -p "$pki"/servers/*.crt "$work/ending"
chmod 0640 "$work/ending/mosquitto.crt"
ending
process_signal "$sandbox/run/broker" HUP
process_signal "$sandbox/run/daemon" HUP
eventually 10 "the ending certificates are shown" both_show
connected=$(since_ms)
arrived=$(arrivals)
keys=$(facts "$pki"/servers/*.key)
old=$(serials)
expect_match "a look" 'mosquitto: ends on .*, would be renewed' "$(renew --dry-run)"
expect_equal "the serials after a look" "$old" "$(serials)"
renew >"$work/said"
expect_equal "of what is said" 2 "$(grep -c ': renewed, until ' "$work/said")"
[ "$(serials)" != "$old" ] || fail "the certificates are the old ones"
eventually 10 "the new certificates are shown" both_show
expect_equal "what was told" "mosquitto secureespd" "$(paste -sd ' ' "$work/reloads")"
expect_equal "the keys" "$keys" "$(facts "$pki"/servers/*.key)"
expect_equal "the mode of a certificate" 640 "$(stat -c %a "$pki/servers/mosquitto.crt")"
for name in mosquitto secureespd; do
    is_pair "$name" || fail "the certificate of $name is not for its key"
    expect_equal "names of $name" "$(openssl x509 -in "$work/ending/$name.crt" -noout -subject -ext \
        subjectAltName,keyUsage,extendedKeyUsage)" "$(openssl x509 -in "$pki/servers/$name.crt" \
        -noout -subject -ext subjectAltName,keyUsage,extendedKeyUsage)"
    expect_equal "what the daemon knows of $name" good \
        "$(certificate "$(serial_of "$pki/servers/$name.crt")" state)"
    grep -q "$(sed -n 2p "$pki/servers/$name.crt")" "$pki/issued.pem" || fail "$name is not recorded"
done

step "nobody who was connected has noticed"
sleep 1
expect_equal "the broker's connection" "$connected" "$(since_ms)"
expect_equal "arrivals of devices at the broker" "$arrived" "$(arrivals)"

step "a service that could not be told is told the next time"
ending
touch "$work/no-reload"
expect_exit 1 renew
expect_match "what is said" 'mosquitto could not be reloaded' "$output"
rm "$work/no-reload" "$work/reloads"
expect_match "the next time" 'mosquitto: good until' "$(renew)"
expect_equal "what was told" "mosquitto secureespd" "$(paste -sd ' ' "$work/reloads")"
[ ! -e "$pki/.renewed" ] || fail "they are still to be told"
eventually 10 "the new certificates are shown" both_show

step "killed at any moment"
began=$(date +%s%N)
ending
renew >/dev/null
took_us=$((($(date +%s%N) - began) / 1000))
kills=${KILLS:-25}
replaced=0
for ((i = 0; i < kills; i++)); do
    ending
    sanitizer_spares_leaks renew >/dev/null 2>&1 &
    pid=$!
    sleep "$(printf '0.%06d' $((took_us * i / kills % 1000000)))"
    pkill -KILL -P "$pid" 2>/dev/null || true
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    for name in mosquitto secureespd; do
        is_pair "$name" || fail "after kill $i the certificate of $name is not for its key"
        cmp -s "$work/ending/$name.crt" "$pki/servers/$name.crt" || replaced=$((replaced + 1))
    done
done
echo "$kills kills within $((took_us / 1000)) ms; $replaced certificates were replaced"
renew >/dev/null
expect_equal "what is left behind" "" "$(find "$pki" -name '*.tmp' -o -name .renewed)"
expect_equal "the keys" "$keys" "$(facts "$pki"/servers/*.key)"
eventually 10 "the new certificates are shown" both_show

step "a revoked certificate is not renewed, nor one of which nobody can say"
ending
secureesp pki revoke "$(plain "$(serial_of "$work/ending/mosquitto.crt")")" --force >/dev/null
expect_match "the revoked one" 'mosquitto: ends on .*; it is revoked, and left alone' "$(renew)"
cmp "$work/ending/mosquitto.crt" "$pki/servers/mosquitto.crt"
ending
part stop daemon
expect_exit 1 renew
expect_match "without a daemon" 'secureespd: not renewed: nobody can say whether it is revoked' "$output"
cmp "$work/ending/secureespd.crt" "$pki/servers/secureespd.crt"
part start daemon
part wait daemon
rm "$work/ending/mosquitto.crt"

step "the CA's key is with the signer"
mkdir -m 0700 "$work/signer"
mv "$pki/ca.key" "$pki/issued.pem" "$work/signer"
cp "$pki/ca.crt" "$work/signer"
ending
renew --ca "$work/signer" >"$work/said"
grep -q 'secureespd: renewed' "$work/said" || fail "it is not renewed: $(cat "$work/said")"

step "the CA's key is on another machine"
mv "$work/signer" "$work/shelf"
ending
expect_exit 1 renew
expect_match "what is said" 'secureesp: ca-elsewhere: .*--request NEW-DIR' "$output"
renew --request "$work/carried" >/dev/null
expect_equal "what is carried" "ca.crt servers/secureespd.crt" \
    "$(cd "$work/carried" && find . -type f | sed 's|^./||' | sort | paste -sd ' ')"
expect_exit 1 renew --request "$work/carried"
secureesp pki renew "$work/carried" --ca "$work/shelf" --no-daemon --socket /nonexistent >/dev/null
renew --answer "$work/carried" >"$work/said"
grep -q 'secureespd: renewed' "$work/said" || fail "it is not taken: $(cat "$work/said")"
eventually 10 "the new certificate is shown" shows secureespd
expect_equal "the keys" "$keys" "$(facts "$pki"/servers/*.key)"
