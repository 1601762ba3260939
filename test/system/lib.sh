# shellcheck shell=bash
# What system scenarios share. A scenario is a bash script that sources this file, brings up its
# own sandbox and says what it expects; the first expectation that fails ends it.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/process.sh
. "$root/scripts/lib/process.sh"
# shellcheck source=scripts/lib/sanitizer.sh
. "$root/scripts/lib/sanitizer.sh"
# shellcheck source=scripts/lib/board.sh
. "$root/scripts/lib/board.sh"
export VARIANT=${VARIANT:-asan}
# Roles of tester_up and listen, from the broker's start on.
export SANDBOX_BROKER_MORE=$'plugin_opt_role tester write #\nplugin_opt_role tester unbounded\nplugin_opt_role listener read #'

scenario=$(basename "$0" .sh)
work=$root/build/system/$scenario # this scenario's folder: kept if it fails
sandbox=$work/sandbox
board=ESP8266_VIRTUAL
lx106=$root/build/lx106 # programs for emulated boards
umask 077
rm -rf "$work"
mkdir -p "$work"

# Folders of sandboxes, and records of processes (scripts/lib/process.sh), that end with the
# scenario; so do file systems that it mounted, and folders elsewhere.
sandboxes=()
records=()
mounts=()
elsewhere=()

