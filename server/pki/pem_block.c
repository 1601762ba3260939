// The blocks of a PEM text, one after the other.
#include "server/pki/pem_block.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#define PEM_MAX ((size_t)16 * 1024 * 1024)

BIO *pem_block_open(const uint8_t *pem, size_t n)
{
    return n <= PEM_MAX ? BIO_new_mem_buf(pem, (int)n) : NULL;
}

bool pem_block_next(BIO *bio, struct pem_block *out)
{
    char *header = NULL;
    long size = 0;
    struct pem_block block = {0};

    if (PEM_read_bio(bio, &block.label, &header, &block.der, &size) != 1) {
        ERR_clear_error(); // the end is reported as an error
        return false;
    }
    block.size_bytes = (size_t)size;
    block.encrypted = header != NULL && header[0] != '\0';
    OPENSSL_free(header);
    *out = block;
    return true;
}

void pem_block_clear(struct pem_block *block)
{
    OPENSSL_free(block->label);
    OPENSSL_clear_free(block->der, block->size_bytes);
    *block = (struct pem_block){0};
}
