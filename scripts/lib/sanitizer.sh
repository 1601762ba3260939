# shellcheck shell=bash
# What the sanitizers' runtimes are told, for programs of build/asan and build/tsan alike.

# sanitizer_reports_to PREFIX: each report becomes a file PREFIX.PID, so that none is overlooked.
sanitizer_reports_to() {
    export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$1
    export UBSAN_OPTIONS=print_stacktrace=1:log_path=$1
    export TSAN_OPTIONS=${TSAN_OPTIONS:+$TSAN_OPTIONS:}log_path=$1
}

# The later of two equal options holds: the caller's.
sanitizer_suppressions=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../test" && pwd)/tsan.supp
export TSAN_OPTIONS=suppressions=$sanitizer_suppressions:exitcode=66${TSAN_OPTIONS:+:$TSAN_OPTIONS}

# sanitizer_set_host VARIANT: sets $sanitizer_host to what env(1) gives a program that was not compiled
# for it (the broker) and loads what was (our plugin): the runtime before all else. What the program
# itself never frees is its own affair.
# shellcheck disable=SC2034  # for the caller
sanitizer_host=()
# shellcheck disable=SC2034
sanitizer_set_host() {
    local library
    sanitizer_host=()
    case $1 in
    asan) library=libasan.so ;;
    tsan) library=libtsan.so ;;
    *) return 0 ;;
    esac
    library=$("${CC:-gcc}" -print-file-name="$library")
    sanitizer_host=(LD_PRELOAD="$(realpath "$library")" "ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0")
}

# sanitizer_spares_leaks COMMAND...: runs a command that is about to be killed: killed while its runtime
# looks for leaks, it would leave a report that says so.
sanitizer_spares_leaks() {
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 "$@"
}
