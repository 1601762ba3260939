#ifndef REVOCATION_REPORT_H
#define REVOCATION_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

#define REVOCATION_REPORT_ERROR_SIZE 256

// What the broker's plugin says of the list of who is shut out: BROKER_TOPIC_REVOCATIONS.
struct revocation_report {
    int64_t number;                           // of the list that it goes by; 0: it has none
    int64_t entries;                          // of that
    int64_t disconnected;                     // connections that it ended for it
    char error[REVOCATION_REPORT_ERROR_SIZE]; // why it does not take the file that is there, or ""
};

// Reads it from n bytes of JSON. ERR_INVALID if it tells no number.
ERR_CHECKED int revocation_report_decode(
    const uint8_t *p, size_t n, struct revocation_report *out, struct err *err);

#endif
