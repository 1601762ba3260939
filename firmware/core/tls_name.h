#ifndef FIRMWARE_CORE_TLS_NAME_H
#define FIRMWARE_CORE_TLS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mbedtls_x509_crt;

// Whether a certificate's subjectAltName covers host (RFC 6125, 6.4): a dNSName without regard to
// case, with "*" for its whole first label at most; for an IPv4 address in dotted form an iPAddress
// or a dNSName that is spelt alike. The common name does not count.
bool tls_name_matches(const struct mbedtls_x509_crt *cert, const char *host);

// Whether host matches the n bytes of one dNSName.
bool tls_name_matches_dns(const char *pattern, size_t n, const char *host);

// Reads a dotted IPv4 address. False, and out untouched, if s is none.
bool tls_name_parse_ipv4(const char *s, uint8_t out[4]);

#endif
