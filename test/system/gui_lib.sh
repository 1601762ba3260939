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
