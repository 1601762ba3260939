#!/usr/bin/env bash
# --check-config names file and line of what is wrong.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0
conf=$work/test.conf

expect_exit 0 secureespd --config "$sandbox/etc/secureesp.conf" --check-config

# wrong WHAT LINE: the file that stands on the standard input is refused with that line.
wrong() {
    cat >"$conf"
    expect_exit 1 secureespd --config "$conf" --check-config </dev/null
    expect_match "$1" "test\\.conf:$2:" "$output"
    expect_equal "lines about $1" 1 "$(wc -l <<<"$output")"
}

good=$(cat "$sandbox/etc/secureesp.conf")
line=$(($(wc -l <<<"$good") + 1))
wrong "an unknown key" 3 <<<$'[daemon]\nlog_level = info\nnosuch = 1'
wrong "an unknown section" 2 <<<$'[nosuch]\nkey = 1'
wrong "no number" 2 <<<$'[download]\nport = many'
wrong "a number out of range" 2 <<<$'[download]\nport = 65536'
wrong "a negative number" 2 <<<$'[retention]\nstatuses_days = -1'
wrong "a level that is none" 2 <<<$'[daemon]\nlog_level = loud'
wrong "a mode that is none" 2 <<<$'[daemon]\nsocket_mode = 0999'
wrong "neither key nor section" 2 <<<$'[daemon]\nwhat is this'
wrong "a key without a section" 1 <<<'port = 1'
wrong "a device that is none" $((line + 1)) <<<"$good"$'\n[config.json nomac]\nstatusinterval = 1'
wrong "an unknown member" $((line + 1)) <<<"$good"$'\n[config.json 84f3eb000001]\nnosuch = 1'
wrong "a member of the wrong type" $((line + 1)) <<<"$good"$'\n[config.json 84f3eb000001]\nstatusinterval = soon'

step "files that are not there"
expect_exit 1 secureespd --config "$work/nowhere.conf" --check-config
expect_match "no file" "nowhere.conf" "$output"
# Nothing that can be removed says that one is at work here.
find "$sandbox/state" -type f ! -name 'secureesp.db*' -delete
expect_exit 1 timeout 20 secureespd --config "$sandbox/etc/secureesp.conf"
expect_match "a second daemon" "another secureespd is using this state_dir" "$output"
part stop daemon
sed "s|^ca = .*|ca = $work/nowhere.crt|" "$sandbox/etc/secureesp.conf" >"$conf"
expect_exit 1 timeout 20 secureespd --config "$conf"
expect_match "no CA" "nowhere.crt" "$output"

step "fewer open files than the settings need"
# limited FILES: checks with that limit, which a process cannot raise again.
limited() {
    bash -c 'ulimit -n "$1" && exec secureespd --config "$2" --check-config' - "$1" \
        "$sandbox/etc/secureesp.conf"
}
expect_exit 0 limited 1024
expect_match "what is said" 'max_connections = 1000 needs [0-9]+ open files, 1024 are allowed.*LimitNOFILE' "$output"
expect_exit 1 limited 128
expect_match "what is said" '128 open files are allowed, and at least [0-9]+ are needed.*LimitNOFILE' "$output"

step "values that devices would refuse, each with its line"
# refused WHAT LINE: as a value for all, and as one device's own.
refused() {
    wrong "$1" $((line + 1)) <<<"$good"$'\n[config.json 84f3eb000001]\n'"$1"
}
while read -r value; do
    refused "$value"
done <<'VALUES'
mqttserver = broker.example # the new one
mqttserver = https://broker.example
mqttserver = broker.example:8883
mqttserver = broker_1.example
mqttserver = ::1
mqttserver = "broker.example"
mqttserver = brüker.example
mqttserver = a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.example
mqtttls = false
ntpserver = 192.168.1.256
statusinterval = 50
statusinterval = 60000
waittimeout = 999
retrytimeout = 50
downloadpath = /a b
downloadpath = /download/ü
downloadpath = /other
downloadport = 1
downloadserver = elsewhere.example
VALUES
wrong "a key twice" $((line + 2)) <<<"$good"$'\n[daemon]\nlog_level = info\nlog_level = debug'
expect_match "both lines" "already set, in line $((line + 1))" "$output"

