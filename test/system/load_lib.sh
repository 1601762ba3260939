# shellcheck shell=bash
# What the scenarios share in which many clients, or slow ones, ask the download server. Read it
# after lib.sh.
# shellcheck disable=SC2154  # lib.sh's variables
# shellcheck source=test/system/faults.sh
. "$root/test/system/faults.sh"

load_mac=$(mac_of 1)

# Builds what else a scenario needs, one scenario at a time: release_make TARGET...
release_make() {
    flock "$root/build/.release.lock" make -s -C "$root" -j "$(nproc)" VARIANT=release "$@" ||
        fail "make VARIANT=release $*"
}

# download_settings LINE...: the daemon runs with these in [download].
download_settings() {
    part stop daemon
    printf '%s\n' "$@" >"$work/settings"
    sed -i "/^\[download\]\$/r $work/settings" "$sandbox/etc/secureesp.conf"
    part start daemon
}

# load_up: a sandbox with a chain of two images, and a client's certificate, which all the clients of
# a scenario show. With what load_settings holds in [download].
load_settings=('max_connections_per_certificate = 1000')
load_up() {
    release_make build/release/test/bench/tls_load
    sandbox_up --devices 0
    download_settings "${load_settings[@]}"
    new_device "$load_mac"
    publish_image "$SANDBOX_IMAGE"
    publish_image "$(make_image 00.00.02 1 1 900000)"
    newest=$(image_name 00.00.02)
    daemon=$(process_pid "$sandbox/run/daemon")
}

# polls MODE THREADS COUNT: so many devices ask for the next image and get 304; prints figures.
polls() {
    local figures resumed
    figures=$("$root/build/release/test/bench/tls_load" --port "$SANDBOX_HTTPS_PORT" \
        --ca "$SANDBOX_PKI/ca.crt" --devices "$SANDBOX_PKI/devices" \
        --path "/download/firmware.bin?curimage=$newest" --expect 304 --mode "$1" --threads "$2" \
        --count "$3")
    echo "$figures"
    resumed=$(json_get "$figures" '$.resumed')
    case $1 in
    full) expect_equal "resumed sessions" 0 "$resumed" ;;
    resumed) expect_between "resumed sessions" $(($3 * 9 / 10)) "$3" "$resumed" ;;
    esac
}

# slow_start COUNT KIND...: so many clients of each kind, from 127.0.0.2, until slow_stop.
slow_start() {
    coproc slow { exec python3 -B "$root/test/system/slow_clients.py" 127.0.0.2 \
        "$SANDBOX_HTTPS_PORT" "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/devices/$load_mac.crt" \
        "$SANDBOX_PKI/devices/$load_mac.key" \
        "/download/firmware.bin?curimage=$(image_name 00.00.01)" "$@"; }
    local line=
    # shellcheck disable=SC2154  # coproc's
    read -r -t 60 line <&"${slow[0]}" || true
    expect_equal "slow clients" ready "$line"
}

slow_stop() {
    local pid=$slow_PID input=${slow[1]}
    exec {input}>&-
    wait "$pid" || fail "the slow clients"
}

# Descriptors that are sockets.
daemon_sockets() {
    sockets_of "$daemon"
}

# The counter has that value.
counter_is() {
    [ "$(counter "$1")" = "$2" ]
}
