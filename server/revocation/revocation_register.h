#ifndef REVOCATION_REGISTER_H
#define REVOCATION_REGISTER_H

#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/certificate_record.h"
#include "server/store/store.h"

// Certificates that were issued, made known to the daemon.

struct revocation_register_text {
    const uint8_t *p;
    size_t n;
    const struct audit_author *by; // who brings it; NULL: the daemon itself
};

struct revocation_register_result {
    size_t added;
    size_t known;                             // before
    size_t foreign;                           // of another CA: left out
    size_t revoked;                           // known or not, and of no use to whoever has them
    char revoked_name[CERTIFICATE_NAME_SIZE]; // of the first of those
};

// Records the certificates of n bytes of PEM (server/pki/issued.h), durably, all or, on failure,
// none. ERR_INVALID if there is none or one is damaged; ERR_IO, ERR_NO_MEMORY.
ERR_CHECKED int revocation_register_add(struct store *store, struct device_auth *auth,
    const struct revocation_register_text *text, struct revocation_register_result *out,
    struct err *err);

#endif