# --- files: what peers would refuse
pki=$SANDBOX_PKI
spare=$work/spare
mkdir "$spare"
secureesp pki init "$spare/other" >/dev/null
make_key() { # NAME [CURVE]
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:${2:-P-256}" -out "$spare/$1.key" 2>/dev/null
}
# make_ca NAME EXTENSIONS [OPTION...]: self-signed.
make_ca() {
    make_key "$1" "${CURVE:-P-256}"
    openssl req -x509 -new -key "$spare/$1.key" -subj "${SUBJECT:-/CN=ca}" -out "$spare/$1.crt" -days 3650 \
        -config <(printf '[req]\ndistinguished_name=d\nx509_extensions=e\n[d]\n[e]\n%b' "$2") "${@:3}" 2>/dev/null
}
# make_server NAME EXTENSIONS [OPTION...]: of the sandbox's CA.
make_server() {
    make_key "$1" "${CURVE:-P-256}"
    openssl req -new -key "$spare/$1.key" -subj /CN=secureespd -out "$spare/$1.csr" 2>/dev/null
    openssl x509 -req -in "$spare/$1.csr" -CA "${CA:-$pki/ca}.crt" -CAkey "${CA:-$pki/ca}.key" \
        -out "$spare/$1.crt" -days 30 -extfile <(printf '%b' "$2") "${@:3}" 2>/dev/null
}
# refuses_file WHAT REGEX SED: the configuration, changed by SED, is refused for that.
refuses_file() {
    sed "$3" <<<"$good" >"$conf"
    expect_exit 1 secureespd --config "$conf" --check-config
    expect_match "$1" "$2" "$output"
}
refuses_ca() {
    refuses_file "$1" "$2" "s|^ca = .*|ca = $spare/$1.crt|"
}
refuses_server() {
    refuses_file "$1" "$2" "s|^certificate = .*|certificate = $spare/$1.crt|; s|^key = .*|key = $spare/$1.key|"
}
ca_usage='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
usage='subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n'

step "CAs that devices refuse"
{ cat "$pki/ca.crt" && openssl x509 -in "$pki/ca.crt" -noout -text; } >"$spare/text.crt"
refuses_ca text 'text around its certificates'
cat "$pki/ca.crt" "$pki/ca.key" >"$spare/with-key.crt"
refuses_ca with-key 'PEM block (EC )?PRIVATE KEY beside'
{ cat "$pki/ca.crt" && head -c 4000 /dev/zero | tr '\0' '\n'; } >"$spare/large.crt"
refuses_ca large 'has [0-9]+ bytes; devices accept files of 4096'
make_key version1
# OpenSSL makes version 1 from 3.2 on if it is told so, and before that if nothing is said.
openssl req -x509v1 -config /dev/null -new -key "$spare/version1.key" -subj /CN=ca -days 30 \
    -out "$spare/version1.crt" 2>/dev/null ||
    openssl req -new -key "$spare/version1.key" -subj /CN=ca |
    openssl x509 -req -signkey "$spare/version1.key" -days 30 -out "$spare/version1.crt" 2>/dev/null
openssl x509 -in "$spare/version1.crt" -noout -text | grep -q 'Version: 1' || fail "a certificate of version 1"
refuses_ca version1 'version 1|no CA'
make_ca no-ca 'basicConstraints=CA:FALSE\n'
refuses_ca no-ca "not a CA's"
make_ca no-sign 'basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature\n'
refuses_ca no-sign "not a CA's"
CURVE=P-384 make_ca curve "$ca_usage"
refuses_ca curve 'neither P-256 nor RSA'
make_ca digest "$ca_usage" -sha384
refuses_ca digest 'ecdsa-with-SHA384'
SUBJECT=/ make_ca nameless "$ca_usage"
refuses_ca nameless 'has no subject'
make_ca constrained "$ca_usage"'nameConstraints=critical,permitted;DNS:example\n'
refuses_ca constrained 'critical extension nameConstraints'
refuses_file "another CA" 'not signed by the CA' "s|^ca = .*|ca = $spare/other/ca.crt|"
echo damaged >"$spare/damaged.crt"
refuses_ca damaged 'no certificate in PEM'

