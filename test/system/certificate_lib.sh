# For scenarios that look at what the daemon knows of certificates.
# shellcheck shell=bash source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

# serial_of FILE: as OpenSSL prints it: "serial=3A0F".
serial_of() {
    openssl x509 -in "$1" -noout -serial
}

# plain SERIAL: as the product prints it.
plain() {
    local text=${1#serial=}
    text=${text,,}
    while [[ $text == 00?* ]]; do text=${text#00}; done
    printf '%s' "$text"
}

# colons SERIAL: as `openssl x509 -text` prints it.
colons() {
    plain "$1" | sed 's/../&:/g; s/:$//'
}

# certificate SERIAL MEMBER: what the daemon knows of one.
certificate() {
    local quoted
    quoted=$(api /certificates)
    sqlite3 :memory: "select value ->> '\$.$2' from json_each('${quoted//\'/\'\'}')
        where value ->> '\$.serial' = '$(plain "$1")'"
}

# certificate_is SERIAL MEMBER VALUE
certificate_is() {
    [ "$(certificate "$1" "$2")" = "$3" ]
}
