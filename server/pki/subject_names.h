#ifndef PKI_SUBJECT_NAMES_H
#define PKI_SUBJECT_NAMES_H

#include <stddef.h>

#include <openssl/x509.h>

#include "server/base/err.h"

// What else a certificate's subject is called (RFC 5280, 4.2.1.6).
struct subject_names {
    const char *const *dns; // "broker.example", "*.example"
    size_t dns_count;
    const char *const *ip; // IPv4 or IPv6, as text
    size_t ip_count;
};

// Adds names as subjectAltName; none adds nothing. ERR_INVALID names the one that is no host name
// as devices take it (common/config_member.h), or no address.
ERR_CHECKED int subject_names_apply(const struct subject_names *names, X509 *x509, struct err *err);

// The same in a request for a certificate.
ERR_CHECKED int subject_names_ask(
    const struct subject_names *names, X509_REQ *request, struct err *err);

#endif
