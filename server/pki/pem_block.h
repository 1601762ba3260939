#ifndef PKI_PEM_BLOCK_H
#define PKI_PEM_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>

// One block of a PEM text (RFC 7468).
struct pem_block {
    char *label;    // "CERTIFICATE"
    bool encrypted; // RFC 1421 headers stand before the data
    uint8_t *der;
    size_t size_bytes;
};

// Opens a PEM text for reading; NULL without memory or if it is larger than any PEM file is.
BIO *pem_block_open(const uint8_t *pem, size_t n);

// Reads the next block; false at the end. The caller clears it.
bool pem_block_next(BIO *bio, struct pem_block *out);

// Wipes and frees what the block holds.
void pem_block_clear(struct pem_block *block);

#endif
