#ifndef HTTP_KEY_H
#define HTTP_KEY_H

#include <gnutls/abstract.h>

#include "server/http/http_signer.h"

// The private key of the server as GnuTLS uses it. For this folder alone.

// Reads it, PEM; the signer makes its signatures, or, if that is NULL, GnuTLS does. ERR_INVALID if
// it is none, or not the certificate's; ERR_IO.
ERR_CHECKED int http_key_load(const char *path, const gnutls_pcert_st *certificate,
    const struct http_signer *signer, gnutls_privkey_t *out, struct err *err);

#endif
