#!/usr/bin/env bash
# The CA's key is in a token (PKCS #11) and has never been anywhere else: the signer and the command line
# sign with it, and say what is missing.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"

sandbox_up --devices 0
module=/usr/lib/softhsm/libsofthsm2.so
export SOFTHSM2_CONF=$work/softhsm2.conf
# The module and OpenSSL's engine keep what they took until the end.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
folder=$work/ca
mkdir -m 0700 "$work/tokens" "$folder"
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' "$work/tokens" >"$SOFTHSM2_CONF"

step "a key that is made in a token, and a CA with it"
(umask 077 && openssl rand -hex 8 >"$work/pin" && truncate -s 16 "$work/pin")
pin=$(<"$work/pin")
softhsm2-util --init-token --free --label fleet --so-pin "$pin" --pin "$pin" >/dev/null
pkcs11-tool --module "$module" --token-label fleet --login --pin "$pin" --keypairgen \
    --key-type EC:prime256v1 --label ca --usage-sign >/dev/null
uri="pkcs11:token=fleet;object=ca;type=private?pin-source=$work/pin"
cat >"$work/openssl.cnf" <<TEXT
openssl_conf = start
[start]
engines = engines
[engines]
pkcs11 = pkcs11
[pkcs11]
engine_id = pkcs11
MODULE_PATH = $module
init = 1
TEXT
OPENSSL_CONF=$work/openssl.cnf openssl req -x509 -engine pkcs11 -keyform engine -key "$uri" -days 7300 \
    -subj '/CN=secureesp CA' -addext 'basicConstraints=critical,CA:TRUE' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$folder/ca.crt" 2>"$work/log" ||
    fail "no CA: $(<"$work/log")"
(umask 077 && printf '%s&module-path=%s\n' "$uri" "$module" >"$folder/ca.key")

step "the command line signs with it"
expect_exit 0 secureesp pki device "$folder" 84f3eb000001
openssl verify -CAfile "$folder/ca.crt" "$folder/devices/84f3eb000001.crt" >/dev/null || fail "another CA"

step "the signer does, with its system calls filtered"
printf '%s\n' '[signer]' "folder = $folder" "socket = $signer_socket" "client = $(id -u)" >"$work/signer.conf"
expect_exit 0 secureesp-signer --check-config --config "$work/signer.conf"
process_start "$work/signer.record" "$SANDBOX_LOG/signer.log" secureesp-signer --config "$work/signer.conf"
records+=("$work/signer.record")
eventually 20 "the signer listens" test -S "$signer_socket"
new_request board 84f3eb000002
base64 -d "$work/board.b64" >"$work/board.csr"
for ((i = 0; i < 20; i++)); do
    expect_exit 0 python3 -B "$root/test/system/ask_signer.py" "$signer_socket" sign "$work/board.csr" \
        "$work/board.der"
    expect_match "answer" "^ok " "$output"
done
openssl x509 -inform DER -in "$work/board.der" -out "$work/board.crt"
openssl verify -CAfile "$folder/ca.crt" "$work/board.crt" >/dev/null || fail "another CA"

step "what is missing is told"
refused() { # REGEX
    expect_exit 1 secureesp-signer --check-config --config "$work/signer.conf"
    expect_match "what is said" "$1" "$output"
}
process_stop "$work/signer.record"
cp "$folder/ca.key" "$work/good"
sed -i 's/object=ca/object=cb/' "$folder/ca.key"
refused "no private key in a token"
sed "s/libsofthsm2/nothing/" "$work/good" >"$folder/ca.key"
refused "module .*nothing.so cannot be read"
cp "$work/good" "$folder/ca.key"
printf 1111 >"$work/pin"
refused "or its PIN is wrong"
printf %s "$pin" >"$work/pin"
chmod 0644 "$folder/ca.key"
refused "open to others"
chmod 0600 "$folder/ca.key"
expect_exit 0 secureesp-signer --check-config --config "$work/signer.conf"
