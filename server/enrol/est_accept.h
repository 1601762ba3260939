#ifndef ENROL_EST_ACCEPT_H
#define ENROL_EST_ACCEPT_H

#include <stdbool.h>

// Whether a client would rather have a certificate as it is, in DER (application/pkix-cert, RFC
// 2585, 4.1), than in a PKCS #7, by its Accept header (RFC 9110, 12.5.1), or NULL: it names that
// type itself, and not PKCS #7 with the same weight or more. One that cannot be read asks for
// nothing.
bool est_accept_wants_der(const char *accept);

#endif
