#ifndef PKI_ISSUER_H
#define PKI_ISSUER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/private_key.h"
#include "server/pki/profile.h"
#include "server/pki/public_key.h"
#include "server/pki/subject_names.h"

#define ISSUER_BACKDATE_S INT64_C(300)

// A CA with its private key: what signs certificates.
struct issuer;

// A certificate that is wanted.
struct issuer_order {
    enum profile profile;
    const char *common_name; // 1 to 64 bytes of UTF-8 (RFC 5280, A.1)
    const char *unit;        // organizational unit, the same; NULL: none
    struct subject_names names;
    const struct certificate *like; // has the names instead; NULL: none has
    int days; // 0: the profile's default, or as long as the CA lasts if that is shorter
    int64_t now_ms;
};

// Reads a CA's certificate, be it a root's or an intermediate's, the first of its file, and its key
// from PEM files. ERR_INVALID if the certificate is no CA's or the
// key is another's; else as file_read().
ERR_CHECKED int issuer_load(
    const char *certificate_path, const char *key_path, struct issuer **out, struct err *err);
void issuer_free(struct issuer *issuer);

// As certificate_fingerprint(), of the CA's certificate.
ERR_CHECKED int issuer_fingerprint(
    const struct issuer *issuer, char out[DIGEST_SHA256_TEXT_SIZE], struct err *err);

// As private_key_is_in_token(), of the CA's key.
bool issuer_key_is_in_token(const struct issuer *issuer);

// As certificate_is_below(), of the CA's certificate.
bool issuer_has_signed(const struct issuer *issuer, const struct certificate *certificate);

// Whether there may be another CA below it.
bool issuer_allows_ca(const struct issuer *issuer);

// The last moment of the CA's certificate, Unix ms.
int64_t issuer_not_after_ms(const struct issuer *issuer);

// Makes a certificate for the subject's key. It holds from five minutes before now_ms, for clocks
// that are a little late, under a random serial of 128 bits. ERR_INVALID if it would outlive the
// CA, if the CA has ended, or a name cannot be; ERR_IO.
ERR_CHECKED int issuer_issue(const struct issuer *issuer, const struct issuer_order *order,
    const struct private_key *subject, struct certificate **out, struct err *err);

// The same for who keeps the private half.
ERR_CHECKED int issuer_issue_public(const struct issuer *issuer, const struct issuer_order *order,
    const struct public_key *subject, struct certificate **out, struct err *err);

// The same for the key of another certificate.
ERR_CHECKED int issuer_issue_like(const struct issuer *issuer, const struct issuer_order *order,
    const struct certificate *subject, struct certificate **out, struct err *err);

// Makes a CA's own certificate. As issuer_issue().
ERR_CHECKED int issuer_self_sign(const struct issuer_order *order, const struct private_key *key,
    struct certificate **out, struct err *err);

#endif
