#ifndef PKI_PROFILE_H
#define PKI_PROFILE_H

#include <openssl/x509.h>

#include "server/base/err.h"

// The profiles of certs/*.cnf.
enum profile {
    PROFILE_CA,           // below which there is no other
    PROFILE_ROOT,         // below which there may be others
    PROFILE_INTERMEDIATE, // such another
    PROFILE_SERVER,
    PROFILE_DEVICE,
    PROFILE_CLIENT,
};

// The validity in days when none is asked for.
int profile_default_days(enum profile profile);

// Adds the profile's extensions to an unsigned certificate whose key is set. issuer is the
// certificate itself if it is to be self-signed. ERR_IO.
ERR_CHECKED int profile_apply(enum profile profile, X509 *x509, X509 *issuer, struct err *err);

#endif
