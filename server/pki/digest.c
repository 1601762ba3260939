// Digests as text.
#include "server/pki/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "server/base/hex.h"

static void digest(const EVP_MD *md, const uint8_t *p, size_t n, char *out)
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
    digest(EVP_sha256(), p, n, out);
}

void digest_md5(const uint8_t *p, size_t n, char out[DIGEST_MD5_TEXT_SIZE])
{
    digest(EVP_md5(), p, n, out);
}

size_t digest_place(const char *text, size_t places)
{
    char digits[9] = {0};

    memcpy(digits, text, sizeof digits - 1);
    return strtoul(digits, NULL, 16) % places;
}
