# shellcheck shell=bash
# Scenarios whose clients of the broker resume TLS sessions (broker_client.py), and lists of who is shut
# out.

# clients_start: the lines that it prints come to $work/clients.
clients_start() {
    mkfifo "$work/clients.in"
    exec {clients}<>"$work/clients.in"
    # shellcheck disable=SC2016  # for the inner shell
    process_start "$work/clients.record" "$work/clients" sh -c 'exec "$@" <"$0"' "$work/clients.in" \
        python3 -B "$root/test/system/broker_client.py" "$SANDBOX_MQTT_PORT" "$SANDBOX_PKI/ca.crt"
    records+=("$work/clients.record")
}

# client WORD...: one line to it; the answer is then in $answer.
answer=
client() {
    local before
    before=$(answers "$2")
    printf '%s\n' "$*" >&"$clients"
    eventually 30 "an answer of $2 to $1" answers_more "$2" "$before"
    answer=$(grep "^$2 " "$work/clients" | grep -v ' ended$' | tail -n 1 | cut -d ' ' -f 2-)
}
answers() {
    grep "^$1 " "$work/clients" | grep -vc ' ended$' || true
}
answers_more() {
    [ "$(answers "$1")" -gt "$2" ]
}

# client_ended NAME
client_ended() {
    [ "$(grep "^$1 " "$work/clients" | tail -n 1)" = "$1 ended" ]
}

# expect_client ANSWER-REGEX WORD...
expect_client() {
    client "${@:2}"
    expect_match "${*:2}" "^($1)\$" "$answer"
}

# shut_out ENTRY...: the list holds these from now on, instead of what the daemon wrote into it; it does
# not run, since it would put that back.
list_number=1000
shut_out() {
    local list=$sandbox/state/broker/revoked
    list_number=$((list_number + 1))
    {
        printf 'secureesp-revocations 1\nnumber %d\n' "$list_number"
        [ $# -eq 0 ] || printf '%s\n' "$@"
        echo "end $#"
    } >"$work/list"
    install -m 0644 "$work/list" "$list.scenario"
    mv "$list.scenario" "$list"
}

# serial_of CREDENTIALS: as the list has it.
serial_of() {
    openssl x509 -in "$1.crt" -noout -serial | sed 's/^serial=//' | tr 'A-F' 'a-f'
}
