#ifndef FIRMWARE_ENROL_EST_H
#define FIRMWARE_ENROL_EST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>

#include "common/contract.h"
#include "firmware/core/failure.h"
#include "firmware/core/https.h"
#include "firmware/core/identity.h"
#include "firmware/core/timer.h"
#include "firmware/core/tls.h"

#define EST_CERTIFICATE_MAX 1700 // bytes of DER
#define EST_SCRATCH (CONTRACT_FILE_MAX + 1)
#define EST_RETRY_MIN_S 10 // between a request and the next, whatever the server says
#define EST_RETRY_MAX_S 3600
#define EST_RETRY_S 60 // if it does not say

enum est_phase {
    EST_IDLE,
    EST_REQUEST,
    EST_REASON,
    EST_CERTIFICATE,
    EST_PAUSE,
};

// Enrolment over Secure Transport (RFC 7030, RFC 8951): asks for a certificate, until there is one.
struct est {
    // Set by the caller, and as long as this lasts.
    struct tls *tls; // as the claim's identity, or as the device's to enrol again
    struct https *https;
    const struct identity *identity; // whose CA must have signed what comes
    mbedtls_pk_context *key;         // the one that the certificate is for, on P-256
    const char *mac;
    const char *host;
    uint16_t tcp_port;
    const char *code; // one-time code, or NULL
    bool again;       // for a certificate in place of one that is still valid
    uint8_t *scratch; // EST_SCRATCH bytes
    // Its own.
    enum est_phase phase;
    size_t used; // bytes of the certificate
    struct timer pause;
};

// Begins to ask; tls must be closed. Fails as request_write(), https_open().
int est_start(struct est *est, struct failure *failure);

// Goes on: STEP_AGAIN; STEP_DONE when the certificate has come and stands in scratch, in PEM, used
// bytes of it and a NUL: it is the key's, its common name is the MAC, the CA has signed it and it
// is valid now. Or why not: RESULT_HTTP_STATUS with what the server says, RESULT_FILE_INVALID,
// RESULT_OVERSIZED, or as https_step() and https_read(). Who is to be approved first (202) is asked
// to wait, and asks again by itself, for as long as it is let.
int est_step(struct est *est, struct failure *failure);

// When to call again without the stream being ready, in ms.
uint32_t est_wait_ms(const struct est *est, uint32_t at_ms);

void est_stop(struct est *est);

#endif