step "certificates and keys of its own that peers refuse"
make_server client 'subjectAltName=DNS:localhost\nextendedKeyUsage=clientAuth\n'
refuses_server client 'is not for a server'
make_server no-client 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n'
refuses_server no-client 'is not for a client'
make_server no-signature "keyUsage=critical,keyAgreement\n$usage"
refuses_server no-signature 'key usage is not digitalSignature'
{ cat "$pki/servers/secureespd.crt" && cat "$spare/other/ca.crt"; } >"$spare/unsorted.crt"
cp "$pki/servers/secureespd.key" "$spare/unsorted.key"
refuses_server unsorted 'certificate 2 did not sign the one before it'
make_server no-name 'subjectAltName=DNS:other.example\nextendedKeyUsage=serverAuth,clientAuth\n'
refuses_server no-name ":[0-9]+: downloadserver: .*does not have the name 'localhost'"
make_server common-name 'extendedKeyUsage=serverAuth,clientAuth\n'
refuses_server common-name "does not have the name"
CURVE=P-384 make_server curve "$usage"
refuses_server curve 'neither P-256 nor RSA'
make_server digest "$usage" -sha512
refuses_server digest 'SHA512'
ago 172800 make_server expired "$usage" -days 1
refuses_server expired 'expired on'
CA=$spare/other/ca make_server foreign "$usage"
refuses_server foreign 'not signed by the CA'
make_server good "$usage"
make_key another
cp "$spare/good.crt" "$spare/another.crt"
refuses_server another "the key is not the certificate's"
cp "$spare/good.crt" "$spare/encrypted.crt"
openssl pkey -in "$spare/good.key" -aes256 -passout pass:x -out "$spare/encrypted.key"
refuses_server encrypted 'encrypted; remove its passphrase with .openssl pkey'
cp "$spare/good.crt" "$spare/open.crt"
cp "$spare/good.key" "$spare/open.key"
chmod 0644 "$spare/open.key"
refuses_server open 'open to others \(mode 0644\)'
cat "$spare/good.crt" "$pki/ca.crt" "$spare/other/ca.crt" "$spare/no-ca.crt" >"$spare/chain.crt"
cp "$spare/good.key" "$spare/chain.key"
refuses_server chain "certificate 4: it is not a CA's"
for i in 1 2 3 4 5; do cat "$pki/ca.crt"; done | cat "$spare/good.crt" - >"$spare/long.crt"
cp "$spare/good.key" "$spare/long.key"
refuses_server long 'take [0-9]+ bytes in a handshake; devices accept 2048'
sed "s|^certificate = .*|certificate = $spare/good.crt|; s|^key = .*|key = $spare/good.key|" <<<"$good" >"$conf"
expect_exit 0 secureespd --config "$conf" --check-config

step "what else starting opens"
new_device "$(mac_of 1)" "$(mac_of 2)"
cp "$pki/devices/$(mac_of 1).crt" "$pki/devices/$(mac_of 2).crt"
refuses_file "a device's file" "files of 1 of 2 devices cannot be used, for example .*certificate is that of" ''
new_device "$(mac_of 2)" --force
refuses_file "state_dir" "is not a folder" "s|^state_dir = .*|state_dir = $conf|"
mkdir -p "$work/state"
echo 'no database, but long enough for the header of one, which has a hundred bytes and then some more' \
    >"$work/state/secureesp.db"
