// PEM to DER.
#include "server/pki/pem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "server/pki/openssl_error.h"
#include "server/pki/pem_block.h"

static bool is_certificate(const struct pem_block *block)
{
    return strcmp(block->label, "CERTIFICATE") == 0;
}

static bool is_private_key(const struct pem_block *block)
{
    const char *end = strstr(block->label, "PRIVATE KEY");

    return end != NULL && strcmp(end, "PRIVATE KEY") == 0;
}

// Whether all of the block's bytes are what its label says.
static bool content_is_valid(const struct pem_block *block)
{
    const uint8_t *p = block->der;
    bool valid = false;

    if (is_certificate(block)) {
        X509 *x509 = d2i_X509(NULL, &p, (long)block->size_bytes);

        valid = x509 != NULL;
        X509_free(x509);
    } else {
        EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &p, (long)block->size_bytes);

        valid = pkey != NULL;
        EVP_PKEY_free(pkey);
    }
    return valid && p == block->der + block->size_bytes;
}

static int copy_block(const struct pem_block *block, uint8_t **der, size_t *size, struct err *err)
{
    if (block->encrypted || strcmp(block->label, "ENCRYPTED PRIVATE KEY") == 0)
        return err_set(err, ERR_INVALID,
            "the key is encrypted; remove its passphrase with `openssl pkey -in KEY -out NEW`");
    if (!content_is_valid(block))
        return openssl_error_set(err, ERR_INVALID, "damaged PEM block %s", block->label);

    uint8_t *copy = malloc(block->size_bytes);

    if (copy == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a %s", block->label);
    memcpy(copy, block->der, block->size_bytes);
    *der = copy;
    *size = block->size_bytes;
    return 0;
}

int pem_to_der(const uint8_t *pem, size_t n, uint8_t **der, size_t *size, struct err *err)
{
    struct pem_block block;
    bool found = false;
    int rc = 0;
    BIO *bio = pem_block_open(pem, n);

    while (!found && bio != NULL && pem_block_next(bio, &block)) {
        found = is_certificate(&block) || is_private_key(&block);
        if (found)
            rc = copy_block(&block, der, size, err);
        pem_block_clear(&block);
    }
    BIO_free(bio);
    if (!found)
        return err_set(err, ERR_INVALID, "holds neither a certificate nor a private key in PEM");
    return rc;
}
