#ifndef PKI_AUTHORITY_H
#define PKI_AUTHORITY_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_facts.h"

#define AUTHORITY_CA_MAX 8

// The private CA that signs every device's certificate.
struct authority;

// Reads the CA certificates of a PEM file (more than one while a CA is being replaced).
ERR_CHECKED int authority_load(const char *path, struct authority **out, struct err *err);
void authority_free(struct authority *authority);

// The file as it was read: n bytes, borrowed.
const uint8_t *authority_pem(const struct authority *authority, size_t *n);

// Whether a CA whose DER has that SHA-256 is one of them.
bool authority_has(const struct authority *authority, const char *fingerprint);

// The SHA-256 of each of them; how many there are.
size_t authority_copy_fingerprints(
    const struct authority *authority, char out[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE]);

// Judges a client's certificate: signed by the CA, within its dates at now_ms, usable for client
// authentication. ERR_UNTRUSTED, ERR_EXPIRED (also: not yet valid), ERR_INVALID (also: a serial
// number below zero or longer than RFC 5280 has it), or ERR_DENIED if its common name is nobody's.
// The facts' dates are within those of the CA that signed it. Any thread.
ERR_CHECKED int authority_judge_client(const struct authority *authority, const uint8_t *der,
    size_t n, int64_t now_ms, struct certificate_facts *out, struct err *err);

// The same of one that ended at most grace_ms before now_ms, 0 or more.
struct authority_late {
    const uint8_t *der;
    size_t n;
    int64_t now_ms, grace_ms;
};
ERR_CHECKED int authority_judge_client_late(const struct authority *authority,
    const struct authority_late *late, struct certificate_facts *out, struct err *err);

// Whether the CA signed a certificate, whatever it is for and whenever it is valid. ERR_UNTRUSTED,
// or ERR_INVALID with another reason. Any thread.
ERR_CHECKED int authority_vouches(
    const struct authority *authority, const struct certificate *certificate, struct err *err);

// The same; writes which of them did, the SHA-256 of its DER.
ERR_CHECKED int authority_find(const struct authority *authority,
    const struct certificate *certificate, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err);

// Judges a server's certificate, the first of count, which the others join to the CA, as a client
// that knows only the CA. ERR_UNTRUSTED, ERR_EXPIRED or ERR_INVALID.
ERR_CHECKED int authority_judge_server(const struct authority *authority,
    struct certificate *const *chain, size_t count, int64_t now_ms, struct err *err);

#endif
