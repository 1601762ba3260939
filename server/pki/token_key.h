#ifndef PKI_TOKEN_KEY_H
#define PKI_TOKEN_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "server/base/err.h"

#define TOKEN_KEY_URI_MAX 1024

// Private keys that stay in a token: a smart card, a hardware security module. For this folder
// alone.

// Whether n bytes are not a key, but say where it is: a PKCS #11 URI (RFC 7512).
bool token_key_is_uri(const uint8_t *p, size_t n);

// Opens the key that a URI names, for example
//
//   pkcs11:token=fleet;object=ca?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/pin
//
// by OpenSSL's engine for PKCS #11. Without module-path it is p11-kit's module, which knows those
// of this machine. The first line counts. ERR_INVALID if it is no such URI, ERR_UNAVAILABLE with
// what to do if there is no engine, module, token or key.
ERR_CHECKED int token_key_open(const uint8_t *p, size_t n, EVP_PKEY **out, struct err *err);

#endif
