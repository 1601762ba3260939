#ifndef PKI_PKI_RENEW_CA_H
#define PKI_PKI_RENEW_CA_H

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_renew.h"

// Opens the CA that signed a certificate, with its key, from the first folder that has it; *folder
// is that one. The caller frees the CA. To root the folder of a service (secureesp-signer) is good,
// which belongs to that service's user alone. ERR_NOT_FOUND if the key is in none, else what keeps
// it from being used.
ERR_CHECKED int pki_renew_ca_find(const struct pki_renew *renew,
    const struct certificate *certificate, struct issuer **out, const char **folder,
    struct err *err);

// As issued_add(), to the record of that folder, whose owner goes on adding to it.
ERR_CHECKED int pki_renew_ca_record(
    const char *folder, struct certificate *certificate, struct err *err);

#endif
