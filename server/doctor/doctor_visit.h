#ifndef DOCTOR_VISIT_H
#define DOCTOR_VISIT_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Goes to a server as a device does: TLS 1.2, the name and the dates of the certificate looked at.

#define DOCTOR_VISIT_HEARD_MAX 16

struct doctor_visit {
    const char *host; // where it is
    uint16_t port;
    const char *name;        // that its certificate must bear: a host's or an address
    const char *ca;          // file
    const char *certificate; // file to show; NULL: none
    const char *key;
    const uint8_t *say; // n bytes to send then, of which an answer is awaited
    size_t n;
};

enum doctor_visit_end {
    DOCTOR_VISIT_NOBODY,    // no connection
    DOCTOR_VISIT_NO_TLS,    // no certificate was shown
    DOCTOR_VISIT_UNTRUSTED, // the one that was shown is not good
    DOCTOR_VISIT_REFUSED,   // it is good, and our own was refused, or that there was none
    DOCTOR_VISIT_DONE,      // the handshake was
};

struct doctor_visit_result {
    enum doctor_visit_end end;
    char text[256]; // why, for a person to read; "" if done
    uint8_t heard[DOCTOR_VISIT_HEARD_MAX];
    size_t heard_size; // 0: it closed the connection, or said nothing within 5 s
};

// ERR_INVALID if our own files cannot be used, ERR_NO_MEMORY.
ERR_CHECKED int doctor_visit_run(
    const struct doctor_visit *visit, struct doctor_visit_result *out, struct err *err);

#endif
