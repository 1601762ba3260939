#ifndef ENROL_EST_BODY_H
#define ENROL_EST_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Bodies of EST's requests and answers: DER in base64 (RFC 7030, 4; RFC 8951, 3.1, by which
// Content-Transfer-Encoding says nothing).

#define EST_BODY_MAX 8192 // bytes of a request's body

// Reads a request's body: base64 with white space anywhere, or none; or, if it is no text, DER as
// it is. The bytes are not looked at further. The caller frees *der. ERR_INVALID, ERR_TOO_LARGE,
// ERR_NO_MEMORY.
ERR_CHECKED int est_body_decode(
    const uint8_t *p, size_t n, uint8_t **der, size_t *size, struct err *err);

// Writes DER as base64 in one line with a newline at its end, *size bytes and a NUL; the caller
// frees it. ERR_NO_MEMORY.
ERR_CHECKED int est_body_encode(const uint8_t *der, size_t n, char **text, size_t *size);

#endif
