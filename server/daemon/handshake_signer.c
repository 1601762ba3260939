// The download server's key in OpenSSL's hands.
#include "server/daemon/handshake_signer.h"

#include <assert.h>
#include <string.h>

#include "server/pki/tls_signer.h"

static_assert(TLS_SIGNER_SIZE <= HTTP_SIGNATURE_MAX, "a signature fits");

static int open_key(const uint8_t *pem, size_t n, void **key, struct err *err)
{
    struct tls_signer *signer;
    int rc = tls_signer_from_pem(pem, n, &signer, err);

    if (rc == 0)
        *key = signer;
    return rc;
}

static int sign(
    void *key, uint16_t scheme, const uint8_t *digest, size_t n, struct http_signature *out)
{
    struct tls_signer_signature made;
    int rc = tls_signer_sign(key, scheme, digest, n, &made);

    if (rc < 0)
        return rc;
    memcpy(out->bytes, made.bytes, made.size);
    out->size = made.size;
    return 0;
}

static void close_key(void *key)
{
    tls_signer_free(key);
}

const struct http_signer handshake_signer = {open_key, sign, close_key};
