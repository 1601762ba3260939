#ifndef TEST_DEPLOYED_DEPLOYED_REPORT_H
#define TEST_DEPLOYED_DEPLOYED_REPORT_H

// Ways to fail; the program's exit status is the same number without its sign.
enum failure {
    FAILURE_INTERNAL = -1,
    FAILURE_USAGE = -2,
    FAILURE_RECORD = -3,   // the server sent a record that is longer than negotiated
    FAILURE_ARENA = -4,    // the memory of a deployed device does not suffice
    FAILURE_SESSION = -5,  // not resumed by session ID, or a ticket nobody asked for
    FAILURE_FRAGMENT = -6, // max_fragment_length not agreed to
    FAILURE_NETWORK = -7,
    FAILURE_TLS = -8,
    FAILURE_HTTP = -9,
    FAILURE_IMAGE = -10,
    FAILURE_MQTT = -11,
    FAILURE_FILE = -12,
};

// One line on stdout, at once: scenarios wait for it.
void deployed_report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

// One line on stderr. Returns failure.
int deployed_report_failure(int failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
