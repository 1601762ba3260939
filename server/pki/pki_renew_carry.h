#ifndef PKI_PKI_RENEW_CARRY_H
#define PKI_PKI_RENEW_CARRY_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/pki_renew.h"

#define PKI_RENEW_CARRY_MAX 256

// Renewal by a CA on another machine: the certificates that end are carried there and back. What is
// carried is public: the old certificate has the key, the names and the role, all of which the CA
// has signed before.
struct pki_renew_carry {
    const char *path;
    struct certificate *answers[PKI_RENEW_CARRY_MAX];
    size_t count;
};

void pki_renew_carry_clear(struct pki_renew_carry *carry);

// Makes the folder of a request, which looks like the CA's: ca.crt, servers/, clients/.
// ERR_CONFLICT if there is something.
ERR_CHECKED int pki_renew_carry_begin(
    struct pki_renew_carry *carry, const char *folder, struct err *err);

// For act: puts a copy of the certificate there.
ERR_CHECKED int pki_renew_carry_request(
    struct pki_renew *renew, struct pki_renew_item *item, struct err *err);

// Reads an answer: a file with certificates, or a folder as that of the request.
ERR_CHECKED int pki_renew_carry_read(struct pki_renew_carry *carry, struct err *err);

// For act: takes the certificate of the same key out of the answer, if there is one that may have
// the old one's place (renewal_check()), a CA of ours signed it, and it is good and ends later.
ERR_CHECKED int pki_renew_carry_answer(
    struct pki_renew *renew, struct pki_renew_item *item, struct err *err);

#endif
