#ifndef PKI_PEM_KEY_H
#define PKI_PEM_KEY_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "server/base/err.h"

// Reads the private key of n bytes of PEM, of any kind; what is unwrapped meanwhile is wiped.
// ERR_INVALID, ERR_NO_MEMORY.
ERR_CHECKED int pem_key_read(const uint8_t *pem, size_t n, EVP_PKEY **out, struct err *err);

#endif
