# For scenarios that open the page in a browser, and for scripts/screenshots.
# shellcheck shell=bash disable=SC2154  # root is the caller's: the top of the repository

gui_python=/usr/bin/python3 # Debian's, which has Debian's selenium

# gui_needs: what a browser is driven with, else the scenario is skipped.
gui_needs() {
    local name
    for name in chromium chromedriver; do
        if ! command -v "$name" >/dev/null; then
            echo "$name is missing: scripts/dependencies --test"
            exit 77
        fi
    done
    if ! "$gui_python" -c 'import selenium' 2>/dev/null; then
        echo "python3-selenium is missing: scripts/dependencies --test"
        exit 77
    fi
}

# gui_operators FOLDER: the sandbox there speaks HTTPS to operators, among whom are anna (administrator),
# otto (operator) and vera (viewer). Its daemon starts anew. Sets GUI_URL.
gui_operators() {
    local port name
    port=$("$gui_python" -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
    printf '%s\n' '' '[operator]' "port = $port" >>"$1/etc/secureesp.conf"
    "$root/scripts/sandbox" "$1" stop daemon
    "$root/scripts/sandbox" "$1" start daemon
    "$root/scripts/sandbox" "$1" wait daemon
    for name in anna:administrator otto:operator vera:viewer; do
        gui_password "${name%:*}" | secureesp users add "${name%:*}" --role "${name#*:}" --password-file - >/dev/null
    done
    export GUI_URL=https://localhost:$port
}

gui_password() {
    echo "$1 opens the page"
}

# gui_run SCRIPT SANDBOX FOLDER ARGUMENT...: one of test/gui, with a folder for the browser's profile.
gui_run() {
    local home=$3/browser
    mkdir -p "$home"
    env -u LD_PRELOAD -u ASAN_OPTIONS -u UBSAN_OPTIONS -u TSAN_OPTIONS HOME="$home" TMPDIR="$home" \
        GUI_URL="$GUI_URL" GUI_ROOT="$root" GUI_SANDBOX="$2" GUI_HOME="$home" \
        "$gui_python" -B "$root/test/gui/$1.py" "${@:4}"
}

# gui_image VERSION SIGNING-KEY EMBEDDED-KEY FOLDER: prints the path of an image of the virtual board.
gui_image() {
    local name=ESP8266_VIRTUAL-$1
    head -c 60000 /dev/urandom >"$4/payload"
    secureesp images describe --name "$name" --trust "$SANDBOX_PKI/signing/$3.pub" \
        --append-to "$4/payload" "$4/body" >/dev/null
    secureesp images sign --key "$SANDBOX_PKI/signing/$2.key" "$4/body" "$4/$name.bin" >/dev/null
    echo "$4/$name.bin"
}

# gui_faults FILE: the devices for gui_life that do not come back with its third image.
gui_faults() {
    printf '%s never-return ESP8266_VIRTUAL-00.00.03\n' 84f3eb000003 84f3eb000004 >"$1"
}

gui_rollout_is() {
    secureesp rollouts show "$1" --json | grep -q "\"state\": *\"$2\""
}

# gui_days: in the database of a daemon that does not run, two days of each device, with a restart now and
# then.
gui_days() {
    sqlite3 -cmd '.timeout 5000' "$SANDBOX_DB" "
        UPDATE devices SET first_seen_ms = first_seen_ms - 48 * 3600000;
        WITH RECURSIVE h(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM h WHERE i < 48),
          this(hour) AS (SELECT strftime('%s', 'now') / 3600)
        INSERT INTO status_hours (device, hour_ms, count, rssi_min, rssi_max, rssi_sum, rssi_count,
          free_heap_min, max_loop_max, has, reboots)
        SELECT mac, (hour - i) * 3600000, 60, -58 - mac % 9 - (i * 7) % 5, -50 - mac % 9 - (i * 3) % 4,
          -60 * (54 + mac % 9 + (i * 5) % 4), 60, 38000 - (48 - i) % 17 * 600, 12 + (i * mac) % 60, 31,
          (48 - i) % 17 = 0 FROM h, devices, this"
}

# gui_life FOLDER: a fleet of 8 devices, whose folder gui_operators was given, gets a past: two days of
# history, images, labels, settings, a rollout that paused itself, and devices that need a hand.
gui_life() {
    local i folder=$1/life names=(entrance kitchen cellar attic garage garden office workshop)
    mkdir -p "$folder"
    "$root/scripts/sandbox" "$1" stop daemon
    gui_days
    "$root/scripts/sandbox" "$1" start daemon
    "$root/scripts/sandbox" "$1" wait daemon
    for i in 1 2 3 4 5 6 7 8; do
        secureesp devices label "84f3eb00000$i" --name "${names[i - 1]}" --place "$([ "$i" -le 4 ] && echo House || echo Yard)"
        secureesp devices tag "84f3eb00000$i" --add "$([ "$i" -le 4 ] && echo house || echo yard)"
    done
    secureesp images add "$SANDBOX_IMAGE" --publish
    secureesp images add "$(gui_image 00.00.02 1 2 "$folder")" --publish
    secureesp images add "$(gui_image 00.00.03 2 2 "$folder")"
    secureesp groups set house 'tag=house' --yes
    secureesp settings set --group house ntpserver=pool.ntp.org waittimeout=30000 --yes
    secureesp devices hold 84f3eb000007 --reason 'its relay is being repaired'
    secureesp devices canary 84f3eb000003
    secureesp enrolments add 84f3eb0000a1 84f3eb0000a2
    secureesp tokens create prometheus --role viewer
    secureesp rollouts create first --image ESP8266_VIRTUAL-00.00.02 --group house --phases 2,100% --soak 0 --yes
    wait_until 40 gui_rollout_is first 'done'
    secureesp rollouts create second --image ESP8266_VIRTUAL-00.00.03 --group house --phases 2,100% \
        --canaries-first --timeout 8s --soak 0 --yes
    wait_until 40 gui_rollout_is second paused
    secureesp devices revoke 84f3eb000008 --reason keyCompromise
    "$root/scripts/sandbox" "$1" kill 84f3eb000006
}
