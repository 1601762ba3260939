# For scenarios in which devices enrol: a CA of claims, a signer, and clients of EST.
# shellcheck shell=bash source=test/system/certificate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/certificate_lib.sh"

claims=$work/claims # the CA of the claim certificates
est_port=
est=

# make_claims: the CA of the claims as openssl makes it, and the certificates claim and other-claim.
make_claims() {
    local name
    mkdir "$claims"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=claims' \
        -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' \
        -keyout "$claims/ca.key" -out "$claims/ca.crt" 2>/dev/null
    for name in claim other-claim; do
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name-2026" \
            -keyout "$claims/$name.key" -out "$claims/$name.csr" 2>/dev/null
        openssl x509 -req -in "$claims/$name.csr" -CA "$claims/ca.crt" -CAkey "$claims/ca.key" -days 30 \
            -extfile <(printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n') \
            -out "$claims/$name.crt" 2>/dev/null
    done
}

signer_socket=$work/signer.sock
signer_per_hour=1000
signer_policy=() # more lines of its policy
signer_days=825

# signer_up: a signer with the CA of $work/ca, else the sandbox's, as $signer_per_hour, $signer_days and
# $signer_policy have it. Its filter of system calls stops the search for leaks.
signer_up() {
    mkdir -p "$work/ca"
    rm -f "$signer_socket" # of one that was killed
    [ -e "$work/ca/ca.key" ] || cp "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/ca.key" "$work/ca"
    printf '%s\n' '[signer]' "folder = $work/ca" "socket = $signer_socket" "client = $(id -u)" \
        '[policy]' "per_hour = $signer_per_hour" "days = $signer_days" "${signer_policy[@]}" >"$work/signer.conf"
    signer_start
}

# signer_start: starts it with what it has.
signer_start() {
    process_start "$work/signer.record" "$SANDBOX_LOG/signer.log" \
        env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" secureesp-signer --config "$work/signer.conf"
    records+=("$work/signer.record")
    eventually 20 "the signer listens" test -S "$signer_socket"
}

# enrolment_served: devices are told where. Before enrolment_on.
enrolment_served() {
    [ -n "$est_port" ] || est_port=$((32000 + SRANDOM % 700))
    sed -i "/^\[config.json\]/a enrolserver = localhost\nenrolport = $est_port" "$sandbox/etc/secureesp.conf"
}

# enrolment_on POLICY [SETTING...]: gives the daemon a port for it, and starts it anew.
enrolment_on() {
    part stop daemon
    [ -n "$est_port" ] || est_port=$((32000 + SRANDOM % 700))
    est=https://localhost:$est_port/.well-known/est
    sed -i '/^\[enrolment\]/,$d' "$sandbox/etc/secureesp.conf"
    printf '%s\n' '[enrolment]' 'address = 127.0.0.1' "port = $est_port" "claim_ca = $claims/ca.crt" \
        "signer = $signer_socket" "policy = $1" 'address_per_minute = 1000000' "${@:2}" \
        >>"$sandbox/etc/secureesp.conf"
    part start daemon
    eventually 20 "the daemon is back" api /status -o /dev/null
}

# new_request NAME MAC [CODE]: a new key $work/NAME.key and its request.
new_request() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"
    request "$@"
}

# key_of NAME: the SHA-256 of the public half of $work/NAME.key, as it is listed.
key_of() {
    openssl pkey -in "$work/$1.key" -pubout -outform DER | sha256sum | cut -d ' ' -f 1
}

# request NAME MAC [CODE]: $work/NAME.b64, a request with the key $work/NAME.key.
request() {
    printf '[req]\nprompt = no\ndistinguished_name = name\n%s\n[name]\nCN = %s\n[more]\nchallengePassword = %s\n' \
        "${3:+attributes = more}" "$2" "${3:-none}" >"$work/req.cnf"
    openssl req -new -config "$work/req.cnf" -key "$work/$1.key" -sha256 -outform DER |
        base64 -w 64 >"$work/$1.b64"
}

# ask_est CREDENTIALS PATH [CURL-OPTION...]: asks; CREDENTIALS.crt and .key, or "" for none. Leaves
# $status, $work/est-answer and $work/est-headers.
ask_est() {
    local credentials=()
    [ -z "$1" ] || credentials=(--cert "$1.crt" --key "$1.key")
    rm -f "$work/est-answer" "$work/est-headers"
    status=$(curl -sS --max-time 30 --cacert "$SANDBOX_PKI/ca.crt" "${credentials[@]}" \
        -o "$work/est-answer" -D "$work/est-headers" -w '%{http_code}' "${@:3}" "$est/$2" \
        2>"$work/est-error") || status="curl $?"
}

# enroll CREDENTIALS NAME [PATH] [CURL-OPTION...]: sends $work/NAME.b64; of a certificate $work/NAME.crt
# is made.
enroll() {
    ask_est "$1" "${3:-simpleenroll}" -H 'Content-Type: application/pkcs10' --data-binary "@$work/$2.b64" \
        "${@:4}"
    [ "$status" != 200 ] || base64 -d "$work/est-answer" | openssl pkcs7 -inform DER -print_certs |
        sed -n '/BEGIN/,/END/p' >"$work/$2.crt"
}

# expect_enrolled CREDENTIALS NAME [PATH]
expect_enrolled() {
    enroll "$@"
    [ "$status" = 200 ] || fail "$2: $status $(cat "$work/est-answer" "$work/est-error")"
    openssl verify -CAfile "$SANDBOX_PKI/ca.crt" "$work/$2.crt" >/dev/null || fail "$2.crt is not the CA's"
}

# expect_refused CREDENTIALS NAME STATUS REGEX [PATH]
expect_refused() {
    enroll "$1" "$2" "${5:-simpleenroll}"
    expect_equal "status of $2" "$3" "$status"
    expect_match "reason of $2" "$4" "$(<"$work/est-answer")"
}

# enrolment MAC MEMBER: what the daemon knows of one.
enrolment() {
    local quoted
    quoted=$(api /enrolments)
    sqlite3 :memory: "select value ->> '\$.$2' from json_each('${quoted//\'/\'\'}')
        where value ->> '\$.mac' = '$1'"
}