finish() {
    local status=$? folder
    trap '' INT TERM
    [ "${#records[@]}" -eq 0 ] || process_stop "${records[@]}"
    for folder in "${sandboxes[@]}"; do
        [ ! -e "$folder/settings" ] || "$root/scripts/sandbox" "$folder" down || status=1
        if compgen -G "$folder/log/sanitizer*" >/dev/null; then
            echo "a sanitizer reports:"
            head -n 25 "$folder"/log/sanitizer*
            status=1
        fi
        [ "$status" -eq 0 ] || end_of_logs "$folder"
    done
    for folder in "${mounts[@]}"; do
        umount -l "$folder" || status=1
    done
    [ "$status" -ne 0 ] || rm -rf "$work"
    [ "${#elsewhere[@]}" -eq 0 ] || rm -rf "${elsewhere[@]}"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

end_of_logs() {
    local log
    for log in "$1"/log/{daemon,84f3eb000001,84f3ec000001}.log; do
        [ ! -s "$log" ] || { echo "--- ${log#"$work/"}" && tail -n 12 "$log"; }
    done
}

# --- expectations

fail() {
    local i
    echo "FAIL: $1" >&2
    for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
        echo "    at $(basename "${BASH_SOURCE[i]}"):${BASH_LINENO[i - 1]} ${FUNCNAME[i]}" >&2
    done
    exit 1
}

# A heading in the output.
step() {
    echo "== $1"
}

# ago SECONDS COMMAND...: runs it as if it were so long ago. OpenSSL 3.5 makes no certificate that
# ends before it begins.
ago() {
    local clock=$root/build/$VARIANT/bin/clock-offset.so
    # without it the dynamic linker goes on, and the command with today's date
    [ -e "$clock" ] || fail "$clock is missing: make VARIANT=$VARIANT test-programs"
    echo "-$1" >"$work/ago"
    LD_PRELOAD=$clock CLOCK_OFFSET_FILE="$work/ago" "${@:2}"
}

# expect_equal WHAT EXPECTED ACTUAL
expect_equal() {
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# expect_match WHAT REGEX ACTUAL
expect_match() {
    [[ $3 =~ $2 ]] || fail "$1: expected a match of '$2', got '$3'"
}

# expect_exit STATUS COMMAND...: the command's output is then in $output.
output=
expect_exit() {
    local expected=$1 status=0
    shift
    output=$("$@" 2>&1 </dev/null) || status=$?
    [ "$status" -eq "$expected" ] ||
        fail "'$*' ended with $status instead of $expected and said: $output"
}

# eventually SECONDS WHAT COMMAND...
eventually() {
    wait_until "$1" "${@:3}" || fail "$2: not within $1 s"
}

# --- sandbox

# lift_bounds: the broker of the next sandbox_up bounds nobody, for who says more than a device does.
lift_bounds() {
    local name
    for name in messages_per_second messages_burst bytes_per_second bytes_burst connections_per_minute \
        connections_burst payload_bytes; do
        SANDBOX_BROKER_MORE+=$'\n'"plugin_opt_$name 100000000"
    done
}

# sandbox_up OPTION...: brings it up and reads its environment.
sandbox_up() {
    [[ " ${sandboxes[*]} " == *" $sandbox "* ]] || sandboxes+=("$sandbox")
    "$root/scripts/sandbox" "$sandbox" up "$@"
    # shellcheck source=/dev/null
    . "$sandbox/env.sh"
    sanitizer_reports_to "$sandbox/log/sanitizer"
}

# part start|stop|kill|wait NAME...
part() {
    "$root/scripts/sandbox" "$sandbox" "$@"
}

# daemon_dies TIMES: it dies between any two of its steps, while the devices are at it.
daemon_dies() {
    local i
    for ((i = 0; i < $1; i++)); do
        sleep 1.$((RANDOM % 10))
        part kill daemon
        # its threads may hold the state for a moment longer than it is there
        part start daemon || { sleep 2 && part start daemon; }
        part wait daemon
    done
}

# broker_run CONFIGURATION: the sandbox's broker with another, without waiting until it answers.
broker_run() {
    sanitizer_set_host "$VARIANT"
    process_start "$sandbox/run/broker" "$SANDBOX_LOG/broker.log" \
        env "${sanitizer_host[@]}" mosquitto -c "$1"
}

# Whether the installed broker gives its plugins time with per_listener_settings, too.
ticks_per_listener() {
    local version
    version=$(mosquitto -h 2>/dev/null | sed -n 's/^mosquitto version //p')
    [ "$(printf '%s\n' 2.0.15 "$version" | sort -V | head -n 1)" = 2.0.15 ]
}

mac_of() {
    printf '84f3eb%06x' "$1"
}

# flash_file MAC NAME: what a file in the device's flash holds.
flash_file() {
    device-files "$sandbox/devices/$1/files.bin" get "$2"
}

# put_flash_file MAC NAME: replaces it by what stands on the standard input.
put_flash_file() {
    device-files "$sandbox/devices/$1/files.bin" put "$2=/dev/stdin"
}

# board_mac_of N: of an emulated board.
board_mac_of() {
    printf '84f3ec%06x' "$1"
}

# board_file MAC NAME: what a file in the board's flash holds.
board_file() {
    board_files "$sandbox/devices/$1/flash.bin" get "$2"
}

# put_board_file MAC NAME: replaces it by what stands on the standard input.
put_board_file() {
    board_files "$sandbox/devices/$1/flash.bin" put "$2=/dev/stdin"
}

# --- JSON

# json_get JSON PATH: a member by SQLite's JSON path ($.a.b[0]); numbers and true (1) as text.
json_get() {
    local quoted=${1//\'/\'\'}
    sqlite3 :memory: "select json_extract('$quoted', '$2')"
}

# json_count JSON PATH [CONDITION]: how many elements of an array satisfy SQL over `value`.
json_count() {
    local quoted=${1//\'/\'\'}
    sqlite3 :memory: "select count(*) from json_each('$quoted', '$2') where ${3:-1}"
}

# api PATH [CURL-OPTION...]: asks the daemon over its socket.
api() {
    curl -sS --max-time 20 --unix-socket "$SECUREESP_SOCKET" "${@:2}" "http://localhost/api/v1$1"
}

# device MAC PATH: a member of the device as the daemon knows it.
device() {
    json_get "$(api "/devices/$1")" "$2"
}

# device_has MAC PATH VALUE
device_has() {
    [ "$(device "$1" "$2")" = "$3" ]
}

# event_count MAC CONDITION: how many of the newest events satisfy SQL over `value`.
event_count() {
    json_count "$(api "/devices/$1")" '$.events' "$2"
}

has_event() {
    [ "$(event_count "$1" "$2")" -gt 0 ]
}

# --- commands

# commands_end_soon: those that the daemon has sent, and whose end it does not hear of. It starts anew.
commands_end_soon() {
    sed -i 's/^\[mqtt\]/[commands]\nsent_timeout_s = 20\n\n[mqtt]/' "$sandbox/etc/secureesp.conf"
    part stop daemon
    part start daemon
    part wait daemon
}

# command_device MAC NAME [force]: gives a command and waits for its outcome; prints "STATE RESULT".
command_device() {
    local id
    id=$(json_get "$(api /commands --data \
        "{\"mac\": \"$1\", \"command\": \"$2\"${3:+, \"force\": true}}")" '$[0].id')
    [ -n "$id" ] || fail "command $2 for $1 was not taken"
    command_outcome "$id"
}

# hand_over_key MAC: the device may fetch its private key, once.
hand_over_key() {
    secureesp devices key "$1" on --key "$SANDBOX_PKI/devices/$1.key" >/dev/null ||
        fail "the key of $1 was not taken"
}

command_outcome() {
    eventually 60 "an outcome of command $1" command_has_ended "$1"
    local text
    text=$(api "/commands/$1")
    echo "$(json_get "$text" '$.state') $(json_get "$text" '$.result')"
}

command_has_ended() {
    local state
    state=$(json_get "$(api "/commands/$1")" '$.state')
    [ "$state" != queued ] && [ "$state" != sent ] && [ "$state" != accepted ]
}

# climb MAC IMAGE: commands firmware and flash and waits until the device runs the image.
climb() {
    expect_equal "firmware on $1" "done ok" "$(command_device "$1" firmware)"
    expect_equal "flash on $1" "done ok" "$(command_device "$1" flash)"
    eventually 60 "$1 runs $2" device_has "$1" '$.image' "$2"
}

# --- images

image_name() {
    printf '%s-%s' "$board" "$1"
}

# make_image VERSION SIGNING-KEY EMBEDDED-KEY [SIZE]: makes $work/<name>.bin; prints its path.
make_image() {
    head -c "${4:-60000}" /dev/urandom >"$work/payload"
    sign_image "$(image_name "$1")" "$2" "$3" "$work/payload"
    rm "$work/payload"
}

# make_board_image VERSION SIGNING-KEY EMBEDDED-KEY [PROGRAM]: the same for emulated boards.
make_board_image() {
    sign_image "ESP8266_LX106-$1" "$2" "$3" "${4:-$lx106/firmware.bin}"
}

# sign_image NAME SIGNING-KEY EMBEDDED-KEY PROGRAM: makes $work/NAME.bin; prints its path.
sign_image() {
    secureesp images describe --name "$1" --trust "$SANDBOX_PKI/signing/$3.pub" \
        --append-to "$4" "$work/body" >/dev/null
    secureesp images sign --key "$SANDBOX_PKI/signing/$2.key" "$work/body" "$work/$1.bin" >/dev/null
    rm "$work/body"
    echo "$work/$1.bin"
}

# publish_image FILE [OPTION...]
publish_image() {
    secureesp images add "$@" --publish >/dev/null || fail "publishing $1"
}

# --- downloads

# get MAC PATH [CURL-OPTION...]: asks the download server as that device. Leaves the status in
# $status, headers in $work/headers (lower case names), the body in $work/answer.
status=
get() {
    get_with "$SANDBOX_PKI/devices/$1" "${@:2}"
}

# get_with CREDENTIALS PATH ...: with CREDENTIALS.crt and .key.
get_with() {
    rm -f "$work/answer" "$work/headers"
    status=$(curl -sS --max-time 30 --tls-max 1.2 --http1.1 --cacert "$SANDBOX_PKI/ca.crt" \
        --cert "$1.crt" --key "$1.key" -o "$work/answer" -D "$work/raw-headers" \
        -w '%{http_code}' "${@:3}" "$SANDBOX_URL$2" 2>"$work/curl-error") || status="curl $?"
    [ -e "$work/answer" ] || : >"$work/answer"
    if [ -e "$work/raw-headers" ]; then
        # The last answer's alone; names in lower case, without the carriage returns.
        tr -d '\r' <"$work/raw-headers" | sed -E 's/^([^:]*):/\L\1:/' >"$work/headers"
    fi
}

# header NAME: a header's value of the last answer.
header() {
    sed -n "s/^$1: *//p" "$work/headers"
}

sha256_of() {
    sha256sum "$1" | cut -d ' ' -f 1
}

# refuses MAC STATUS PATH...: expects a refusal with a one-line reason.
refuses() {
    get "$1" "$3" "${@:4}"
    expect_equal "status of $3" "$2" "$status"
    expect_equal "lines of the reason of $3" 1 "$(grep -c '' "$work/answer")"
    expect_equal "content-length of $3" "$(stat -c %s "$work/answer")" "$(header content-length)"
}

# --- MQTT

# publish MAC TOPIC PAYLOAD-FILE [OPTION...]: publishes as a device that is not running.
publish() {
    mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$1.crt" --key "$SANDBOX_PKI/devices/$1.key" \
        -t "$2" -f "$3" "${@:4}"
}

# tester_up: from now on tester_publish may say anything to the broker.
tester_up() {
    secureesp pki client "$SANDBOX_PKI" tester --role tester >/dev/null
}

# tester_publish TOPIC OPTION...
tester_publish() {
    mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i tester \
        --cert "$SANDBOX_PKI/clients/tester.crt" --key "$SANDBOX_PKI/clients/tester.key" -t "$@"
}

# publish_text MAC TOPIC TEXT [OPTION...]
publish_text() {
    printf '%s' "$3" >"$work/payload.json"
    publish "$1" "$2" "$work/payload.json" "${@:4}"
}

# new_device MAC...: certificates for devices that nobody runs.
new_device() {
    secureesp pki device "$SANDBOX_PKI" "$@" >/dev/null
}

counter() {
    json_get "$(api /status)" "\$.counters.$1"
}
