// Digests as text.
#include "server/pki/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "server/base/hex.h"

static void write_digest(const EVP_MD *md, const uint8_t *p, size_t n, char *out)
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    unsigned int size;

    // Fails only without memory. A wrong digest would pass for the name of other bytes, so that
    // there is nothing to go on with.
    if (EVP_Digest(p, n, raw, &size, md, NULL) != 1)
        abort();
    hex_encode(raw, size, out);
}

void digest_sha256(const uint8_t *p, size_t n, char out[DIGEST_SHA256_TEXT_SIZE])
{
    write_digest(EVP_sha256(), p, n, out);
}

void digest_md5(const uint8_t *p, size_t n, char out[DIGEST_MD5_TEXT_SIZE])
{
    write_digest(EVP_md5(), p, n, out);
}

struct digest {
    EVP_MD_CTX *ctx; // cleared by OpenSSL when it is freed
};

struct digest *digest_begin_sha256(void)
{
    struct digest *digest = calloc(1, sizeof *digest);

    if (digest == NULL)
        return NULL;
    digest->ctx = EVP_MD_CTX_new();
    if (digest->ctx == NULL || EVP_DigestInit_ex(digest->ctx, EVP_sha256(), NULL) != 1) {
        digest_end(digest, NULL);
        return NULL;
    }
    return digest;
}

void digest_add(struct digest *digest, const void *p, size_t n)
{
    if (EVP_DigestUpdate(digest->ctx, p, n) != 1)
        abort(); // as above
}

void digest_end(struct digest *digest, char out[DIGEST_SHA256_TEXT_SIZE])
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    unsigned int size;

    if (out != NULL) {
        if (EVP_DigestFinal_ex(digest->ctx, raw, &size) != 1)
            abort(); // as above
        hex_encode(raw, size, out);
    }
    EVP_MD_CTX_free(digest->ctx);
    free(digest);
}

size_t digest_place(const char *text, size_t places)
{
    char digits[9] = {0};

    memcpy(digits, text, sizeof digits - 1);
    return strtoul(digits, NULL, 16) % places;
}
