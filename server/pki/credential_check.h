#ifndef PKI_CREDENTIAL_CHECK_H
#define PKI_CREDENTIAL_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/authority.h"
#include "server/pki/certificate.h"

// Files of certificates and keys, judged before they are used or given away. Errors name the file
// and the reason: ERR_INVALID, ERR_UNTRUSTED, ERR_EXPIRED, ERR_DENIED, or as file_read().

// The CA's certificates, as devices take them as their ca.crt: of size, shape and kind; at least
// one must be valid now. *not_after_ms is when the last of those ends.
ERR_CHECKED int credential_check_ca(
    const char *ca_file, int64_t now_ms, int64_t *not_after_ms, struct err *err);

struct credential_check_files {
    const char *ca;                    // of a server: its file; or NULL, and
    const struct authority *authority; // the CA, read
    const char *certificate;
    const char *key;
};

// A server's certificate and key: each valid, for a server, the CA's, small enough for devices, and
// the key the certificate's, not encrypted, and nobody else's to read. *out is the certificate,
// which the caller frees.
ERR_CHECKED int credential_check_server(const struct credential_check_files *files, int64_t now_ms,
    struct certificate **out, struct err *err);

// Whether a CA vouches for a server's certificate without any between them: ERR_UNTRUSTED,
// ERR_EXPIRED, ERR_INVALID, or as authority_load().
ERR_CHECKED int credential_check_vouches(
    const char *ca_file, struct certificate *certificate, int64_t now_ms, struct err *err);

// A device's certificate, n bytes of PEM which a NUL follows, as that device takes it: of size,
// shape and kind, valid now, and the CA's.
ERR_CHECKED int credential_check_device_pem(const struct authority *authority, const uint8_t *pem,
    size_t n, int64_t now_ms, struct err *err);

// A device's file FOLDER/<mac>.crt, as that device takes it; its key is not looked at.
// *not_after_ms is the end of the certificate, also where it has passed.
ERR_CHECKED int credential_check_device(const struct credential_check_files *files, const char *mac,
    int64_t now_ms, int64_t *not_after_ms, struct err *err);

#endif
