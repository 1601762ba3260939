#ifndef CERTIFICATE_RECORD_H
#define CERTIFICATE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/model/revocation_list.h"
#include "server/model/revocation_reason.h"
#include "server/model/serial.h"

#define CERTIFICATE_NAME_SIZE 65        // RFC 5280, A.1: ub-common-name
#define CERTIFICATE_FINGERPRINT_SIZE 65 // SHA-256 of the DER as hex

// How a certificate came to be known.
enum certificate_origin {
    CERTIFICATE_ISSUED,   // signed by `secureesp pki`
    CERTIFICATE_SEEN,     // shown to the download server or the broker
    CERTIFICATE_FILE,     // in a file of the daemon's: its own, or below devices_dir
    CERTIFICATE_NAMED,    // revoked by its serial, and not met since
    CERTIFICATE_ENROLLED, // given to a device that enrolled, or renewed
    CERTIFICATE_ORIGIN_COUNT
};

// What the store knows of one certificate.
struct certificate_record {
    char serial[SERIAL_SIZE];
    char common_name[CERTIFICATE_NAME_SIZE];
    char unit[CERTIFICATE_NAME_SIZE];               // organizational unit: a client's role, or ""
    bool is_server;                                 // it may be one (serverAuth)
    char mac[MAC_SIZE];                             // of the device that it stands for, or ""
    char fingerprint[CERTIFICATE_FINGERPRINT_SIZE]; // "" of CERTIFICATE_NAMED
    int64_t not_before_ms;                          // both 0 of CERTIFICATE_NAMED
    int64_t not_after_ms;
    int64_t known_at_ms; // issued, or first met
    enum certificate_origin origin;
    int64_t revoked_at_ms; // 0: it is not
    char reason[REVOCATION_REASON_SIZE];
    bool with_device; // it was revoked as one of its device's, not for itself
};

// "issued", "seen", "file", "named", "enrolled".
const char *certificate_record_origin_name(enum certificate_origin origin);

// What it is for: "device", "server", "client", or "unknown" of CERTIFICATE_NAMED.
const char *certificate_record_kind(const struct certificate_record *record);

// A device that is, or once was, revoked: all its certificates, known or not.
struct device_revocation {
    char mac[MAC_SIZE];
    int64_t revoked_at_ms; // the last time
    char reason[REVOCATION_REASON_SIZE];
    int64_t readmitted_at_ms; // 0: it is revoked now
    int64_t before_ms; // certificates whose validity begins earlier stay out even then; 0: none
};

// How a certificate stands: revoked for itself, or with its device, or whether it is within its
// dates.
struct certificate_standing {
    const char *state;     // "good", "revoked", "on-hold", "expired" or "not-yet-valid"
    int64_t revoked_at_ms; // 0: it is not revoked
    const char *reason;    // of the record or the device, which are borrowed; or ""
};

// device: what is known of the certificate's device; NULL if that never was revoked. now_ms by the
// system's clock, as certificates have it.
struct certificate_standing certificate_record_standing(const struct certificate_record *record,
    const struct device_revocation *device, int64_t now_ms);

#endif
