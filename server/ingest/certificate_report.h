#ifndef CERTIFICATE_REPORT_H
#define CERTIFICATE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/certificate_record.h"
#include "server/model/serial.h"

// A certificate by which the broker's plugin has let somebody in: BROKER_TOPIC_CERTIFICATES.
struct certificate_report {
    char serial[SERIAL_SIZE];                // canonical
    char common_name[CERTIFICATE_NAME_SIZE]; // not empty
    char unit[CERTIFICATE_NAME_SIZE];        // organizational unit, or ""
    bool is_server;                          // it may be one
    char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    char ca[CERTIFICATE_FINGERPRINT_SIZE]; // of who signed it
    int64_t not_before_ms;
    int64_t not_after_ms;
};

// Reads it from n bytes of JSON. ERR_INVALID with the member that is missing or cannot be read.
// Pure.
ERR_CHECKED int certificate_report_decode(
    const uint8_t *p, size_t n, struct certificate_report *out, struct err *err);

#endif
