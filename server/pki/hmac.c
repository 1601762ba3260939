// HMAC-SHA-256.
#include "server/pki/hmac.h"

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/params.h>

int hmac_sha256(const uint8_t *key, size_t key_n, const struct hmac_part *parts, size_t count,
    uint8_t out[HMAC_SHA256_SIZE])
{
    char name[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("digest", name, 0), OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
    bool good = ctx != NULL && EVP_MAC_init(ctx, key, key_n, params) == 1;
    size_t n;

    for (size_t i = 0; good && i < count; i++)
        good = EVP_MAC_update(ctx, parts[i].p, parts[i].n) == 1;
    good = good && EVP_MAC_final(ctx, out, &n, HMAC_SHA256_SIZE) == 1;
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(hmac);
    return good ? 0 : ERR_NO_MEMORY;
}