refuses_file "database" "is not an SQLite database" "s|^state_dir = .*|state_dir = $work/state|"
rm "$work/state/secureesp.db"
sqlite3 "$work/state/secureesp.db" 'create table t (a); pragma user_version = 99'
refuses_file "database" "of version 99, this program knows" "s|^state_dir = .*|state_dir = $work/state|"
rm "$work/state/secureesp.db"
own_state="s|^state_dir = .*|state_dir = $work/state|"
cp "$sandbox/state/secureesp.db" "$work/good.db" # the daemon has stopped: all of it
# damaged WHAT COMMAND...: the database, changed by the command, is refused, and not changed by that.
damaged() {
    cp "$work/good.db" "$work/state/secureesp.db"
    "${@:2}"
    refuses_file "$1" "$work/state/secureesp.db: .*it is damaged: .*put a backup in its place" "$own_state"
    expect_equal "files after $1" secureesp.db "$(ls "$work/state")"
}
cp "$work/good.db" "$work/state/secureesp.db"
sed "$own_state" <<<"$good" >"$conf"
expect_exit 0 secureespd --config "$conf" --check-config
damaged "a database cut off" truncate -s 5000 "$work/state/secureesp.db"
damaged "a database cut off in its first page" truncate -s 150 "$work/state/secureesp.db"
damaged "a database overwritten" dd if=/dev/urandom of="$work/state/secureesp.db" bs=4096 seek=1 count=20 \
    conv=notrunc status=none
rm "$work/state/secureesp.db"
ln -s nowhere "$work/state/secureesp.db"
refuses_file "a database that is elsewhere" "is a link that leads nowhere" "$own_state"
rm "$work/state/secureesp.db"
ln -s nowhere "$work/state/images"
refuses_file "images that are elsewhere" "state/images: No such file" "$own_state"
rm "$work/state/images"
sqlite3 "$work/state/secureesp.db" 'create table t (a); pragma user_version = 99'
refuses_file "socket" "nowhere: No such file" "s|^socket = .*|socket = $work/nowhere/sock|"
refuses_file "socket" "exists and is not a socket" "s|^socket = .*|socket = $conf|"
refuses_file "socket" "has more than 107 bytes" "s|^socket = .*|socket = $work/$(printf '%0120d' 0)|"
refuses_file "port" "cannot listen on" \
    "s|^socket = .*|socket = $work/sock|; s|^port = $SANDBOX_HTTPS_PORT|port = $SANDBOX_MQTT_PORT|; s|^downloadport = .*|downloadport = $SANDBOX_MQTT_PORT|"
expect_equal "it changed" "secureesp.db" "$(ls "$work/state")"
expect_equal "made" "" "$(find "$work/sock" "$work/nowhere" 2>/dev/null)"

step "what is told, and lets it start all the same"
# notes WHAT REGEX SED: the configuration, changed by SED, is good, with that note.
notes() {
    sed "$3" <<<"$good" >"$conf"
    expect_exit 0 secureespd --config "$conf" --check-config
    expect_match "$1" "note: $2" "$output"
}
notes "a broker that is not found" '\[mqtt\] host: no.such.name.invalid: ' 's|^host = .*|host = no.such.name.invalid|'
new_device "$(mac_of 3)" --days 5
notes "an end that is near" "certificates of 1 device expire within 30 days.*$(mac_of 3)" ''

step "what a daemon that runs holds is not free"
mkdir "$work/run"
ln -s "$sandbox/run/api.sock" "$work/run/sock"
refuses_file "a link as socket" "sock exists and is not a socket" "s|^socket = .*|socket = $work/run/sock|"
part start daemon
refuses_file "a state_dir in use" "another secureespd is using it" "s|^socket = .*|socket = $work/run/other|"
expect_equal "lines about it" 2 "$(grep -vc ' note: ' <<<"$output")" # and the port

step "arguments"
expect_exit 2 secureespd --nosuch
expect_exit 2 secureespd --config
expect_exit 0 secureespd --help
expect_exit 0 secureespd --version
expect_match "version" '[0-9]+\.[0-9]+\.[0-9]+' "$output"
