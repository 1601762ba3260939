#ifndef PKI_CERTIFICATE_NAMES_H
#define PKI_CERTIFICATE_NAMES_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

#define CERTIFICATE_NAMES_MAX 64
#define CERTIFICATE_NAMES_SIZE 256

// The host names and addresses of a certificate (subjectAltName), addresses as inet_ntop(3) writes
// them. An IPv4 address that is there as a host name too (subject_names.h) counts once.
struct certificate_names {
    size_t count;
    char names[CERTIFICATE_NAMES_MAX][CERTIFICATE_NAMES_SIZE];
};

// ERR_TOO_LARGE if there are more, or longer ones.
ERR_CHECKED int certificate_names_read(
    const struct certificate *certificate, struct certificate_names *out, struct err *err);

#endif
